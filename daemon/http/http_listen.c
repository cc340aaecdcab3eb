#include "http/http_priv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024

union address {
    struct sockaddr sa;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
};

static void tell(char **ret_error, const char *where, int port, const char *what)
{
    char number[32] = "";
    int keep = errno;
    if (port >= 0)
        snprintf(number, sizeof(number), " port %d", port);
    if (asprintf(ret_error, "%s%s: %s: %s", where, number, what, strerror(keep)) < 0)
        *ret_error = NULL;
}

static int make_socket(int family)
{
    return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static socklen_t parse_address(const char *text, unsigned short port, union address *ret)
{
    *ret = (union address){0};
    if (inet_pton(AF_INET, text, &ret->in.sin_addr) == 1) {
        ret->in.sin_family = AF_INET;
        ret->in.sin_port = htons(port);
        return sizeof(ret->in);
    }
    if (inet_pton(AF_INET6, text, &ret->in6.sin6_addr) == 1) {
        ret->in6.sin6_family = AF_INET6;
        ret->in6.sin6_port = htons(port);
        return sizeof(ret->in6);
    }
    return 0;
}

static unsigned short bound_port(int fd)
{
    union address a = {0};
    socklen_t len = sizeof(a);
    if (getsockname(fd, &a.sa, &len) < 0)
        return 0;
    return ntohs(a.sa.sa_family == AF_INET6 ? a.in6.sin6_port : a.in.sin_port);
}

int http_listen_tcp(const char *address, unsigned short port, unsigned short *ret_port, char **ret_error)
{
    union address a;
    int on = 1;
    socklen_t len = parse_address(address, port, &a);
    if (!len) {
        errno = EINVAL;
        tell(ret_error, address, -1, "not an IPv4 or IPv6 address (names are not looked up)");
        return -1;
    }
    int fd = make_socket(a.sa.sa_family);
    if (fd < 0) {
        tell(ret_error, address, port, "socket");
        return -1;
    }
    /* TCP_NODELAY is inherited by what is accepted here: replies never wait for an ACK (44 ms). */
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) < 0 || bind(fd, &a.sa, len) < 0 ||
        listen(fd, BACKLOG) < 0) {
        tell(ret_error, address, port, "listen");
        close(fd);
        return -1;
    }
    *ret_port = bound_port(fd);
    return fd;
}

/* Removes a socket that nobody listens on any more; anything else at `path` makes bind fail. */
static void remove_stale(const union address *a)
{
    struct stat st;
    if (lstat(a->un.sun_path, &st) < 0 || !S_ISSOCK(st.st_mode))
        return;
    int fd = make_socket(AF_UNIX);
    if (fd < 0)
        return;
    if (connect(fd, &a->sa, sizeof(a->un)) < 0 && errno == ECONNREFUSED)
        unlink(a->un.sun_path);
    close(fd);
}

int http_listen_unix(const char *path, char **ret_error)
{
    union address a = {.un.sun_family = AF_UNIX};
    int fd = -1;
    errno = ENAMETOOLONG;
    if (strlen(path) >= sizeof(a.un.sun_path))
        goto fail;
    strcpy(a.un.sun_path, path);
    remove_stale(&a);
    fd = make_socket(AF_UNIX);
    if (fd < 0)
        goto fail;
    /* Linux gives the path the socket's own mode, minus the umask: never open to others, not even shortly. */
    if (fchmod(fd, 0600) < 0 || bind(fd, &a.sa, sizeof(a.un)) < 0 || chmod(path, 0600) < 0 ||
        listen(fd, BACKLOG) < 0)
        goto fail;
    return fd;
fail:
    tell(ret_error, path, -1, "listen");
    if (fd >= 0)
        close(fd);
    return -1;
}
