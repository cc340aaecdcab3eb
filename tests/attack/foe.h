#pragma once
/*
 * What the attackers share: the log as rows in memory, a database connection, and a connection to cpf-signer
 * that anybody can make who may open its socket. Whatever fails ends the program with FOE_BROKEN: an attack
 * that could not be tried is neither caught nor missed.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <libpq-fe.h>
#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/merkle.h"
#include "base/note.h"
#include "base/sigwire.h"

#define FOE_BROKEN 70

void foe_die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* ---- the database ---- */

PGconn *foe_connect(const char *conninfo);
/* Parameters are texts, NULL-terminated; the result is the caller's. */
PGresult *foe_query(PGconn *pg, const char *sql, const char *const param[]);
/* The same, of which nothing is wanted. */
void foe_exec(PGconn *pg, const char *sql, const char *const param[]);
/* "\x…" */
const char *foe_bytea(struct arena *a, const void *data, size_t len);

struct foe_row {
    char *body; /* NULL: void */
    uint8_t was[HASH_LEN], leaf[HASH_LEN];
};
struct foe_log {
    char origin[256];
    uint64_t epoch, size;
    uint8_t root[HASH_LEN];
    char *note;
    size_t n;
    struct foe_row *row;
};
/* Head and rows as they lie there. */
void foe_load(struct foe_log *l, PGconn *pg);
/* RFC 6962 root over the first `size` rows. */
void foe_root(const struct foe_log *l, uint64_t size, uint8_t ret[HASH_LEN]);
/* A checkpoint of that size and root, signed. */
void foe_note(const struct foe_log *l, uint64_t size, const uint8_t root[HASH_LEN], const struct key *key,
              struct buf *ret);
/* A key from 64 hexadecimal digits. */
struct key *foe_key(const char *hex);

/* ---- the signer ---- */

struct foe_peer {
    int fd;
    struct buf in;
    size_t taken;
};
/* False if nobody listens. */
bool foe_dial(struct foe_peer *p, const char *socket);
void foe_hang_up(struct foe_peer *p);
void foe_send(struct foe_peer *p, const struct sigwire_msg *m);
void foe_send_raw(struct foe_peer *p, const void *data, size_t len);
/* The next answer; false if the signer closed instead. Pointers live until the next call. */
bool foe_take(struct foe_peer *p, struct sigwire_msg *ret);
