#pragma once
/*
 * The ledger: group commit of entries, signed by cpf-signer, into PostgreSQL
 * (doc/log.md 2). One transaction in flight; everything submitted meanwhile goes
 * next, at most BOUND_GROUP_ENTRIES a group; a command's entries are never
 * split over two groups.
 *
 * States: see the diagram on top of ledger.c. Nothing here blocks the loop.
 * The ledger owns the stream `log` (log.opened, log.void, log.recovered,
 * log.batch-map, key.rotated).
 *
 * A submit never calls back before it returns. on_settled comes exactly once
 * per submitted command, in order, after COMMIT and settle; or never, when
 * the process ends first.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/entry.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/note.h"

struct event_base;
struct ledger;

struct ledger_counted;
struct ledger_config {
    struct event_base *base;
    const char *conninfo;         /* libpq conninfo of the writer role */
    const char *signer_socket;    /* path */
    const char *origin;           /* of the log, e.g. training.example/cpf */
    const char *vkey;             /* the log's verifier keys (keyring_parse) */
    bool training;                /* entries say clock: simulated */
    int64_t (*now_ms)(void *arg); /* the daemon's clock */
    void *arg;                    /* for now_ms and all callbacks */

    /* Before on_fold: from now on no other daemon writes, and what else the fold needs can be read. The fold
     * waits for ledger_read_on; asked again if the connection is lost meanwhile. May be NULL. */
    void (*on_reading)(void *arg);
    /* Once, before on_ready: every entry of every open stream, in log order, each checked against its
     * chain and the tree. `text` is only valid during the call; non-zero ends the start with that code. */
    int (*on_fold)(void *arg, const struct entry *e);
    /* Once for each stream but `log` that was folded, is in the newest map of streams, or has an entry behind
     * it; behind the fold, before on_ready. Where it ends is signed; `mapped`: of its entries, how many that
     * map counts (0: it has no row there). `closed`: it was not folded. May be NULL. */
    void (*on_stood)(void *arg, const struct ledger_counted *s, uint64_t mapped, bool closed);
    /* Fenced, opened, folded: commands may be submitted (first time and after each reconnect). */
    void (*on_ready)(void *arg);
    /* Database or signer away: what is queued stays queued; refuse new commands with `code`
     * ("away.database" or "away.signer"). */
    void (*on_away)(void *arg, const char *code);
    /* The command's transaction is under way and nothing is to be done but wait: time to prepare its reply.
     * Comes again if the group is sent again. May be NULL. */
    void (*on_sent)(void *arg, void *tag);
    /* All entries of the command submitted with `tag` are durable and settled. */
    void (*on_settled)(void *arg, void *tag);
    /* A little later, in the same order: the ledger needs the command's entries no more. May be NULL. */
    void (*on_done)(void *arg, void *tag);
    /* The map of that number is durable, entry and rows; may be NULL. */
    void (*on_mapped)(void *arg, uint64_t map);
    /* Every entry, once settled, in log order (for the follower and watchers), after its command's on_settled
     * and before its on_done; may be NULL. */
    void (*on_entry)(void *arg, const struct entry *e);
    /* The process must end: `text` names the statement, rule or attack, and what to do. */
    void (*on_fatal)(void *arg, int code, const char *text);
};

/* A salted disclosure stored with its entry (doc/log.md 6). */
struct ledger_disclosure {
    const char *name, *salted;
};

/* A person's sealed texts (doc/keys.md): rows of cpf.credential, which refuses to forget. With the entry that
 * names their digest, or not at all. */
struct ledger_sealed {
    const char *person, *pin, *key;
};

struct ledger_item {
    struct entry *entry;                        /* built (entry_build); must stay valid until on_done */
    const struct ledger_disclosure *disclosure; /* as long as the entry, and so its strings */
    size_t ndisclosures;
    const struct ledger_sealed *sealed; /* NULL: none; as long as the entry */
    bool forgets; /* kind `redacted`: the values it names are deleted in the same transaction (cpf.forget) */
};

/* What a map counts of one stream: its entries submitted so far, and the leaf of the last one. */
struct ledger_counted {
    const char *stream;
    uint64_t count;
    uint8_t last[HASH_LEN];
};

must_check int ledger_new(const struct ledger_config *cfg, struct ledger **ret);
/* Begins connecting; everything else is told by callbacks. */
void ledger_start(struct ledger *l);
/* What on_reading asked for is here; it may be said within it. */
void ledger_read_on(struct ledger *l);
/* No new groups after the queued ones; `on_idle` when all is settled (graceful stop). */
void ledger_drain(struct ledger *l, void (*on_idle)(void *arg));
/* Not inside a callback of the ledger. NULL is fine. */
void ledger_free(struct ledger *l);

/* Is the log empty but for log.opened (set-up needed)? Valid after on_ready. */
bool ledger_is_new(const struct ledger *l);
/* Commands and bytes waiting, for back-pressure (BOUND_QUEUE_*). */
size_t ledger_waiting(const struct ledger *l);
size_t ledger_waiting_bytes(const struct ledger *l);
/* What this process has put into the log, and how long its groups took: the signer's note, the transaction
 * until COMMIT was answered, the signer's settling. */
struct ledger_stats {
    uint64_t groups, entries;
    uint64_t sign_us, commit_us, settle_us;
    uint64_t warned; /* commits, fences among them, that PostgreSQL did not let wait for their standby */
};
struct ledger_stats ledger_stats(const struct ledger *l);
/* `at` of the last entry in the log or queue, ms. */
int64_t ledger_last_at(const struct ledger *l);
/* The kernel's id of this boot. */
const char *ledger_boot(const struct ledger *l);
/* The newest settled checkpoint's note text; NULL before the first. */
const char *ledger_checkpoint(const struct ledger *l);

/* The leaf of the newest closing of a batch (KIND_COUNTS) in log or queue; false: none that is known of. Maps
 * of streams keep it. */
bool ledger_closing(const struct ledger *l, uint8_t ret[HASH_LEN]);

/* A full tile as stored. */
struct ledger_tile {
    uint64_t n;
    unsigned level;
    bool held; /* found in the signed tree: ledger_holds() says so; false before */
    const uint8_t *data;
};
typedef struct ledger_tile *(*ledger_tile_fn)(void *arg, unsigned level, uint64_t n); /* NULL: not there */
/* Is that leaf at that place of the tree? CPF_E_PROOF: no. CPF_E_NOTFOUND: a tile is wanting that may be
 * under way with the newest entries. When ready only. */
must_check int ledger_holds(const struct ledger *l, uint64_t idx, const uint8_t leaf[HASH_LEN],
                            ledger_tile_fn tile, void *arg);

/* Queue the entries of one command (1..64). Assigns each entry's idx. Never fails; call only when ready
 * (after on_ready and not after on_away), else it is a bug. */
void ledger_submit(struct ledger *l, const struct ledger_item *items, size_t n, void *tag);

/*
 * Queue a map of streams (base/batchmap.h): the entry log.batch-map and its rows, in one transaction. `list`
 * (copied): every stream that belongs in it but `log`, as all that was submitted before leaves it; the ledger
 * adds its own and draws the salts. Returns the map's number, from 1. When ready only, as ledger_submit; one
 * at a time, the next behind on_mapped.
 */
uint64_t ledger_submit_map(struct ledger *l, const struct ledger_counted *list, size_t n, int64_t at);
