#pragma once
/*
 * The driver: commands of every kind, legal and not, from several stations, across days, restarts, outages
 * and steps of the clock; after each of them it looks whether everything still holds.
 *
 *   generator: book -> command      knows what would come next, and mostly does that
 *   play:      command -> entries   as the daemon would, with a book and a log in memory
 *   demands:   after each command   what must hold of verdict, book, projections and facility
 *
 * A command is one line of canonical JSON, so a play is a file, and what fails can be played again, made
 * smaller and kept (cases/). Nothing in a line depends on what came before it but for ids that it names: any
 * line may be left out. Times are relative to now. Members by `do`:
 *
 *   scan      station raw [typed] [late]         session   station badge pin=right|wrong
 *   act       station badge batch fields [protocol] [step] [pending] [skip] [secret=right|wrong] [late]
 *   record    station badge kind body [secret]   show      station badge batch what
 *   wait      ms                                 clock     by=ms: the machine's clock is set
 *   restart   the process ends and begins anew
 *   outage    what=cpfd|signer|postgres how=kill|stop|hang ms: beside the commands that follow; in memory:
 *             nothing
 *   away      what=cpfd|station station ms: for so long nobody was heard, or that one not; in memory alone
 *   enrol     station code=right|wrong token: a tablet brings its own key and the code of its invitation
 *
 * late: {reason, before=ms, [form]}; everywhere: claimed=ms before now. scan and act: spool {by, chain, sig}:
 * an item of the station's own list, so many behind the next one, with the true hash of the one before, with
 * the station's signature. after=ms: so long hands took for it (in memory); pace: it is looked at how long.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench_rig.h"
#include "core/view/sheet.h"
#include "core/view/view.h"
#include "seeded.h"

/* ---- generator ---- */

#define GEN_BATCHES 12
struct gen {
    const struct book *book;
    struct arena *a; /* of what is generated */
    int64_t now;
    struct seeded rnd;
    unsigned noise;      /* of 1000 commands: nonsense */
    unsigned slips;      /* of 1000 values: another one than fits */
    unsigned small;      /* of 1000 orders: under the small protocol */
    size_t batches;      /* ordered so far */
    size_t most;         /* at most so many */
    char focus[65];      /* the batch under way, or "" */
    size_t kept;         /* commands that a station kept while there was no network, yet to be sent */
    size_t kept_of;      /* … of so many */
    int64_t kept_before; /* how long ago the next of them was */
    bool lists;          /* … in an outage that the daemon saw, and in the station's own list */
    char kept_at[65];    /* … at that one alone, or "" */
    bool hands;          /* they take time, and it is looked at how much */
    int64_t gap;         /* ms between entries now, faster than hands or all alike */
    size_t alike;        /* … for so many more; 0: as hands go */
    char form[33];       /* that is typed in now, or "" */
    char desk[65];       /* … there */
    size_t typed, typed_of;
    int64_t form_from, form_to; /* when what stands on it happened */
    size_t refused;             /* commands in a row that were refused */
    size_t log_entries;         /* entries in the log, for redactions */
    size_t serial;              /* of whatever needs a new name */
    bool real;                  /* there are processes that may end */
};

/* The next command; never NULL. */
struct json *gen_next(struct gen *g);

size_t gen_below(struct gen *g, size_t n);
bool gen_chance(struct gen *g, unsigned of_1000);
#define GEN_ONE_OF(g, list) ((list)[gen_below((g), sizeof(list) / sizeof(*(list)))])
#define gen_text(g, ...)    arena_printf((g)->a, __VA_ARGS__)

struct json *gen_command(struct gen *g, const char *what, const char *station);
struct json *gen_scan(struct gen *g, const char *station, const char *raw);
/* The code of a label: type and id. "?" if there can be none. */
const char *gen_code(struct gen *g, char type, const char *id);
/* The badge of a person. */
const char *gen_badge(struct gen *g, const char *person);
/* A number that goes with the batch, so that two batches keep to different people and things. */
size_t gen_lane(const char *batch);

/* gen_value.c: what fits field `field` of the step, as scanned, or as a form has it; `taken` (may be NULL):
 * values of the same list. NULL: nothing fits (a lot is missing, ...). */
const char *gen_value(struct gen *g, const struct batch *x, int step, int field, const struct station *st,
                      const struct json *taken);
/* gen_work.c: what brings the batch of the focus on. NULL: nothing can be done. */
struct json *gen_work(struct gen *g);
/* gen_master.c: records; a new lot of the material, a new date of calibration … */
struct json *gen_record(struct gen *g, const char *station, const char *person, const char *kind,
                        struct json *body);
