/* The signer's settings, and what it tells systemd. */
#include "signer_rig.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "settings.h"
#include "scratch.h"

static char path[64];

static int load(struct settings *c, const char *text, struct settings_fault *why)
{
    FILE *f = fdopen(mkstemp(scratch(path, "cpf-settings")), "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    int err = settings_load(c, path, why);
    unlink(path);
    return err;
}

static void test_load_reads_all_settings(void **state)
{
    (void)state;
    struct settings c;
    struct settings_fault why;
    settings_init(&c);
    int err = load(&c,
                   "# a comment\nsocket: /run/s\nstate: /var/st\nkey: /var/k\npassphrase: /etc/p\n"
                   "origin: example.test/a\nallow: [root, 1234]\n",
                   &why);
    assert_int_equal(err, 0);
    assert_string_equal(c.socket, "/run/s");
    assert_string_equal(c.state, "/var/st");
    assert_string_equal(c.key, "/var/k");
    assert_string_equal(c.passphrase, "/etc/p");
    assert_string_equal(c.origin, "example.test/a");
    assert_int_equal(c.nallow, 2);
    assert_int_equal(c.allow[0], 0);
    assert_int_equal(c.allow[1], 1234);
    settings_fini(&c);
}

static void test_flags_win_over_the_file(void **state)
{
    (void)state;
    struct settings c;
    struct settings_fault why;
    settings_init(&c);
    c.socket = strdup("/flag");
    assert_int_equal(settings_allow(&c, "77", &why), 0);
    assert_int_equal(load(&c, "socket: /file\nallow: [88]\n", &why), 0);
    assert_string_equal(c.socket, "/flag");
    assert_int_equal(c.nallow, 1);
    assert_int_equal(c.allow[0], 77);
    settings_fini(&c);
}

static void test_load_names_the_place_of_an_error(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"socket: /s\nsokcet: /t\n", ":2:1: unknown setting 'sokcet'"},
        {"socket: /s\nsocket: /t\n", ":2:1: set twice: 'socket'"},
        {"socket: [a]\n", ":1:9: a text is wanted for 'socket'"},
        {"socket: ''\n", ":1:9: a text is wanted for 'socket'"},
        {"allow: me\n", ":1:8: a list of users is wanted"},
        {"allow:\n  - no-such-user-here\n", ":2:5: allow: there is no user 'no-such-user-here'"},
        {"allow:\n  - -1\n", ":2:5: allow: there is no user '-1'"},
        {"- a\n", ":1:1: settings are wanted"},
        {"", ": is empty"},
        {"a: b: c\n", ":1:5: "},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct settings c;
        struct settings_fault why;
        settings_init(&c);
        assert_true(load(&c, bad[i].text, &why) < 0);
        if (!strstr(why.text, bad[i].says))
            fail_msg("'%s' does not say '%s'", why.text, bad[i].says);
        settings_fini(&c);
    }
}

static void test_require_names_what_is_missing(void **state)
{
    (void)state;
    struct settings c;
    struct settings_fault why;
    settings_init(&c);
    assert_int_equal(load(&c, "socket: /s\n", &why), 0);
    assert_int_equal(settings_require(&c, (const char *const[]){"socket", NULL}, &why), 0);
    assert_int_equal(settings_require(&c, (const char *const[]){"socket", "state", NULL}, &why), CPF_E_INVAL);
    assert_non_null(strstr(why.text, "--state"));
    settings_fini(&c);
}

static bool hears(int fd, const char *what)
{
    char text[512];
    for (;;) {
        ssize_t n = recv(fd, text, sizeof(text) - 1, 0);
        if (n <= 0)
            return false;
        text[n] = '\0';
        if (strstr(text, what))
            return true;
    }
}

static void test_systemd_is_told_ready_alive_and_stopping(void **state)
{
    (void)state;
    struct rig r;
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = RIG_WAIT_S};
    rig_init(&r);
    snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/notify", r.dir);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setenv("NOTIFY_SOCKET", addr.sun_path, 1);
    setenv("WATCHDOG_USEC", "100000", 1);
    rig_start(&r);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    assert_true(hears(fd, "READY=1"));
    assert_true(hears(fd, "WATCHDOG=1"));
    assert_true(hears(fd, "WATCHDOG=1"));
    assert_int_equal(rig_stop(&r, SIGTERM), 0);
    assert_true(hears(fd, "STOPPING=1"));
    close(fd);
    unlink(addr.sun_path);
    rig_fini(&r);
}

/* systemd's credential comes before the passphrase file. */
static void test_credential_comes_first(void **state)
{
    (void)state;
    struct rig r;
    char name[128];
    rig_init(&r);
    snprintf(name, sizeof(name), "%s/log-key-passphrase", r.dir);
    rename(r.pass, name);
    assert_true(rig_start_refused(&r, "cannot open"));
    r.credentials = r.dir;
    rig_start(&r);
    assert_int_equal(rig_stop(&r, SIGTERM), 0);
    unlink(name);
    rig_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load_reads_all_settings),
        cmocka_unit_test(test_flags_win_over_the_file),
        cmocka_unit_test(test_load_names_the_place_of_an_error),
        cmocka_unit_test(test_require_names_what_is_missing),
        cmocka_unit_test(test_systemd_is_told_ready_alive_and_stopping),
        cmocka_unit_test(test_credential_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
