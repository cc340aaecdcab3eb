#pragma once
/*
 * Inside of anchor*.c. A round goes:
 *
 *   IDLE ──due──> ASKING ──all witnesses answered and stored──> COUNTING ──> STAMPING ──> IDLE
 *                                                                   └──no stamp is due──────^
 */
#include <event2/event.h>
#include "anchor/anchor.h"
#include "anchor/stamper.h"
#include "anchor/submit.h"

#define ANCHOR_POST_MS  15000 /* each post */
#define ANCHOR_WAITERS  16
#define ANCHOR_LOOKBACK 32 /* cosigned checkpoints among which the newest with a quorum is looked for */

struct anchor_peer { /* a witness of ours */
    struct anchor *anchor;
    const struct policy_member *is;
    struct submit *submit; /* while asked */
    bool asked;            /* since the start */
    enum submit_result result;
    uint64_t size; /* cosigned last, and stored */
    int64_t at;    /* Unix ms, by its clock */
    unsigned failures;
    char detail[320];
    /* the cosignature on its way into the database */
    uint64_t new_size;
    int64_t new_at;
};

enum anchor_state { ANCHOR_IDLE, ANCHOR_ASKING, ANCHOR_COUNTING, ANCHOR_STAMPING };

struct anchor {
    struct anchor_config cfg;
    struct db *db;
    struct event *ev_retry, *ev_witness, *ev_stamp, *ev_later;
    unsigned tries; /* since the database was last there; 0: it is, or is on its way */
    bool started, known, begun,
        draining; /* known: what the tables say was read; begun: and a first round made */
    /* trust */
    struct arena arena;          /* the policies' strings */
    struct policy policy, asked; /* of the bundles; of those who are asked */
    bool have_policy;
    struct anchor_peer *peer;
    size_t npeers;
    struct key *key;
    struct note_key vkey; /* of our own witness */
    struct witness *witness;
    /* the round */
    enum anchor_state state;
    bool want_witness, want_stamp; /* due */
    bool force;                    /* ask those too who have this size */
    struct buf note;               /* the checkpoint; then with its cosignatures */
    uint64_t size;
    size_t left;
    bool stamp_round;
    struct stamper *stamper;
    uint64_t new_stamped;
    int64_t new_stamp_at;
    struct {
        anchor_done_fn done;
        void *arg;
        bool next; /* waits for the round behind this one */
    } waiter[ANCHOR_WAITERS];
    size_t nwaiters;
    /* told in the status */
    uint64_t quorum_size;
    uint64_t stamped;
    int64_t stamp_at;
    bool stamp_asked;
    int stamp_code;
    unsigned stamp_failures;
    char stamp_detail[320];
    int64_t alarm_at; /* 0: none since the start */
    bool alarm_word;  /* it rests on a witness's unsigned word */
    char alarm_who[256], alarm_what[32], alarm_detail[320];
};

bool anchor_stamps(const struct anchor *a); /* are time stamps wanted of this log? */
/* The size of a checkpoint's note; 0 for none. */
uint64_t anchor_size_of(const char *note);

/* anchor_load.c */
must_check int anchor_load(struct anchor *a, char **ret_error);
/* Opens its key if asked to, and makes a->witness; neither where this daemon is nobody's witness. */
must_check int anchor_load_witness(struct anchor *a, bool key, char **ret_error);
/* anchor_store.c: reads the tables' state, then `a->known`; writes; each goes on with the round by itself. */
void anchor_read_known(struct anchor *a);
void anchor_store_cosignature(struct anchor_peer *p, const struct submit_done *d);
void anchor_count(struct anchor *a);
void anchor_store_stamp(struct anchor *a, const struct stamper_done *d);
/* anchor.c: steps of the round that those call when they are done */
void anchor_on_known(struct anchor *a);
void anchor_on_away(struct anchor *a);
void anchor_on_peer(struct anchor_peer *p);
void anchor_on_counted(struct anchor *a);
void anchor_on_stamped(struct anchor *a);
