#pragma once
/*
 * A facility in one process: a book, the rules and a log in memory; no daemon, no database. Commands are
 * judged, their drafts become real entries, and these are applied: what a test sees is what a station sees.
 *
 * Each command is checked for what must always hold: an entry of its own, a code that the catalogue knows,
 * every draft folds, no personal value and no other batch's number in a batch's entries. rig_fini() folds
 * the whole log anew, and the open streams alone as the daemon does at start, and compares the books.
 *
 * Codes are written `C:B1-T1` (type, colon, id); the rig adds the check character. Forms are written
 * `field=value|field=[a,b]|field=?yes|field=#3`; a record's body may be canonical JSON instead.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/catalogue.h"
#include "core/rule/rule.h"

#define RIG_SECOND INT64_C(1000)
#define RIG_MINUTE (60 * RIG_SECOND)
#define RIG_HOUR   (60 * RIG_MINUTE)
#define RIG_DAY    (24 * RIG_HOUR)

/* Personal values that tests use: they must never stand in an entry. */
#define RIG_NAME  "山田花子"
#define RIG_BIRTH "1975-03-09"

struct rig_entry {
    const char *text;
    size_t len;
    int64_t occurred;
    uint64_t idx; /* in the log: void rows are not kept */
};

struct rig {
    struct book book;
    struct arena arena;   /* everything of the test */
    struct map disclosed; /* digest -> value */
    struct map salted;    /* digest -> the salted string that a database keeps */
    int64_t now;
    struct station *station; /* where commands come from */
    struct command next; /* members set here go into the next command: occurred, late, claimed, typed … */
    struct verdict v;    /* of the last command */
    size_t first;        /* its first entry in `log` */
    size_t n, cap;
    struct rig_entry *log;
    bool unseen;        /* records are sent by who has not looked at the batch */
    bool drops;         /* behind each command what is closed leaves the book */
    struct book *whole; /* the same log in a book that never drops anything, or NULL: judges the same */
    bool taken_back; /* each command is first applied in part, once for each of its entries, and taken back */
};

/* `steps`: YAML of the steps behind the order, each line indented by two. 2026-11-02 09:00 in Tokyo. */
void rig_init(struct rig *r, const char *steps);
/* An empty book and log, at the same hour. */
void rig_empty(struct rig *r);
void rig_fini(struct rig *r);
/* Everything that the book reaches, to the byte; appended. */
void book_bytes(const struct book *b, struct buf *ret);
/* bench_recall.c: judges a command, with what it wants; and in `whole`, which must say the same. */
void rig_judge(struct rig *r, struct command *c);
/* All that is closed leaves the book. */
void rig_drop_closed(struct book *b);
/* Builds, applies and keeps one entry of a command. */
void rig_commit(struct rig *r, const struct draft *d, const struct command *c);
/* An entry that was made elsewhere: folded and kept, as one of the command. */
void rig_take(struct rig *r, const struct entry *e);
/* The command of r->v in part, and taken back: once for each of its entries. */
void rig_take_back(struct rig *r, const struct command *c);

void rig_at(struct rig *r, const char *station);
void rig_wait(struct rig *r, int64_t ms);
/* Local time of day on a day counted from the first one. */
void rig_clock(struct rig *r, int day, int hour, int minute);

/* All give the verdict of the command, valid until the next one. */
const struct verdict *rig_sign_in(struct rig *r, const char *person);
const struct verdict *rig_pin(struct rig *r, const char *person, bool right);
const struct verdict *rig_scan(struct rig *r, const char *code);
const struct verdict *rig_paper(struct rig *r); /* a document that stands nowhere yet */
const struct verdict *rig_form(struct rig *r, const char *person, const char *batch, const char *step,
                               const char *fields);
const struct verdict *rig_sign(struct rig *r, const char *person, const char *batch, const char *step,
                               const char *fields);
