#pragma once
/* Inside of daemon/ledger only. See ledger.c for the states. */
#include <event2/event.h>
#include "base/keyring.h"
#include "base/log.h"
#include "base/merkle.h"
#include "base/mem.h"
#include "base/sigwire.h"
#include "ledger/ledger.h"
#include "base/next.h"
#include "ledger/signer_client.h"
#include "store/db.h"

#define LEDGER_SCHEMA 3 /* what cpf.schema_version must say */

enum ledger_state {
    LEDGER_IDLE,
    LEDGER_WAITING,
    LEDGER_CONNECTING,
    LEDGER_FENCING,
    LEDGER_OPENING,
    LEDGER_LOADING,
    LEDGER_READY,
    LEDGER_COMMITTING,
    LEDGER_DEAD,
};

/* ---- queue (ledger_queue.c): entries not yet settled, in log order, and the commands they belong to ---- */

struct slot {
    struct entry *entry;
    const struct ledger_disclosure *disclosure;
    size_t ndisclosures;
    const struct ledger_sealed *sealed;
    bool forgets;
    struct ledger_map *map; /* of a log.batch-map; the queue's own */
};

struct cmd {
    void *tag;
    size_t n; /* slots */
    size_t bytes;
    bool own; /* the ledger's: nobody waits for it */
};

struct queue {
    struct slot *slot; /* ring, power of two */
    size_t slot_cap, slot_first, nslots;
    struct cmd *cmd; /* ring, power of two */
    size_t cmd_cap, cmd_first, ncmds;
    size_t bytes;
};

void queue_fini(struct queue *q);
void queue_push(struct queue *q, const struct ledger_item *items, size_t n, void *tag, bool own);
struct slot *queue_slot(const struct queue *q, size_t i); /* i-th from the front */
struct cmd *queue_cmd(const struct queue *q, size_t i);
void queue_drop(struct queue *q);                       /* the front command with its slots */
void queue_shift(struct queue *to, struct queue *from); /* moves the front command behind `to` */

/* ---- group (ledger_group.c) ---- */

enum group_state {
    GROUP_NONE,
    GROUP_MADE,   /* its bytes are fixed; append was asked for or must be asked for again */
    GROUP_SIGNED, /* the note is here */
    GROUP_SENT,   /* the transaction is under way */
    GROUP_STORED, /* COMMIT was answered; settle was asked for or must be asked for again */
};

struct group {
    enum group_state state;
    bool is_void;    /* handed back by the signer: leaves without bytes */
    size_t n, ncmds; /* leaves; commands of the queue */
    struct sigwire_head base, head;
    uint8_t leaf[SIGWIRE_LEAVES_MAX][HASH_LEN];
    struct buf note;                          /* NUL-terminated */
    int64_t since_us;                         /* the step it is in began then */
    size_t ntiles;                            /* that became full with it */
    struct buf tile_level, tile_n, tile_data; /* binary arrays */
};

/* The front group (cur) is on its way into the database; `next` is made only behind a stored one. */
struct ledger {
    struct ledger_config cfg;
    struct keyring keys; /* of the vkey file */
    enum ledger_state state;
    struct db *db;
    struct signer_client *signer;
    struct event *ev_retry, *ev_pump, *ev_idle;
    unsigned attempts;
    bool announced;       /* on_ready was the newest word */
    bool reading;         /* on_reading was called, the fold waits */
    bool folding, folded; /* on_fold has begun, is done: a living daemon */
    const char *away;     /* the newest code told */
    uint64_t epoch;
    uint64_t doubt;              /* fences since, sent and never answered: each may have raised it */
    struct sigwire_head settled; /* what the signer has settled, as far as we know */
    struct buf note;             /* of `settled`, NUL-terminated */
    struct buf head_note;        /* of the head just fenced */
    struct sigwire_head head;    /* the head just fenced */
    struct group group[2], *cur, *next;
    struct queue queue;
    struct queue told; /* settled; the first `replied` of them have been told */
    size_t replied, replied_slots;
    struct event *ev_tell, *ev_rest;
    struct gather {
        int fd; /* timer, finer than the loop's own */
        struct event *ev;
        bool armed;
        size_t expect, seen; /* commands */
        int64_t until_us, look_us;
        int64_t cpu_us;           /* of this thread at the newest commit */
        double busy_us, commands; /* running sums */
    } gather;
    struct {
        struct event *ev;
        bool server, signer; /* asked and not answered */
        unsigned busy;
    } watch;
    uint64_t next_idx; /* of the next entry submitted */
    int64_t last_at;
    bool is_new;
    /* tree after the newest group made */
    struct merkle_edge edge;
    struct merkle_tiles tiles;
    /* void rows: what runs there must be; the last one may reach the end of the log */
    struct run {
        uint64_t first, count;
    } * run;
    size_t nruns;
    struct load *load;           /* while loading */
    uint8_t (*rolled)[HASH_LEN]; /* leaves that the signer wants to see, from roll_first on */
    size_t nrolled;
    uint64_t roll_first;
    char boot[64];    /* this boot's id */
    struct arena own; /* the ledger's own entries */
    /* the stream `log` */
    uint64_t log_sseq;
    uint8_t log_leaf[HASH_LEN];
    struct kept { /* checkpoints in the database, all of them settled */
        uint64_t count, upto;
        uint8_t sizes[HASH_LEN]; /* batchmap_size */
    } kept;
    struct {
        bool any;
        uint8_t leaf[HASH_LEN];
    } closing;                 /* the newest one of a batch */
    uint64_t nvoids, last_map; /* log.void entries in it; number of the newest map */
    char log_boot[64];         /* of the newest log.opened or log.recovered; "" in a new log */
    struct note_key *known;    /* keys that the log names */
    size_t nknown;
    /* reused binary arrays of one transaction */
    struct buf a_id, a_stream, a_sseq, a_kind, a_at, a_body, a_leaf;
    struct buf a_idx, a_name, a_salted; /* a_idx: also of what forgets */
    struct ledger_stats stats;
    void (*on_idle)(void *arg);
    bool draining;
};