struct json *gen_new_lot(struct gen *g, const char *material);
struct json *gen_any_record(struct gen *g);
struct json *gen_of_shape(struct gen *g); /* of a kind of whatever sort, by its shape; NULL: not now */
struct json *gen_resume(struct gen *g);   /* of a facility that is stopped; NULL: it is not */
/* gen_late.c: what is told afterwards, and how fast. Where at least so many stand, the batch of the focus
 * first; NULL: nowhere. */
const struct station *gen_staffed(struct gen *g, size_t least);
struct json *gen_away(struct gen *g, bool everybody); /* NULL: nobody is there whom it would stop */
void gen_keep(struct gen *g, const char *station);
void gen_unseen(struct gen *g);
void gen_late(struct gen *g, struct json *c);
void gen_pace(struct gen *g, struct json *c);
/* gen_paper.c, gen_station.c: what comes next of a form, or of a tablet; NULL: nothing now */
struct json *gen_paper(struct gen *g);
bool gen_paper_waits(const struct gen *g);
struct json *gen_tablet(struct gen *g);
bool gen_tablet_gone(const struct gen *g);
/* What a tablet of that name is invited with; base64url SHA-256. */
const char *invitation_code(struct arena *a, const char *station);
const char *digest_of(struct arena *a, const char *text);
/* gen_noise.c */
struct json *gen_noise(struct gen *g);
struct json *gen_fields(struct gen *g, const struct batch *x, int step, const struct station *st, bool fits);

/* ---- play ---- */

/* What is counted apart: that none of it is refused always, or never made. */
#define DID(X)                                                                                               \
    X(SPOOL, "item of a list")                                                                               \
    X(SEEN, "its time believed")                                                                             \
    X(INVITE, "invitation")                                                                                  \
    X(ENROL, "enrolment")                                                                                    \
    X(REVOKE, "revocation")                                                                                  \
    X(ISSUE, "form handed out")                                                                              \
    X(RETURN, "form back")                                                                                   \
    X(TYPE, "entry from a form")                                                                             \
    X(STANDS, "its time believed")                                                                           \
    X(CHECK, "form checked")                                                                                 \
    X(VOID, "form void")                                                                                     \
    X(PACE, "pace told")
enum did {
#define DID_ID(name, text) DID_##name,
    DID(DID_ID)
#undef DID_ID
        DIDS
};

struct tally {
    size_t did[DIDS][2]; /* refused; recorded otherwise */
    size_t commands, entries, outcome[OUTCOME_REFUSED + 1], away, restarts, days, folds;
    size_t ordered, released, closed, reopened, codes, outages;
};

struct real;

struct play {
    struct rig rig;
    struct tally tally;
    int64_t machine;   /* the machine's clock; the log's never goes back */
    struct map codes;  /* seen so far */
    struct book again; /* the same entries, read from their bytes: it never drops anything, nor restarts */
    size_t folded;     /* entries in `again` and in the view */
    struct view *view;
    struct view_sheet *sheet;
    struct map sides;    /* "<batch> <person>" -> department acted for */
    struct map named;    /* "<lot> <unit> <batch>" */
    struct told *told;   /* demand_told.c */
    struct p256 *tablet; /* every tablet's own key */
    const char *point;   /* … the public one */
    struct arena facts;
    bool thorough;     /* everything after each command */
    struct real *real; /* a daemon that judges (real.h); NULL: the book in memory does */
};

/* `facility`: description, its protocols approved. */
void play_begin(struct play *p);
/* The same, with a real daemon: the facility of a rig's folder. */
void play_begin_real(struct play *p, const char *rig);
void play_end(struct play *p);
/* One command, then the demands. */
void play_command(struct play *p, const struct json *c);
void play_restart(struct play *p);
int64_t play_now(const struct play *p);

/* demand.c */
void demand_begin(struct play *p);
void demand_end(struct play *p);
void demand_restarted(struct play *p);
/* After each command. */
void demand_after(struct play *p);
/* The whole log folded anew. */
void demand_folds(struct play *p);

/* demand_told.c: lists, outages, forms, revoked stations; of one entry, of a batch that is released */
void told_begin(struct play *p);
void told_end(struct play *p);
void told_entry(struct play *p, const struct entry *e);
void told_released(struct play *p, const struct batch *x);

/* count.c: what came of the command */
void count_command(struct play *p, const struct command *c);
void count_add(struct tally *to, const struct tally *t);
void count_print(const struct tally *t);

/* The play is over: what does not hold. `tag` is what the failure is known by. */
_Noreturn void broken(const char *tag, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* dump.c: everything a rule can see, as text; what is closed, too, if `closed`. In `a`. */
const char *book_dump_whole(const struct book *b, struct arena *a, int64_t today, bool closed);

/* world.c: the facility and its protocols, as entries of the set-up */
void world_set_up(struct play *p);
