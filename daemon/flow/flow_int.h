#pragma once
/* Inside the flow only. */
#include "auth/unlock.h"
#include "base/entry.h"
#include "base/kind.h"
#include "base/map.h"
#include "flow/flow.h"
#include "flow/guard.h"
#include "flow/ids.h"
#include "ledger/ledger.h"
#include "store/db.h"

#define WORK_ENTRIES VERDICT_DRAFTS
#define FLOW_SPARE   128

struct waiter {
    flow_reply_fn reply;
    void *arg;
    int64_t since_ms;
    struct waiter *next;
};

struct work_state {
    struct flow *flow;
    struct id_record *record;
    struct waiter *waiters; /* the same id sent again while in flight */
    struct key *key;        /* opened for signing; wiped within the turn */
    size_t n, first;        /* entries; index of the command's first one */
    const char *cred;       /* the digest whose secret is being opened */
    bool setup;
    flow_look_fn look; /* no command: somebody reads a batch */
    struct work *next; /* submitted, or to be judged, after it */
    int64_t since_ms;  /* when it was submitted */
    /* from here on written before read */
    struct verdict verdict;
    struct entry entry[WORK_ENTRIES];
    struct ledger_item item[WORK_ENTRIES];
    struct buf reply; /* its memory is kept */
};

struct credential {
    const char *name;      /* person, blank, digest of both */
    const char *pin, *key; /* sealed */
};

struct sealed_row {
    char *person, *pin;
};

struct flow_basis;
/* recall.c: what has left the memory comes back for a judgement that wants it */
struct recall;
struct flow_recall {
    struct recall *now;                  /* under way; NULL: none */
    struct work *waiting, *waiting_last; /* judged behind it, in the order of arrival */
    size_t nwaiting;
    bool judging; /* them */
    struct event *again;
    struct flow_recall_state told;
};

/* presence.c: since when it cannot record; 0: it does */
struct flow_presence {
    int64_t looked; /* monotonic: for stations that are silent, last; 0: not yet */
    int64_t away_since, away_mono;
    int64_t recording_at; /* when it could last */
    const char *cause;
};

struct map_waiter;
struct flow_map {
    uint64_t number;               /* of the newest durable map, 0: none */
    int64_t next_ms;               /* when the next facility day begins: then one is due, */
    bool owing;                    /* if there is an entry since the newest one */
    uint64_t under_way;            /* the map that is queued and not durable, or 0 */
    struct ledger_counted *closed; /* not in the book, with an entry behind the newest map */
    size_t nclosed;
    struct map_waiter *waiters;
};

struct flow {
    struct flow_config cfg;
    struct book book;
    struct ledger *ledger;
    struct unlock *unlock;
    struct db *db; /* look-ups of ids, credentials */
    unsigned db_tries;
    struct event *db_retry, *tick;
    struct ids *ids;
    struct map credentials; /* by name */
    struct map disclosed;   /* by digest */
    struct arena keep;      /* keys and values of `credentials` */
    const char *away;       /* code, or NULL when ready */
    const char *blocked;    /* code: by what is outside of flow and ledger, or NULL */
    struct flow_map map;
    struct flow_basis *basis;
    struct flow_recall recall;
    struct flow_presence presence;
    int64_t rota_day;                   /* on which the rota was looked at last, of all batches */
    char rota_after[BOUND_CODE_ID + 1]; /* today's look goes on behind this batch */
    bool begun, was_ready, draining, stopped;
    bool wanted, reading; /* what the fold needs beside the log: the ledger waits for it; it is being read */
    struct {
        bool known;             /* the log has its first entry, */
        bool under_way;         /* and not its last one yet, which is queued */
        uint8_t req[HASH_LEN];  /* which request it was */
        uint8_t leaf[HASH_LEN]; /* of the first entry */
    } set_up;
    struct {
        bool wanted, reading; /* credentials, at start */
        struct sealed_row last;
        void (*done)(struct flow *f);
    } sealed;
    struct guard guard;
    const char *clock;                 /* why its time is not believed, or NULL */
    int64_t offset;                    /* training clock: ahead of the machine's by */
    struct work *flying, *flying_last; /* submitted and not settled; of a set-up the last part */
    struct event *overdue;
    uint64_t book_refused[KINDS]; /* commands taken back because an entry of that kind did not fold */
    struct arena scratch;         /* of one reply */
    size_t nspare;
    struct work *spare[FLOW_SPARE];
};

/* work.c */
void work_free(struct work *w);
void work_destroy(struct work *w);
/* Builds, applies and submits the entries of state->verdict: all of them, or none. False: w was answered and
 * is gone. */
