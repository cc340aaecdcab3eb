#pragma once
/*
 * cpf-sim's engine.
 *
 * A *player* plays the story of one batch. The *world* is what all players
 * share: the simulated clock, the stations with the context that the server
 * keeps of them, and the people, who can be at one place only. Players run side
 * by side; the clock moves on when nobody has anything to do now.
 *
 *   player: WAITING (for its time, a station, a person) -> BUSY (a request is open) -> WAITING … -> ENDED
 *
 * A block of the story becomes a list of *ops* when it begins: sign-ins, batch
 * card, badge, step code, then the block's own scans, then sign-outs.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "base/jansson.h"
#include "base/mem.h"
#include "base/map.h"
#include "sim/story.h"
#include "sim/vars.h"

struct client;
struct p256;
struct event;
struct event_base;
struct player;
struct sim;

struct sim_person {
    const char *id, *badge; /* badge: raw code */
    const char *pin, *password;
    const char *role;       /* the first */
    struct sim_station *at; /* signed in there, or NULL */
    int holders;            /* players that need the person there */
    struct sim_person *next;
};

#define STATION_PEOPLE 6
struct sim_station {
    const char *id, *token;
    struct player *busy; /* a block of this player runs here */
    const char *batch;   /* of the server's context, or NULL */
    size_t npeople;
    struct sim_person *person[STATION_PEOPLE];
    struct sim_person *acting;
    char next_step[120], next_field[64]; /* what the server said comes next; "" = nothing */
    bool open;                           /* a step is under way */
    int64_t ended;                       /* when the last block ended here */
    /* one that has a key (sim/tablet.h) */
    struct p256 *key;
    bool away;
    int64_t spooled;
    const char *spool_hash;
    struct sim_station *next;
};

enum op_kind {
    OP_SIGN_IN,
    OP_SIGN_OUT, /* becomes X-OUT and the badge */
    OP_CARD,     /* the batch card, unless the bench has it */
    OP_BADGE,    /* unless this person is the one acting */
    OP_CHOOSE,   /* the step's code, unless it is what the server awaits */
    OP_SCAN,
    OP_ACT,
    OP_RECORD,
    OP_EACH,  /* reads the batch; becomes a record for each deviation or hold */
    OP_STATE, /* reads the batch */
    OP_LOOK,  /* the same, before signing: what is signed is what was shown */
    OP_WAIT,
    OP_DONE, /* the step must be finished */
    OP_RESEND,
    OP_AWAY, /* the station is not heard, until the daemon says so */
    OP_BACK,
};

struct op {
    enum op_kind kind;
    struct sim_station *station;
    struct sim_person *person;
    const struct item *item;  /* whose expectation counts, or NULL */
    const char *text;         /* raw code; sign-in: PIN; field name for OP_RECORD: kind */
    const char *field;        /* that the scan is meant for, or NULL */
    bool who_said;            /* sent again behind a badge */
    bool drawn;               /* it is decided whether it is mistyped */
    bool slip, settles;       /* mistyped; typed as it was meant, because the slip was asked about */
    struct sim_person *asked; /* OP_SCAN: the second entry of a value; who acts on afterwards */
    json_t *body;             /* OP_RECORD made by OP_EACH; freed with its answer */
    bool acks;                /* an alarm */
    bool own;                 /* of the story, not of the engine: its expectation is the item's or block's */
    int64_t wait_ms;
    struct op *next;
};

enum player_state { PLAYER_WAITING, PLAYER_BUSY, PLAYER_ENDED };

#define PLAYER_HELD 16
#define UNITS_EACH  5
struct player {
    struct sim *sim;
    int index, lane;
    const char *batch, *label; /* label: case or omitted step, or NULL */
    long first_unit;           /* of each lot: it has UNITS_EACH from there on */
    const struct story *with;  /* case, or NULL */
    const char *omit;
    struct player *neighbour;
    struct vars vars;
    struct arena arena;  /* of the whole batch */
    struct block *block; /* under way or next */
    bool begun;          /* the block's ops are made */
    struct op *ops;
    int64_t due;         /* not before */
    int64_t block_ended; /* when the block before ended */
    enum player_state state;
    bool blocked;          /* waits for a station or a person */
    bool loose;            /* a step was left out before: refusals are expected */
    bool caught;           /* … and a gate refused, naming it */
    const char *gate_said; /* what the first gate refused with */
    bool skip_block;
    struct sim_person *held[PLAYER_HELD];
    size_t nheld;
    json_t *request; /* in flight, for OP_RESEND and for reports */
    const char *path, *token;
    char shown[48];        /* digest of the batch as it was looked at last; "": not before this act */
    json_t *answer_before; /* the answer that a resend must repeat */
    struct op *op;         /* in flight */
    bool opened;           /* the batch exists */
    bool leaving;          /* the block is over but for sign-outs */
    bool stepped;          /* the block's step was begun or done by an accepted answer */
    /* what came of it */
    size_t scans, acts, sessions, steps, refused, deviations, holds;
    size_t block_scans;
    char block_marks[200]; /* outcomes other than accepted, for the progress line */
    const char *final_state;
};

struct tally {
    const char *name;
    size_t n;
    struct tally *next;
};

