/* The signer's part of first use: its folder, passphrase, key and first state. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/buf.h"
#include "base/mem.h"
#include "init/init.h"
#include "lib/facility.h"
#include "lib/files.h"

static int user_id(const char *user, uid_t *ret)
{
    char *end;
    unsigned long n = strtoul(user, &end, 10);
    const struct passwd *pw;
    if (*user >= '0' && *user <= '9' && !*end) {
        *ret = (uid_t)n;
        return CPF_OK;
    }
    pw = getpwnam(user);
    if (!pw) {
        say_error(say("利用者 %s がいません", "there is no user %s"), user);
        return CPF_E_NOTFOUND;
    }
    *ret = pw->pw_uid;
    return CPF_OK;
}

char *init_program(const char *name, const char *built)
{
    char self[4096], *path, *slash;
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (n <= 0)
        return NULL;
    self[n] = 0;
    slash = strrchr(self, '/');
    *slash = 0;
    for (int i = 0; i < 2; i++) {
        if (i == 0)
            path = files_join(self, name);
        else
            require(asprintf(&path, "%s/../%s/%s", self, built, name) >= 0);
        if (!access(path, X_OK))
            return path;
        free(path);
    }
    return NULL;
}

/* Beside this program if it was built there, else by the PATH. */
static char *signer_program(const struct init *in)
{
    char *path = in->signer ? xstrdup(in->signer) : init_program("cpf-signer", "signer");
    return path ? path : xstrdup("cpf-signer");
}

_Noreturn static void child(const struct init *in, const char *program, const char *config, int out,
                            uid_t uid)
{
    if (uid != geteuid() && (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid)))
        _exit(126);
    if (dup2(out, STDOUT_FILENO) < 0)
        _exit(126);
    if (in->light)
        execlp(program, program, "init", "--config", config, "--light", (char *)NULL);
    else
        execlp(program, program, "init", "--config", config, (char *)NULL);
    _exit(127);
}

/* Runs `cpf-signer init` and gathers what it prints. */
static int run_signer(const struct init *in, const char *config, uid_t uid, struct buf *ret)
{
    char *program = signer_program(in), chunk[1024];
    int fd[2], status = -1;
    ssize_t n;
    pid_t pid;
    if (pipe2(fd, O_CLOEXEC)) {
        free(program);
        return CPF_E_IO;
    }
    pid = fork();
    if (pid == 0)
        child(in, program, config, fd[1], uid);
    close(fd[1]);
    while (pid > 0 && ((n = read(fd[0], chunk, sizeof(chunk))) > 0 || (n < 0 && errno == EINTR)))
        if (n > 0)
            buf_add(ret, chunk, (size_t)n);
    close(fd[0]);
    if (pid > 0)
        waitpid(pid, &status, 0);
    if (status)
        say_error(say("%s init が失敗しました", "%s init failed"), program);
    free(program);
    return status ? CPF_E_STATE : CPF_OK;
}

/* The verifier key is the printed word that holds two '+': name+id+key. */
static char *find_vkey(char *text)
{
    char *save, *w;
    for (w = strtok_r(text, " \r\n\t", &save); w; w = strtok_r(NULL, " \r\n\t", &save)) {
        const char *plus = strchr(w, '+');
        if (plus && strchr(plus + 1, '+'))
            return w;
    }
    return NULL;
}

static int keep_vkey(const struct init *in, struct buf *printed)
{
    char *vkey = printed->data ? find_vkey(printed->data) : NULL, *path, *line;
    int err;
    if (!vkey) {
        say_error("%s", say("cpf-signer が検証鍵を表示しませんでした", "cpf-signer printed no verifier key"));
        return CPF_E_KEY;
    }
    require(asprintf(&line, "%s\n", vkey) >= 0);
    path = files_join(in->dir, "vkey");
    err = files_write(path, line, strlen(line), 0644);
    free(path);
    free(line);
    return err;
}

static int make_passphrase(const char *folder, uid_t uid)
{
    char a[20], b[20], line[48], *path = files_join(folder, "passphrase");
    int err;
    facility_make_password(a);
    facility_make_password(b);
    snprintf(line, sizeof(line), "%s-%s\n", a, b);
    err = files_write(path, line, strlen(line), 0400);
    if (!err && uid != geteuid() && chown(path, uid, (gid_t)-1))
        err = CPF_E_IO;
    OPENSSL_cleanse(a, sizeof(a));
    OPENSSL_cleanse(b, sizeof(b));
    OPENSSL_cleanse(line, sizeof(line));
    free(path);
    return err;
}

int init_signer(const struct init *in)
{
    char *folder = files_join(in->dir, "signer"), *config = files_join(in->dir, "cpf-signer.yaml");
    uid_t uid = geteuid();
    struct buf printed;
    int err;
    buf_init(&printed);
    err = in->signer_user ? user_id(in->signer_user, &uid) : CPF_OK;
    if (!err)
        err = files_mkdir(folder, 0700);
    if (!err && uid != geteuid() && chown(folder, uid, (gid_t)-1))
        err = CPF_E_IO;
    if (!err)
        err = make_passphrase(folder, uid);
    if (!err)
        err = run_signer(in, config, uid, &printed);
    if (!err)
        err = keep_vkey(in, &printed);
    buf_fini(&printed);
    free(folder);
    free(config);
    return err;
}
