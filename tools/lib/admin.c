#include "admin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"

#define ANSWER_MOST (1024 * 1024)

static int dial(const char *path, int timeout_ms)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    struct timeval tv = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
    int fd;
    if (strlen(path) >= sizeof(a.sun_path))
        return CPF_E_INVAL;
    strcpy(a.sun_path, path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return CPF_E_IO;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
    if (connect(fd, (struct sockaddr *)&a, sizeof(a))) {
        close(fd);
        return CPF_E_AWAY;
    }
    return fd;
}

static int send_all(int fd, const char *p, size_t len)
{
    while (len) {
        ssize_t n = send(fd, p, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return CPF_E_IO;
        p += n;
        len -= (size_t)n;
    }
    return CPF_OK;
}

static int receive_all(int fd, struct buf *in)
{
    char chunk[16384];
    ssize_t n;
    while (in->len < ANSWER_MOST) {
        n = recv(fd, chunk, sizeof(chunk), 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return CPF_E_IO;
        if (n == 0)
            return CPF_OK;
        buf_add(in, chunk, (size_t)n);
    }
    return CPF_E_LIMIT;
}

static int answer_read(const struct buf *in, int *ret_status, json_t **ret_json)
{
    const char *body = in->data ? strstr(in->data, "\r\n\r\n") : NULL;
    if (!body || sscanf(in->data, "HTTP/1.%*1[01] %3d", ret_status) != 1)
        return CPF_E_SYNTAX;
    *ret_json = json_loads(body + 4, JSON_DISABLE_EOF_CHECK, NULL);
    return CPF_OK;
}

int admin_post(const char *socket_path, const char *path, const json_t *body, int timeout_ms, int *ret_status,
               json_t **ret_json)
{
    char *text = json_dumps(body, JSON_COMPACT);
    struct buf out, in;
    int fd, err;
    buf_init(&out);
    buf_init(&in);
    buf_printf(&out,
               "POST %s HTTP/1.1\r\nHost: admin\r\nContent-Type: application/json\r\n"
               "Content-Length: %zu\r\nConnection: close\r\n\r\n",
               path, strlen(text));
    buf_puts(&out, text);
    fd = dial(socket_path, timeout_ms);
    err = fd < 0 ? fd : send_all(fd, out.data, out.len);
    if (!err)
        err = receive_all(fd, &in);
    if (!err)
        err = answer_read(&in, ret_status, ret_json);
    if (fd >= 0)
        close(fd);
    free(text);
    buf_wipe(&out);
    buf_fini(&in);
    return err;
}