struct sim_options {
    uint64_t seed;
    double speed; /* 0: as fast as possible */
    int batches, connections, first;
    int slips; /* one in so many typed values is mistyped; 0: none */
    bool progress, json, pauses, show_next;
    const char *until;
    const char *start; /* YYYY-MM-DD of D0, or NULL */
};

/* What became of mistyped values. */
struct sim_slips {
    size_t typed, made, refused, asked, quiet, deviations, holds;
};

struct sim {
    struct sim_options opt;
    struct sim_slips slips;
    struct event_base *base;
    struct client *client;
    FILE *record; /* every request is written there, or NULL */
    struct arena arena;
    const struct story *story;
    json_t *protocol; /* of the server, for titles and for which steps are mandatory; may be NULL */
    struct sim_person *people;
    struct sim_station *stations;
    struct map person_by_id, station_by_id;
    int groups;       /* copies of the facility */
    int64_t now;      /* the server's clock when it was last read */
    int64_t now_mono; /* our monotonic clock then: both run on */
    int64_t zero;     /* day number of D0 */
    long units_taken; /* of any lot, by whoever played before */
    size_t nplayers;
    bool numbered; /* the facility's rule numbers the batches */
    struct player *player;
    bool moving;    /* the clock is being moved */
    int64_t target; /* where to, while we sleep before it */
    struct event *pump, *beat;
    const char *origin; /* of the log, once a station has a key */
    bool failed, unreachable;
    bool released;  /* a station, a person or a secret's turn became free */
    size_t secrets; /* requests in flight that open a sealed secret: the server queues few */
    size_t requests, next_differs, clock_moves;
    struct tally *outcomes, *codes;
};

/* sim_world.c */
must_check int world_load(struct sim *s, const char *dir, char *ret_error, size_t size);
struct sim_person *world_person(struct sim *s, const char *id);
struct sim_station *world_station(struct sim *s, const char *id);
/* One that is heard without meaning it: another than `st`, without a key. */
struct sim_station *world_any(struct sim *s, const struct sim_station *st);
/* The id that plays `name` in this lane; literal names (upper case) stand for themselves. NULL if unknown. */
const char *world_cast(struct sim *s, int lane, const char *name);
void world_joined(struct sim_station *st, struct sim_person *p);
void world_left(struct sim_station *st, struct sim_person *p);
/* Sessions end with their day. */
void world_midnight(struct sim *s);

/* sim_codes.c: the raw string of a code word of the story (T1, E:bsc, L:il-2/1 …); lives in the player's
 * arena. NULL with an English text in ret_error. */
const char *codes_raw(struct player *p, const char *word, char *ret_error, size_t size);
/* What plays `name` in the player's lane, its {variables} filled in. NULL with a text. */
const char *codes_cast(struct player *p, const char *name, char *ret_error, size_t size);
/* "T1..T5,W1" one by one: calls `each` with every word. */
must_check int codes_each(struct player *p, const char *text, int (*each)(void *arg, const char *word),
                          void *arg, char *ret_error, size_t size);

/* sim_ops.c: the ops of the player's block; false if a station or person is not free yet. */
bool ops_make(struct player *p);
/* Ops that sign out the player's people whom no later block of the day needs there. */
void ops_leave(struct player *p, struct op **tail);
struct op *ops_add(struct player *p, struct op ***tail, enum op_kind kind);
void ops_release(struct player *p);

/* The facility's clock, now. */
int64_t sim_now(const struct sim *s);
/* sim_clock.c: lets players run, and moves the clock when nobody can; */
void clock_pump(struct sim *s);
void clock_set(struct sim *s, const char *now);

/* sim_play.c: runs until every player has ended or one failed; an exit code. */
int sim_run(struct sim *s);
/* Goes on with the player as far as possible without an answer or another time. False if nothing could be
 * done. */
bool play_on(struct player *p);
void play_begin(struct player *p);

/* sim_slip.c: in front of a typed value comes a slip of it, now and then; true if one was put there. */
bool slip_before(struct player *p, struct op *op);
/* What came of a slip, or of the value behind it. */
void slip_counted(struct sim *s, const struct op *op, const char *outcome, const char *code);

/* sim_alarm.c: people acknowledge what the answer says stands there: puts that before what comes next. */
void alarm_acknowledge(struct player *p, const struct op *op, const json_t *answer, bool refused);

/* sim_check.c: compares an answer with what the story expects; prints what differs. */
void check_answer(struct player *p, const struct op *op, const json_t *answer, int status);
/* The same id again: the same answer, `next` excepted. */
void check_resend(struct player *p, const struct op *op, const json_t *answer);
/* A gate of a story with a step left out: does the refusal name it? */
void check_gate(struct player *p, const json_t *answer);
const char *check_outcome(const json_t *answer, int status, const char **ret_code);
/* A mismatch without an answer. */
void check_fail(struct player *p, const struct item *it, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* sim_report.c */
void report_block(struct player *p);
void report_count(struct sim *s, struct tally **list, const char *name);
void report_end(struct sim *s, double seconds);
const char *report_title(struct sim *s, const char *step);
bool report_mandatory(struct sim *s, const char *step);
