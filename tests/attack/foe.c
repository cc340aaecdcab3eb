#include "foe.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/enc.h"

#define PATIENCE_S 20 /* longer than any answer takes */

void foe_die(const char *fmt, ...)
{
    va_list ap;
    fputs("attacker: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(FOE_BROKEN);
}

/* ---- the database ---- */

PGconn *foe_connect(const char *conninfo)
{
    PGconn *pg = PQconnectdb(conninfo);
    if (PQstatus(pg) != CONNECTION_OK)
        foe_die("%s", PQerrorMessage(pg));
    return pg;
}

PGresult *foe_query(PGconn *pg, const char *sql, const char *const param[])
{
    int n = 0;
    while (param && param[n])
        n++;
    PGresult *r = PQexecParams(pg, sql, n, NULL, param, NULL, NULL, 0);
    ExecStatusType got = PQresultStatus(r);
    if (got != PGRES_TUPLES_OK && got != PGRES_COMMAND_OK)
        foe_die("%s: %s", sql, PQerrorMessage(pg));
    return r;
}

void foe_exec(PGconn *pg, const char *sql, const char *const param[])
{
    PQclear(foe_query(pg, sql, param));
}

const char *foe_bytea(struct arena *a, const void *data, size_t len)
{
    struct buf b;
    buf_init(&b);
    buf_puts(&b, "\\x");
    enc_hex(&b, data, len);
    char *s = arena_strndup(a, b.data, b.len);
    buf_fini(&b);
    return s;
}

static void take_hash(const char *hex, uint8_t ret[HASH_LEN])
{
    if (enc_unhex(hex, strlen(hex), ret, HASH_LEN) != 0)
        foe_die("not a hash: %s", hex);
}

static void load_head(struct foe_log *l, PGconn *pg)
{
    PGresult *r =
        foe_query(pg, "select origin, epoch, size, encode(root, 'hex'), note from cpf.log_head", NULL);
    if (PQntuples(r) != 1)
        foe_die("there is no log");
    snprintf(l->origin, sizeof(l->origin), "%s", PQgetvalue(r, 0, 0));
    l->epoch = strtoull(PQgetvalue(r, 0, 1), NULL, 10);
    l->size = strtoull(PQgetvalue(r, 0, 2), NULL, 10);
    take_hash(PQgetvalue(r, 0, 3), l->root);
    l->note = xstrdup(PQgetvalue(r, 0, 4));
    PQclear(r);
}

void foe_load(struct foe_log *l, PGconn *pg)
{
    load_head(l, pg);
    PGresult *r = foe_query(pg, "select body, encode(leaf, 'hex') from cpf.entry order by idx", NULL);
    l->n = (size_t)PQntuples(r);
    l->row = xcalloc(l->n + 1, sizeof(*l->row));
    for (size_t i = 0; i < l->n; i++) {
        struct foe_row *row = &l->row[i];
        row->body = PQgetisnull(r, (int)i, 0) ? NULL : xstrdup(PQgetvalue(r, (int)i, 0));
        take_hash(PQgetvalue(r, (int)i, 1), row->leaf);
        memcpy(row->was, row->leaf, HASH_LEN);
    }
    PQclear(r);
}

void foe_root(const struct foe_log *l, uint64_t size, uint8_t ret[HASH_LEN])
{
    struct merkle_edge e;
    merkle_edge_init(&e);
    for (uint64_t i = 0; i < size && i < l->n; i++)
        merkle_edge_add(&e, l->row[i].leaf);
    merkle_edge_root(&e, ret);
}

void foe_note(const struct foe_log *l, uint64_t size, const uint8_t root[HASH_LEN], const struct key *key,
              struct buf *ret)
{
    struct checkpoint c = {.size = size};
    struct buf text;
    buf_init(&text);
    snprintf(c.origin, sizeof(c.origin), "%s", l->origin);
    memcpy(c.root, root, HASH_LEN);
    checkpoint_format(&c, &text);
    if (note_sign(text.data, text.len, l->origin, key, ret) != 0)
        foe_die("cannot sign");
    buf_fini(&text);
}

struct key *foe_key(const char *hex)
{
    uint8_t seed[KEY_SEED];
    struct key *key = NULL;
    if (enc_unhex(hex, strlen(hex), seed, sizeof(seed)) != 0 || key_from_seed(seed, &key) != 0)
        foe_die("not a key");
    return key;
}

/* ---- the signer ---- */

bool foe_dial(struct foe_peer *p, const char *path)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = PATIENCE_S};
    if (strlen(path) >= sizeof(addr.sun_path))
        foe_die("path too long");
    memcpy(addr.sun_path, path, strlen(path));
    *p = (struct foe_peer){.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (p->fd < 0)
        foe_die("socket: %s", strerror(errno));
    setsockopt(p->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    buf_init(&p->in);
    if (connect(p->fd, (struct sockaddr *)&addr, sizeof(addr)) == 0)
        return true;
    close(p->fd);
    return false;
}

void foe_hang_up(struct foe_peer *p)
{
    close(p->fd);
    buf_fini(&p->in);
}

void foe_send_raw(struct foe_peer *p, const void *data, size_t len)
{
    const char *at = data;
    while (len) {
        ssize_t n = send(p->fd, at, len, MSG_NOSIGNAL);
        if (n <= 0)
            return; /* closed: taking will tell */
        at += n;
        len -= (size_t)n;
    }
}

void foe_send(struct foe_peer *p, const struct sigwire_msg *m)
{
    struct buf b;
    buf_init(&b);
    sigwire_write(&b, m);
    foe_send_raw(p, b.data, b.len);
    buf_fini(&b);
}

bool foe_take(struct foe_peer *p, struct sigwire_msg *ret)
{
    size_t total = 0;
    if (p->taken)
        memmove(p->in.data, p->in.data + p->taken, p->in.len - p->taken);
    p->in.len -= p->taken;
    p->taken = 0;
    while (!total) {
        if (p->in.len && sigwire_frame(p->in.data, p->in.len, &total) != 0)
            foe_die("the signer's answer is no frame");
        if (total)
            break;
        buf_reserve(&p->in, 65536);
        ssize_t n = recv(p->fd, p->in.data + p->in.len, 65536, 0);
        if (n == 0 || (n < 0 && errno == ECONNRESET))
            return false;
        if (n < 0)
            foe_die("the signer does not answer");
        p->in.len += (size_t)n;
    }
    if (sigwire_read(p->in.data, total, ret) != 0)
        foe_die("the signer's answer cannot be read");
    p->taken = total;
    return true;
}