/* ledger.c */
void ledger_state(struct ledger *l, enum ledger_state s);
void ledger_fatal(struct ledger *l, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void ledger_lost(struct ledger *l, const char *away, const char *why);
/* Looks at a unit's reply: true if done. Else the right thing was done about it. */
bool ledger_reply_ok(struct ledger *l, const struct db_reply *r);
/* A refusal of the signer: fatal, or lost when only the session is gone. */
void ledger_refused(struct ledger *l, int err, const struct signer_refusal *r);
void ledger_announce(struct ledger *l); /* on_ready */
void ledger_check_idle(struct ledger *l);
void ledger_wake(struct ledger *l); /* something was queued */

/* ledger_open.c: lock, fence, open */
void ledger_fence(struct ledger *l);
/* Why what the server commits might not last or not be told truly, with what to do; NULL: it does. */
const char *ledger_unsafe(bool fsync, bool full_page_writes, bool warns);

/* ledger_load.c: from the rows to the tree, the book and the stream `log` */
void ledger_load(struct ledger *l, const struct sigwire_msg *opened);
void ledger_load_fold(struct ledger *l); /* second half, after a void group was committed */
void ledger_load_free(struct ledger *l);

/* ledger_fold.c */
void ledger_fold_row(struct ledger *l, const struct db_result *r);

/* ledger_tell.c */
void tell_init(struct ledger *l);
void tell_fini(struct ledger *l);
void tell_group(struct ledger *l, size_t ncmds); /* the queue's first commands are settled */
void tell_rest(struct ledger *l);                /* of those who have had their replies */

/* ledger_gather.c */
void gather_init(struct ledger *l);
void gather_fini(struct ledger *l);
void gather_begin(struct ledger *l, int64_t commit_us);
void gather_told(struct ledger *l);  /* the replies are out */
bool gather_holds(struct ledger *l); /* shall what waits wait for more? */

/* ledger_watch.c */
void watch_init(struct ledger *l);
void watch_fini(struct ledger *l);
void watch_state(struct ledger *l); /* the state has changed */

/* ledger_own.c: log.opened, log.void, log.recovered, key.rotated */
must_check int ledger_own_read_boot(struct ledger *l);
void ledger_own_begin(struct ledger *l); /* queues what is owed; may be nothing */
/* The next entry of the stream `log`, in `a`; the caller queues it. */
void ledger_own_add(struct ledger *l, struct arena *a, struct ledger_item *item, enum kind_id kind,
                    const struct shape *shape, const void *body, int64_t at);

/* ledger_key.c */
/* A key that the log names. CPF_E_SYNTAX, CPF_E_KEY, CPF_E_MISMATCH. */
must_check int ledger_key_know(struct ledger *l, const char *vkey);
/* After the fold: does the log know the keys of the vkey file, but for a new one behind them? Else fatal. */
bool ledger_key_check(struct ledger *l);
/* Is that new one there: is a key.rotated owed? */
bool ledger_key_rotates(const struct ledger *l);
const char *ledger_key_text(struct arena *a, const struct note_key *k);   /* its vkey */
struct key_rotated ledger_key_rotated(struct ledger *l, struct arena *a); /* from now on it is known */
/* Does the note bear a line of each key of the vkey file? Else fatal. */
bool ledger_key_signed(struct ledger *l, const char *note, size_t len);

/* ledger_map.c */
void ledger_map_kept(struct ledger *l, uint64_t size); /* one more checkpoint */
void ledger_map_free(struct ledger_map *m);            /* NULL is fine */
uint64_t ledger_map_number(const struct ledger_map *m);
void ledger_map_exec(struct ledger *l, struct ledger_map *m); /* its rows, within a unit */

/* ledger_group.c */
void group_become(struct group *g, enum group_state s);
void group_init(struct ledger *l);
void group_fini(struct ledger *l);
void group_reset(struct ledger *l); /* before a fresh start */
void group_pump(struct ledger *l);  /* makes and sends what can be */
/* A void group handed back with its note: committed at once. */
void group_void(struct ledger *l, const struct sigwire_head *head, const uint8_t (*leaf)[HASH_LEN], size_t n,
                const char *note, size_t note_len);
/* After open: goes on with what was in flight. `note`: of a pending group that must be sent again, or NULL.
 */
void group_resume(struct ledger *l, const char *note, size_t note_len);
/* The front group has its note: into the database (ledger_store.c); its COMMIT was answered. */
void group_store(struct ledger *l);
void group_stored(struct ledger *l);
/* The group's next step begins; what the last one took, us, also added to *sum unless NULL. */
int64_t group_step(struct group *g, uint64_t *sum);
/* The front group is stored and settled: tells everybody, then continues. */
void group_settled(struct ledger *l);