const struct verdict *rig_skip(struct rig *r, const char *person, const char *batch, const char *step);
const struct verdict *rig_order(struct rig *r, const char *batch, const char *patient);
const struct verdict *rig_record(struct rig *r, const char *person, const char *kind, const char *body);
const struct verdict *rig_run(struct rig *r, struct command *c);
/* Approves version 2 of the sample, naming all that it weakens. */
const struct verdict *rig_approve(struct rig *r, const char *person);
/* The raw string of `C:B1-T1`. */
const char *rig_raw(struct rig *r, const char *code);
/* Fires what is due by now; how many. */
int rig_deadlines(struct rig *r);
/* An entry by the set-up, outside the rules. */
void rig_entry(struct rig *r, const char *stream, const char *kind, const char *body);
/* The same with a personal value. */
void rig_entry_with(struct rig *r, const char *stream, const char *kind, const char *body, const char *name,
                    const char *value);

/* The station comes back now: it was not heard for that long. */
void rig_back(struct rig *r, int64_t away);
/* The next command is the next item of the station's own list, of something that long ago. */
void rig_offline(struct rig *r, int64_t before);

/* Order and card of a batch, two people at B21, and there. */
void rig_begin(struct rig *r, const char *batch);
/* CMocka's set-up and tear-down around each test: a rig of these steps in *state, its batch `batch` begun (or
 * NULL). */
int rig_set_up(void **state, const char *steps, const char *batch);
int rig_tear_down(void **state);
/* The step's code, then this one. */
const struct verdict *rig_one(struct rig *r, const char *step, const char *code);
/* A value that is asked for once more: typed, and typed again by the other one. `step` NULL: it is begun. */
const struct verdict *rig_sure(struct rig *r, const char *step, const char *code);

/* The badge of another one in the middle of a step, and yes. */
void rig_take_over(struct rig *r, const char *person);
/* Whatever stands at the station is acknowledged by who is there; alone, with QM on the telephone. */
void rig_acknowledge(struct rig *r);
/* Signs out. */
void rig_leaves(struct rig *r, const char *person);
/* Whoever acts signs out; the first one there if nobody does. */
void rig_out(struct rig *r);

struct batch *rig_batch(const struct rig *r, const char *batch);
/* Of the last command: entries of that kind; text of its i-th entry; does any text hold the word? */
const struct rights *rig_rights(void); /* the shipped table, once */
size_t rig_count(const struct rig *r, const char *kind);
bool rig_says(const struct rig *r, const char *word);
const char *rig_text_of(const struct rig *r, const char *kind);

void rig_expect(const struct verdict *v, enum outcome outcome, const char *code, const char *arg,
                const char *value, const char *file, int line);
#define ANY_OUTCOME             ((enum outcome)99)
#define accepted(v)             rig_expect(v, OUTCOME_ACCEPTED, NULL, NULL, NULL, __FILE__, __LINE__)
#define accepted_as(v, code)    rig_expect(v, OUTCOME_ACCEPTED, code, NULL, NULL, __FILE__, __LINE__)
#define refused(v, code)        rig_expect(v, OUTCOME_REFUSED, code, NULL, NULL, __FILE__, __LINE__)
#define deviation(v, code)      rig_expect(v, OUTCOME_DEVIATION, code, NULL, NULL, __FILE__, __LINE__)
#define hold(v, code)           rig_expect(v, OUTCOME_HOLD, code, NULL, NULL, __FILE__, __LINE__)
#define alert(v, code)          rig_expect(v, OUTCOME_ALERT, code, NULL, NULL, __FILE__, __LINE__)
#define already(v)              rig_expect(v, OUTCOME_ALREADY, "scan.already", NULL, NULL, __FILE__, __LINE__)
#define with_arg(v, arg, value) rig_expect(v, ANY_OUTCOME, NULL, arg, value, __FILE__, __LINE__)

/* bench_dump.c: everything the rules can see, as text; what is closed is left out. In `a`. */
const char *book_dump(const struct book *b, struct arena *a, int64_t today);
