#pragma once
/*
 * A real cpf-signer in a directory of its own, spoken to byte by byte, and a
 * stand-in for the database: rows (leaf, body or not) and a signed head.
 * Whatever fails ends the test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/types.h>
#include "base/buf.h"
#include "base/merkle.h"
#include "base/note.h"
#include "base/sigwire.h"

#define RIG_ORIGIN "training.test/signer"
#define RIG_WAIT_S 60 /* longer than any answer takes, also under sanitizers */

struct rig {
    char dir[64];
    char socket[96], state[96], key[160], pass[96], log[96];
    struct note_key vkey;
    pid_t pid;        /* of the signer; 0: none */
    const char *shim; /* preloaded into the signer; NULL: nothing */
    uid_t allow;
    const char *origin;       /* RIG_ORIGIN */
    const char *credentials;  /* $CREDENTIALS_DIRECTORY; NULL: none */
    const char *next;         /* next_key, sealed under the same passphrase; NULL: none */
    const char *module, *pin; /* of PKCS#11; NULL: none */
};

struct peer {
    int fd;
    struct buf in; /* of the message taken last, and what follows */
    size_t taken;
};

struct table {
    size_t n, cap;
    uint8_t (*leaf)[HASH_LEN];
    bool *has_body;
    struct merkle_edge edge;
    struct sigwire_head head;
    char note[SIGWIRE_NOTE_MAX + 1]; /* "" while empty */
};

void rig_prepare(struct rig *r); /* directory, passphrase */
void rig_make(struct rig *r);    /* `cpf-signer init` */
void rig_init(struct rig *r);    /* both */
void rig_start(struct rig *r);   /* and waits until it listens */
/* Starts one that must refuse to start: true if it ended by itself with a failure, saying `why`. */
bool rig_start_refused(struct rig *r, const char *why);
int rig_stop(struct rig *r, int sig); /* waits; the wait status */
void rig_restart(struct rig *r);      /* kill -9 and start */
/* Makes a further key under `name` in the directory; its path goes to `ret`, its verifier key to *ret_vkey.
 */
void rig_newkey(struct rig *r, const char *name, char ret[96], struct note_key *ret_vkey);
void rig_fini(struct rig *r);
/* Runs cpf-signer with further arguments; its exit status. Output goes to r->log. */
int rig_run(struct rig *r, const char *const args[]);
bool rig_log_says(const struct rig *r, const char *text);
/* The first line of the log as a verifier key. */
void rig_log_vkey(const struct rig *r, struct note_key *ret);

void peer_connect(struct peer *p, const struct rig *r);
void peer_close(struct peer *p);
void peer_send(struct peer *p, const struct sigwire_msg *m);
void peer_send_raw(struct peer *p, const void *data, size_t len);
/* The next answer; false if the signer closed instead. */
bool peer_take(struct peer *p, struct sigwire_msg *ret);
/* Takes a REFUSED with that code and sees the connection closed. */
void peer_expect_refused(struct peer *p, enum sigwire_code code);

void peer_send_open(struct peer *p, uint64_t epoch, const struct table *t, const struct sigwire_head *held);
/* Open, giving leaves if they are wanted, and expect OPENED. */
void peer_open(struct peer *p, uint64_t epoch, const struct table *t, const struct sigwire_head *held,
               struct sigwire_msg *ret);
void peer_send_append(struct peer *p, uint64_t epoch, const struct sigwire_head *base,
                      const uint8_t (*leaf)[HASH_LEN], size_t n);
void peer_append(struct peer *p, uint64_t epoch, const struct sigwire_head *base,
                 const uint8_t (*leaf)[HASH_LEN], size_t n, struct sigwire_msg *ret);
void peer_send_settle(struct peer *p, uint64_t epoch, const struct sigwire_head *head);
void peer_settle(struct peer *p, uint64_t epoch, const struct sigwire_head *head, struct sigwire_msg *ret);

void table_init(struct table *t);
void table_fini(struct table *t);
/* Commits a group: rows and head with its note. */
void table_commit(struct table *t, const uint8_t (*leaf)[HASH_LEN], size_t n, bool has_body, const char *note,
                  size_t note_len);
/* The head after such a group. */
void table_head_after(const struct table *t, const uint8_t (*leaf)[HASH_LEN], size_t n,
                      struct sigwire_head *ret);
void table_copy(struct table *to, const struct table *from);
/* First row of the run of rows without body at the tail. */
uint64_t table_void_first(const struct table *t);

/* n leaves that differ by `seed`. */
void make_leaves(uint8_t (*ret)[HASH_LEN], size_t n, uint64_t seed);

/* One group through append, commit and settle. */
void rig_commit_group(struct peer *p, uint64_t epoch, struct table *t, size_t n, uint64_t seed);

void copy_file(const char *from, const char *to);
