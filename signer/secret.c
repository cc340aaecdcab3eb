#include "base/log.h"
#include "secret.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/crypto.h>
#include "base/bounds.h"
#include "base/enc.h"

#define SECRET_FILE_MAX 4096

__attribute__((format(printf, 3, 4))) static int fail(struct secret_fault *fault, int err, const char *fmt,
                                                      ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(fault->text, sizeof(fault->text), fmt, ap);
    va_end(ap);
    return err;
}

static int read_fd(int fd, const char *path, struct buf *ret, struct secret_fault *fault)
{
    ssize_t n = 1;
    buf_reserve(ret, SECRET_FILE_MAX + 1); /* at once: growing would leave copies of a secret behind */
    while (n > 0 && ret->len <= SECRET_FILE_MAX) {
        n = read(fd, ret->data + ret->len, SECRET_FILE_MAX + 1 - ret->len);
        if (n > 0)
            ret->len += (size_t)n;
    }
    if (n < 0)
        return fail(fault, CPF_E_IO, "cannot read %s: %s", path, strerror(errno));
    if (ret->len > SECRET_FILE_MAX)
        return fail(fault, CPF_E_LIMIT, "%s is longer than %d bytes", path, SECRET_FILE_MAX);
    while (ret->len && (ret->data[ret->len - 1] == '\n' || ret->data[ret->len - 1] == '\r'))
        ret->len--;
    ret->data[ret->len] = '\0';
    if (memchr(ret->data, 0, ret->len) || strpbrk(ret->data, "\r\n"))
        return fail(fault, CPF_E_SYNTAX, "%s: one line is wanted", path);
    return 0;
}

/* `mine`: a regular file of this user that no one else may read. */
static int read_file(const char *path, bool mine, struct buf *ret, struct secret_fault *fault)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return fail(fault, CPF_E_IO, "cannot open %s: %s", path, strerror(errno));
    int err = 0;
    if (fstat(fd, &st) || !S_ISREG(st.st_mode))
        err = fail(fault, CPF_E_IO, "%s is not a regular file", path);
    else if (mine && (st.st_uid != geteuid() || (st.st_mode & 07177)))
        err = fail(fault, CPF_E_IO,
                   "%s must belong to this user and have mode 0400 or 0600 (it is uid %u, %04o)", path,
                   (unsigned)st.st_uid, (unsigned)st.st_mode & 07777);
    if (!err)
        err = read_fd(fd, path, ret, fault);
    close(fd);
    return err;
}

static bool credential_path(const char *name, char ret[4096])
{
    const char *dir = getenv("CREDENTIALS_DIRECTORY");
    return dir && snprintf(ret, 4096, "%s/%s", dir, name) < 4096 && access(ret, F_OK) == 0;
}

bool secret_has_credential(const char *name)
{
    char path[4096];
    return credential_path(name, path);
}

/* systemd guards its own credentials, and may own them. */
static int read_secret(const char *credential, const char *path, const char *what, struct buf *ret,
                       struct secret_fault *fault)
{
    char given[4096];
    if (credential_path(credential, given))
        return read_file(given, false, ret, fault);
    if (path)
        return read_file(path, true, ret, fault);
    return fail(fault, CPF_E_INVAL, "no %s: neither the systemd credential %s nor a file", what, credential);
}

int secret_passphrase(const char *credential, const char *path, struct buf *ret, struct secret_fault *fault)
{
    int err = read_secret(credential, path, "passphrase", ret, fault);
    if (!err && (ret->len < BOUND_PASSWORD_MIN || ret->len > BOUND_SECRET_BYTES))
        err = fail(fault, CPF_E_SECRET, "the passphrase must have %d to %d bytes", BOUND_PASSWORD_MIN,
                   BOUND_SECRET_BYTES);
    return err;
}

int secret_pin(const char *credential, const char *path, struct buf *ret, struct secret_fault *fault)
{
    int err = read_secret(credential, path, "PIN", ret, fault);
    if (!err && (ret->len < SECRET_PIN_MIN || ret->len > BOUND_SECRET_BYTES))
        err =
            fail(fault, CPF_E_SECRET, "the PIN must have %d to %d bytes", SECRET_PIN_MIN, BOUND_SECRET_BYTES);
    return err;
}

int secret_name_key(const uint8_t pub[KEY_PUB], const char *origin, struct note_key *ret_vkey,
                    struct secret_fault *fault)
{
    if (note_key_make(ret_vkey, origin, pub))
        return fail(fault, CPF_E_INVAL,
                    "origin '%s' cannot name a key: no blanks and no '+', at most 255 bytes", origin);
    return 0;
}

int secret_open(const char *path, const char *passphrase, const char *origin, struct key **ret,
                struct note_key *ret_vkey, struct secret_fault *fault)
{
    struct buf sealed, seed;
    struct key *k = NULL;
    uint8_t pub[KEY_PUB];
    buf_init(&sealed);
    buf_init(&seed);
    int err = read_file(path, true, &sealed, fault);
    if (err)
        goto out;
    err = key_unseal(sealed.data, passphrase, log_is_training(origin), &seed);
    if (err || seed.len != KEY_SEED) {
        err = fail(fault, CPF_E_SECRET,
                   "%s does not open: wrong passphrase, damaged, or a light seal outside training", path);
        goto out;
    }
    err = key_from_seed((const uint8_t *)seed.data, &k);
    if (err) {
        err = fail(fault, err, "%s: %s", path, cpf_strerror(err));
        goto out;
    }
    key_public(k, pub);
    err = secret_name_key(pub, origin, ret_vkey, fault);
    if (err)
        goto out;
    *ret = k;
    k = NULL;
out:
    key_free(k);
    buf_wipe(&seed);
    buf_fini(&sealed);
    return err;
}

static int write_new(const char *path, const struct buf *b, struct secret_fault *fault)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 && errno == EEXIST)
        return fail(fault, CPF_E_IO, "%s exists: a key is never overwritten, and never used for a second log",
                    path);
    if (fd < 0)
        return fail(fault, CPF_E_IO, "cannot make %s: %s", path, strerror(errno));
    int err = 0;
    if (write(fd, b->data, b->len) != (ssize_t)b->len || fsync(fd)) {
        err = fail(fault, CPF_E_IO, "cannot write %s: %s", path, strerror(errno));
        unlink(path);
    }
    close(fd);
    return err;
}

int secret_create(const char *path, const char *passphrase, bool light, struct secret_fault *fault)
{
    uint8_t seed[KEY_SEED];
    struct buf sealed;
    buf_init(&sealed);
    enc_random(seed, sizeof(seed));
    int err = key_seal(seed, sizeof(seed), passphrase, light, &sealed);
    OPENSSL_cleanse(seed, sizeof(seed));
    if (err) {
        fail(fault, err, "cannot seal the key: %s", cpf_strerror(err));
    } else {
        buf_addc(&sealed, '\n');
        err = write_new(path, &sealed, fault);
    }
    buf_fini(&sealed);
    return err;
}
