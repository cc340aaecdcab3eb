/* cpfd's main, with a small application: options, systemd's notices, signals, exit codes. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/clock.h"
#include "base/err.h"
#include "../../tools/lib/pki.h"
#include "scratch.h"

static char dir[64];
static pid_t pid;
static int notify = -1;

/* ---- files ---- */

static char *in_dir(const char *name)
{
    static char text[4][128];
    static unsigned turn;
    char *to = text[turn++ % 4];
    snprintf(to, 128, "%s/%s", dir, name);
    return to;
}

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(in_dir(name), "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void write_conf(const char *more)
{
    char text[1024];
    snprintf(text, sizeof(text),
             "tls_certificate: server.pem\ntls_key: server.key\nvkey_file: vkey\ncatalogue: vkey\nclauses: "
             "vkey\nrights: vkey\n"
             "database: x\ndatabase_reader: x\nadmin_socket: admin.sock\nlisten_port: 0\ntraining: true\n%s",
             more);
    write_file("cpfd.yaml", text);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static int set_up(void **state)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    (void)state;
    if (!mkdtemp(scratch(dir, "test-main")) || pki_make(dir, "test", 0, NULL))
        return -1;
    write_file("vkey", "x");
    write_conf("origin: training.x\n");
    notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    strcpy(un.sun_path, in_dir("notify.sock"));
    pid = 0;
    return bind(notify, (struct sockaddr *)&un, sizeof(un));
}

static int tear_down(void **state)
{
    (void)state;
    if (pid) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    close(notify);
    return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- the daemon ---- */

/* Starts it with `option` (NULL: none) beside --config; output goes to files out and log. */
static void start(const char *option)
{
    char watchdog[32];
    pid = fork();
    assert_true(pid >= 0);
    if (pid > 0)
        return;
    snprintf(watchdog, sizeof(watchdog), "%d", (int)getpid());
    setenv("NOTIFY_SOCKET", in_dir("notify.sock"), 1);
    setenv("WATCHDOG_USEC", "200000", 1);
    setenv("WATCHDOG_PID", watchdog, 1);
    int out = open(in_dir("out"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int log = open(in_dir("log"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(out, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execl(SMALL_CPFD, "cpfd", "--config", in_dir("cpfd.yaml"), option, (char *)NULL);
    _exit(127);
}

/* Its exit code, 128 + signal, or -1 if it runs on. */
static int ended_within(int ms)
{
    int64_t until = clock_mono_ms() + ms;
    int status;
    while (clock_mono_ms() < until) {
        if (waitpid(pid, &status, WNOHANG) == pid) {
            pid = 0;
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        usleep(2000);
    }
    return -1;
}

/* Only what hangs takes so long, however busy the machine is. */
#define HANGS_MS 60000

static int ended(void)
{
    return ended_within(HANGS_MS);
}

/* Has a notice with `text` come? */
static bool noticed(const char *text)
{
    const int ms = HANGS_MS;
    struct timeval limit = {ms / 1000, ms % 1000 * 1000};
    char got[1024];
    setsockopt(notify, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    int64_t until = clock_mono_ms() + ms;
    while (clock_mono_ms() < until) {
        ssize_t n = recv(notify, got, sizeof(got) - 1, 0);
        got[n > 0 ? n : 0] = '\0';
        if (strstr(got, text))
            return true;
    }
    return false;
}

static void start_ready(void)
{
    start(NULL);
    assert_true(noticed("READY=1"));
}

static bool file_has(const char *name, const char *text)
{
    static char got[65536];
    FILE *f = fopen(in_dir(name), "r");
    assert_non_null(f);
    got[fread(got, 1, sizeof(got) - 1, f)] = '\0';
    fclose(f);
    return strstr(got, text) != NULL;
}

/* ---- its admin socket ---- */

static int ask(const char *path)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    char text[256];
    strcpy(un.sun_path, in_dir("admin.sock"));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&un, sizeof(un)) < 0) {
        close(fd);
        return -1;
    }
    snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: cpfd\r\nConnection: close\r\n\r\n", path);
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
    return fd;
}

/* The status, 0 if the connection ended without; closes. */
static int answer(int fd)
{
    char got[4096];
    size_t len = 0;
    ssize_t n;
    while (len < sizeof(got) - 1 && (n = recv(fd, got + len, sizeof(got) - 1 - len, 0)) > 0)
        len += (size_t)n;
    got[len] = '\0';
    close(fd);
    return strncmp(got, "HTTP/1.1 ", 9) == 0 ? atoi(got + 9) : 0;
}

/* ---- tests ---- */

static void test_options_that_only_tell(void **state)
{
    (void)state;
    start("--version");
    assert_int_equal(ended(), 0);
    assert_true(file_has("out", "cpfd " CPF_VERSION "\n"));
    start("--help");
    assert_int_equal(ended(), 0);
    assert_true(file_has("out", "設定ファイル"));
    start("--help-config");
    assert_int_equal(ended(), 0);
    assert_true(file_has("out", "listen_port (number 0..65535, default 8443)\n"));
    start("--nonsense");
    assert_int_equal(ended(), 64);
    start("word");
    assert_int_equal(ended(), 64);
}

static void test_check_tells_and_ends(void **state)
{
    (void)state;
    start("--check");
    assert_int_equal(ended(), 0);
    assert_true(file_has("out", "cpfd.yaml: ok\n"));
    write_conf("origin: x\n");
    start("--check");
    assert_int_equal(ended(), 78);
    assert_true(file_has("log", "cpfd.yaml:12:9: training is true"));
    write_conf("origin: training.x\nzone: Mars/Base\n");
    start("--check");
    assert_int_equal(ended(), 78);
    assert_true(file_has("log", "zone Mars/Base"));
    write_conf("origin: training.x\n");
    unlink(in_dir("vkey"));
    start("--check");
    assert_int_equal(ended(), 78);
    assert_true(file_has("log", "vkey: No such file"));
}

static void test_start_that_fails_tells_why(void **state)
{
    (void)state;
    write_conf("origin: training.refused\n");
    start(NULL);
    assert_int_equal(ended(), 1);
    assert_true(file_has("log", "told to refuse"));
    write_conf("origin: training.x\nlisten_address: nowhere\n");
    start(NULL);
    assert_int_equal(ended(), 1);
    assert_true(file_has("log", "not an IPv4 or IPv6 address"));
    write_conf("origin: training.x\n");
    write_file("server.key", "no key");
    start(NULL);
    assert_int_equal(ended(), 78);
    assert_true(file_has("log", "server.key: "));
}

static void test_systemd_is_told(void **state)
{
    (void)state;
    start_ready();
    assert_true(noticed("WATCHDOG=1"));
    assert_true(noticed("WATCHDOG=1"));
    assert_int_equal(answer(ask("/v1/hello")), 200);
    assert_true(file_has("log", "cpfd.listening address=127.0.0.1 port="));
    kill(pid, SIGTERM);
    assert_true(noticed("STOPPING=1"));
    assert_int_equal(ended(), 0);
    assert_int_equal(access(in_dir("admin.sock"), F_OK), -1);
}

/* The request is in the application's hands: it says so. */
static void until_begun(void)
{
    assert_true(noticed("STATUS=slow"));
}

static void drain_with(int sig)
{
    start_ready();
    int fd = ask("/v1/slow");
    until_begun();
    kill(pid, sig);
    assert_int_equal(answer(fd), 200);
    assert_int_equal(ended(), 0);
}

static void test_signal_drains(void **state)
{
    (void)state;
    drain_with(SIGTERM);
    drain_with(SIGINT);
}

static void test_second_signal_ends_at_once(void **state)
{
    (void)state;
    start_ready();
    int fd = ask("/v1/stuck");
    until_begun();
    kill(pid, SIGTERM);
    assert_true(noticed("STOPPING=1"));
    assert_int_equal(ended_within(10), -1);
    kill(pid, SIGTERM);
    assert_int_equal(ended(), 128 + SIGTERM);
    assert_int_equal(answer(fd), 0);
}

static void test_sigpipe_is_ignored(void **state)
{
    char path[32];
    (void)state;
    start_ready();
    snprintf(path, sizeof(path), "/v1/signal/%d", SIGPIPE);
    assert_int_equal(answer(ask(path)), 200);
    assert_int_equal(answer(ask("/v1/hello")), 200);
}

static void fail_with(int err, int code)
{
    char path[32];
    start_ready();
    snprintf(path, sizeof(path), "/v1/fail/%d", err);
    answer(ask(path));
    assert_int_equal(ended(), code);
    assert_true(file_has("log", "cpfd.failed"));
}

static void test_failures_have_exit_codes(void **state)
{
    (void)state;
    fail_with(CPF_E_DB, 1);
    fail_with(CPF_E_FORK, 3);
    fail_with(CPF_E_REFUSED, 3);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_options_that_only_tell),
        T(test_check_tells_and_ends),
        T(test_start_that_fails_tells_why),
        T(test_systemd_is_told),
        T(test_signal_drains),
        T(test_second_signal_ends_at_once),
        T(test_sigpipe_is_ignored),
        T(test_failures_have_exit_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
