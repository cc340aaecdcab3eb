#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

char *files_join(const char *a, const char *b)
{
    char *s;
    require(asprintf(&s, "%s/%s", a, b) >= 0);
    return s;
}

static int write_fd(int fd, const char *p, size_t len)
{
    while (len) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return CPF_E_IO;
        p += n;
        len -= (size_t)n;
    }
    return fsync(fd) ? CPF_E_IO : CPF_OK;
}

int files_write(const char *path, const void *data, size_t len, mode_t mode)
{
    char *tmp;
    int fd, err = CPF_E_IO;
    require(asprintf(&tmp, "%s.new", path) >= 0);
    unlink(tmp);
    fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd >= 0) {
        err = fchmod(fd, mode) ? CPF_E_IO : write_fd(fd, data, len);
        if (close(fd))
            err = CPF_E_IO;
        if (!err && rename(tmp, path))
            err = CPF_E_IO;
        if (err)
            unlink(tmp);
    }
    free(tmp);
    return err;
}

char *files_line(const char *path)
{
    struct buf b;
    char *s = NULL;
    buf_init(&b);
    if (!file_read(path, 64 * 1024, &b) && b.len) {
        b.data[strcspn(b.data, "\r\n")] = 0;
        if (*b.data)
            s = xstrdup(b.data);
    }
    buf_wipe(&b);
    return s;
}

int files_mkdir(const char *path, mode_t mode)
{
    char *copy = xstrdup(path);
    int err = CPF_OK;
    for (char *p = copy + 1; *p && !err; p++) {
        if (*p != '/')
            continue;
        *p = 0;
        if (mkdir(copy, 0755) && errno != EEXIST)
            err = CPF_E_IO;
        *p = '/';
    }
    if (!err && mkdir(copy, mode) && errno != EEXIST)
        err = CPF_E_IO;
    free(copy);
    return err;
}
