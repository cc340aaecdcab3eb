#include "anchor/witness_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bounds.h"
#include "base/cosig.h"

#define FILE_LONGEST 4096

__attribute__((format(printf, 3, 4))) static int fail(char **ret_error, int err, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (vasprintf(ret_error, fmt, ap) < 0)
        *ret_error = NULL;
    va_end(ap);
    return err;
}

/* One line of a file; `mine`: of this user, and closed to all others. */
static int read_line(const char *path, bool mine, struct buf *ret, char **ret_error)
{
    struct stat st;
    ssize_t n = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return fail(ret_error, CPF_E_IO, "%s: %s", path, strerror(errno));
    if (fstat(fd, &st) || !S_ISREG(st.st_mode) ||
        (mine && (st.st_uid != geteuid() || (st.st_mode & 07177)))) {
        close(fd);
        return fail(ret_error, CPF_E_IO, "%s must be a file of this user with mode 0400 or 0600", path);
    }
    buf_reserve(ret, FILE_LONGEST + 1); /* at once: growing would leave copies of a secret behind */
    n = read(fd, ret->data, FILE_LONGEST + 1);
    close(fd);
    if (n < 0 || n > FILE_LONGEST)
        return fail(ret_error, CPF_E_IO, "%s: cannot be read, or is too long", path);
    ret->data[n] = '\0';
    ret->len = strcspn(ret->data, "\r\n");
    ret->data[ret->len] = '\0';
    return CPF_OK;
}

static int read_passphrase(const char *path, struct buf *ret, char **ret_error)
{
    char credential[4096];
    const char *dir = getenv("CREDENTIALS_DIRECTORY");
    if (dir) {
        snprintf(credential, sizeof(credential), "%s/" WITNESS_CREDENTIAL, dir);
        if (access(credential, F_OK) == 0) /* systemd guards its own, and may own them */
            return read_line(credential, false, ret, ret_error);
    }
    if (!path)
        return fail(ret_error, CPF_E_INVAL,
                    "neither the systemd credential " WITNESS_CREDENTIAL " nor witness_passphrase is there");
    return read_line(path, true, ret, ret_error);
}

int witness_key_open(const char *path, const char *passphrase, const char *name, bool training,
                     struct key **ret, struct note_key *ret_vkey, char **ret_error)
{
    struct buf pass, sealed, seed;
    struct key *key = NULL;
    uint8_t pub[KEY_PUB];
    buf_init(&pass);
    buf_init(&sealed);
    buf_init(&seed);
    int err = read_passphrase(passphrase, &pass, ret_error);
    if (!err)
        err = read_line(path, true, &sealed, ret_error);
    if (err)
        goto out;
    err = key_unseal(sealed.data, pass.data, training, &seed);
    if (!err && seed.len == KEY_SEED)
        err = key_from_seed((const uint8_t *)seed.data, &key);
    if (err || !key) {
        err = fail(ret_error, CPF_E_SECRET,
                   "%s does not open: wrong passphrase, damaged, or a light seal outside training", path);
        goto out;
    }
    key_public(key, pub);
    err = cosig_key_make(ret_vkey, name, pub);
    if (err) {
        fail(ret_error, err, "witness_name %s cannot name a key: no blanks and no +", name);
        goto out;
    }
    *ret = key;
    key = NULL;
out:
    key_free(key);
    buf_wipe(&seed);
    buf_wipe(&pass);
    buf_fini(&sealed);
    return err;
}