bool work_commit(struct work *w, int64_t now);
void work_answer(struct work *w, int status, const char *code);
/* An entry of that kind did not fold, and the command is taken back: journal and count. */
void flow_book_refused(struct flow *f, int err, enum kind_id kind);
void work_sent(void *flow, void *tag);
void work_settled(void *flow, void *tag);
void work_done(void *flow, void *tag);
/* Both clocks and the last entry. */
struct guard_now flow_clock_now(struct flow *f);
/* Looks at the clock: its code, or NULL. *ret_now: the time of an entry made now; the last one's if not
 * believed. A little behind the log is waited out by using the log's own time. */
const char *flow_clock_look(struct flow *f, int64_t *ret_now);
/* overdue.c: whoever waits too long for an answer is told that nobody knows yet */
#define FLOW_UNKNOWN "outcome.unknown"
void overdue_init(struct flow *f);
void overdue_fini(struct flow *f);
void overdue_submitted(struct flow *f, struct work *w);
void overdue_settled(struct flow *f, const struct work *w);
/* reply.c: the answer of a command from its first entry. */
void reply_write(struct flow *f, const struct entry *e, const struct station *st, struct buf *ret);
void work_unlock(struct work *w); /* the secret, then judging */
/* setup.c */
void setup_fold(struct flow *f, const struct entry *e);
void setup_began(struct flow *f, const struct entry *first, const uint8_t req[HASH_LEN]);
void setup_settled(struct flow *f, struct work *w);
/* recall.c */
void recall_init(struct flow *f);
void recall_fini(struct flow *f);
/* One is under way: w is judged behind it. */
bool recall_holds(struct flow *f, struct work *w);
/* Brings what the verdict of w wants, then has it judged again. */
void recall_begin(struct flow *f, struct work *w);
void recall_end(struct flow *f);                        /* w was judged, or answered: what came back leaves */
void recall_done(struct flow *f, const struct work *w); /* settled and told: what it has closed leaves */
void recall_drain(struct flow *f);
void work_judge(struct work *w); /* behind recall_begin: judged again, as if it had just come */
/* redact.c */
bool redact_look_up(struct work *w); /* true: w goes on by itself, or was answered */
void redact_forget(struct work *w);  /* behind an accepted redaction */
/* flow_map.c */
void flow_map_fold(struct flow *f, const struct entry *e);
void flow_map_stood(void *flow, const struct ledger_counted *c, uint64_t mapped, bool closed); /* on_stood */
void flow_map_ready(struct flow *f); /* once serving */
/* Between two commands, also when there are none: a new day begins with a map of what came before. */
void flow_map_overdue(struct flow *f, int64_t before); /* whoever has waited since then is told so */
void flow_map_daily(struct flow *f, int64_t now);
void flow_map_settled(void *flow, uint64_t number);
void flow_map_recalled(struct flow *f, struct stream *s);      /* a closed stream came into the book, */
void flow_map_dropped(struct flow *f, const struct stream *s); /* and leaves it */
/* Closed, and with an entry that no map counts: how it ends. NULL: no such. */
const struct ledger_counted *flow_map_owed(const struct flow *f, const char *stream);
void flow_map_drain(struct flow *f); /* whoever waits is told */
void flow_map_free(struct flow *f);
/* basis.c */
struct basis_changed;
void flow_basis_begin(struct flow *f);
void flow_basis_free(struct flow *f);
void flow_basis_look(struct flow *f, int64_t now);         /* while it serves, between two commands */
void flow_basis_say(const struct flow *f);                 /* at start: what waits, what is not understood */
struct basis_changed flow_basis_now(const struct flow *f); /* for the set-up */
/* presence.c */
void presence_begin(struct flow *f, int64_t now); /* once serving, before the first tick */
void presence_tick(struct flow *f);
void presence_stop(struct flow *f);
void presence_spool(struct flow *f, struct work *w); /* of w->spool */
/* entry_make.c */
must_check int entry_make(struct work *w, const struct draft *d, int64_t now, struct entry *e,
                          struct ledger_item *item);
/* credential.c */
void credential_digest(const char *pin, const char *key, char ret[44]);
/* Those that the folded log names are read into memory, then `done`; with the next connection if need be. */
void credential_load(struct flow *f, void (*done)(struct flow *f));
void credential_load_on(struct flow *f); /* there is a connection */
const struct credential *flow_credential(const struct flow *f, const struct person *p);
/* Would these ever open here? Light seals are for training alone. */
bool credential_fits(const struct flow *f, const char *pin, const char *key);
void credential_keep(struct flow *f, const char *person, const char *pin, const char *key);
/* The custodians' instruction in `note`; NULL: the root key of this log (evidence/keys/root.txt) did not sign
 * it. */
const struct instruction *credential_instruction(const struct flow *f, const char *note, struct arena *a);
/* The value behind a digest, for as long as its stream is in the book. */
void disclosed_keep(struct flow *f, const char *stream, const char *digest, const char *value);
void disclosed_forget(struct flow *f, const char *digest);
void disclosed_drop(struct flow *f, const char *stream); /* of that stream; NULL: all of them */
const char *disclosed_value(void *flow, const char *digest);
