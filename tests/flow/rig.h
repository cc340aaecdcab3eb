#pragma once
/*
 * A private cluster (one a program), and for each test a database and a real cpf-signer of its own, and
 * daemons made of nothing but a ledger. Everything stops in rig_down.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/mem.h"
#include "ledger/ledger.h"

struct event_base;

/* ---- the cluster, once a program ---- */
struct rig_cluster {
    char dir[256]; /* socket in dir/run */
};
int rig_cluster_up(
    void **state); /* CMocka group set-up: *state = struct rig_cluster; -1 without PostgreSQL */
int rig_cluster_down(void **state);                   /* group tear-down */
void rig_pg(struct rig_cluster *c, const char *verb); /* start, stop, kill */

/* ---- one log ---- */
struct rig {
    struct rig_cluster *cluster;
    struct event_base *base;
    char db[32], conninfo[512], dir[300], socket[320], origin[64];
    char vkey[512];           /* one line, or two during a rotation */
    char key[400], next[400]; /* of the signer; next: "" without */
    const char *module, *pin; /* of PKCS#11; NULL: none */
    bool hold;                /* nodes wait for ledger_read_on before they fold */
    pid_t signer;
    bool unsigned_acts; /* acts here bear no signature: audits are not strict */
};
/* A fresh log under `origin` training.test/log. */
void rig_up(struct rig *r, struct rig_cluster *c);
/* The same, r->key, r->module and r->pin set before (all else zero): a key in a token. */
void rig_up_key(struct rig *r, struct rig_cluster *c);
void rig_down(struct rig *r);
void rig_signer_start(struct rig *r);
void rig_signer_kill(struct rig *r); /* SIGKILL, waited for */
/* Makes a key at r->next (`cpf-signer newkey`); its verifier key goes to ret_vkey. */
void rig_newkey(struct rig *r, char ret_vkey[256]);
/* SQL as superuser; the first column of the first row, "" without; a static buffer. Errors fail the test. */
const char *rig_sql(struct rig *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* SQL as a role; the SQLSTATE of its failure, "" if it succeeded. */
const char *rig_sqlstate(struct rig *r, const char *role, const char *sql);

/* `cpfctl audit` as the reader role: its exit code; what it printed is in a static buffer. */
int rig_audit(struct rig *r, const char **ret_text);
/* The same by a key manifest and the root key's file. */
int rig_audit_manifest(struct rig *r, const char *manifest, const char *root, const char **ret_text);
/* The audit must pass. */
void rig_audit_ok(struct rig *r);
/* The audit must fail, naming `what`. */
void rig_audit_fails(struct rig *r, const char *what);

/* ---- a daemon: a ledger with counters ---- */
struct node {
    struct rig *rig;
    struct ledger *ledger;
    int ready, away; /* calls of on_ready, on_away */
    int readings;    /* of on_reading */
    bool up;         /* ready now */
    const char *why_away;
    size_t folded, entries, settled; /* calls of on_fold, on_entry, on_settled */
    uint64_t last_tag;               /* must come in order */
    int fatal;                       /* code; 0: none */
    char text[2048];                 /* of on_fatal */
    uint64_t tags;                   /* commands submitted */
    struct {
        char stream[64];
        uint64_t sseq;
        uint8_t leaf[32];
    } chain[64];
    size_t nchains;
    struct arena arena; /* entries of what was submitted */
    int64_t now;
    /* Every settled entry; set it behind node_start. May be NULL. */
    void (*on_entry)(void *arg, const struct entry *e);
    void *on_entry_arg;
    size_t again; /* so many settled commands are followed by another, at once */
};
void node_start(struct node *n, struct rig *r);
void node_stop(struct node *n); /* as a kill would: no farewell */
/* One command of `k` entries in `stream`, the first with an id. */
void node_submit(struct node *n, const char *stream, size_t k);
void node_submit_kind(struct node *n, const char *stream, const char *kind);
/* One command of one entry that was built elsewhere: its bytes. */
void node_submit_text(struct node *n, const char *text, size_t len);
/* Runs the loop until `what` holds; false after what only a hang takes: ms of a machine with nothing else to
 * do, and several times as long on a busy one. */
bool rig_until(struct rig *r, bool (*what)(void *arg), void *arg, int ms);
/* Runs the loop until the SQL (as superuser) gives `want`; fails the test after such a time (10 s). */
void rig_until_sql(struct rig *r, const char *want, const char *sql);
/* How many daemons wait for their turn. */
#define STANDBYS                                                                                             \
    "select count(*) from pg_locks where locktype = 'advisory' and not granted and database = "              \
    "(select oid from pg_database where datname = current_database())"
/* The usual waits; they fail the test likewise. */
void node_until_ready(struct node *n);
void node_until_settled(struct node *n, size_t commands);
void node_until_fatal(struct node *n);
/* A start that must be refused, naming `what`. */
void node_refused(struct rig *r, const char *what);
/* A start that must succeed. */
void node_accepted(struct rig *r);
/* Lets the loop run for so long: for a moment chosen at random, or to see that nothing comes. Never for
 * something. */
void rig_run(struct rig *r, int ms);
