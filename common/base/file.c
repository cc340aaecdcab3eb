#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int file_read(const char *path, size_t most, struct buf *ret)
{
    char chunk[16384];
    size_t total = 0;
    ssize_t n;
    int err = CPF_OK, fd = open(path, O_RDONLY | O_CLOEXEC);
    buf_reserve(ret, 1);
    if (fd < 0)
        return errno == ENOENT ? CPF_E_NOTFOUND : CPF_E_IO;
    while (!err && (n = read(fd, chunk, sizeof(chunk))) != 0) {
        if (n < 0)
            err = errno == EINTR ? CPF_OK : CPF_E_IO;
        else if ((total += (size_t)n) > most)
            err = CPF_E_LIMIT;
        else
            buf_add(ret, chunk, (size_t)n);
    }
    int why = errno;
    close(fd);
    errno = why;
    return err;
}

const char *file_strerror(int err)
{
    return err == CPF_E_NOTFOUND || err == CPF_E_IO ? strerror(errno) : cpf_strerror(err);
}

int file_read_in(const char *folder, const char *name, size_t most, struct buf *ret)
{
    struct buf path;
    buf_init(&path);
    buf_printf(&path, "%s%s%s", folder ? folder : "", folder ? "/" : "", name);
    int err = file_read(path.data, most, ret), why = errno;
    buf_fini(&path);
    errno = why;
    return err;
}
