#pragma once
/*
 * What is missing: people for what is coming (the rota), and what should exist and does not (silence). Read
 * from the book alone, like a judgement; nothing is refused by it.
 */
#include "core/entry/rota.h"
#include "core/rule/rule.h"

#define ROTA_DAYS 21

/* When each step of the protocol is done, or will be at the earliest by windows and planned days; ms, never
 * before `now` where it is not done. In `a`. */
int64_t *rule_timeline(const struct batch *x, int64_t now, struct arena *a);
/* Is it owed: not optional, and not done (or to be done again)? */
bool rule_owes(const struct batch *x, int step);
/* The day of the draw, done or planned; INT64_MIN: no order says it. */
int64_t batch_draw_day(const struct batch *x);

/* Why somebody who has the role cannot do it that day. */
struct rota_why {
    const char *person, *code; /* of the refusal; person.away */
};
struct rota_whys LIST_OF(struct rota_why);
struct rota_gap {
    struct batch *batch;
    int step;
    int64_t day;
    enum rota_lack lack;
    int more; /* further steps of that day that lack the same */
    struct rota_whys why;
};
struct rota LIST_OF(struct rota_gap);
/* The coming acts of the batch, that nobody can do as things stand; none before it is instructed. */
struct rota rule_rota(const struct book *b, struct batch *x, int64_t now, struct arena *a);
const char *rota_weekday(int64_t day); /* "saturday" */
/* Is there a gap that was not told today? */
bool rule_rota_due(const struct book *b, struct batch *x, int64_t now);

/* May its time be believed from a paper form? */
bool step_on_paper(const struct step *s);
/* Is it typed in for this batch, and not yet checked against its scan? */
bool paper_waits(const struct paper *f, const struct batch *x);

/* What should exist and does not. */
enum silence_what {
    SILENCE_NONE,
    SILENCE_STEP,        /* a step whose last moment has passed */
    SILENCE_LOOK,        /* a vessel that nobody has looked at for more than a day */
    SILENCE_READING,     /* equipment with cells in it that nobody has read */
    SILENCE_CALIBRATION, /* equipment in service that ought to have been calibrated */
    SILENCE_LABEL,       /* printed on another day, and on no vessel */
    SILENCE_RESCUE,      /* moved by one alone, and not seen by two since */
    SILENCE_FORM,        /* on paper: handed out, and not back; or back, and not checked */
    SILENCE_STATION,     /* not heard, with somebody signed in there */
    SILENCE_WARNING,     /* the clinic has not acknowledged what it was to be warned of */
    SILENCE_MEASURE,     /* about a deviation: its day has passed */
    SILENCE_COUNT,       /* what stands there, or the lot, was not counted for a month, or does not fit */
    SILENCE_SPARE,       /* the spare station was used, and nobody has confirmed it */
};
extern const struct word_list silence_words;
struct silence {
    enum silence_what what;
    const struct batch *batch; /* NULL: of none */
    int step;                  /* -1: none */
    const char *thing;         /* container, equipment, station, measure; or NULL */
    int64_t since;             /* when it was due, or was there last; ms */
};
struct silences LIST_OF(struct silence);
/* Of one batch, or (NULL) of the whole facility; in `a`. */
struct silences rule_silence(const struct book *b, const struct batch *only, int64_t now, struct arena *a);
/* The step in which a vessel that stands somewhere is looked at, and was not today; -1: none. */
int look_due(const struct batch *x, int64_t now);
/* Labels that are to be printed at that station now (`there` NULL), and those that are on something, or wait
 * to be; in `a`. */
#define LABELS_AT_ONCE 40
#define LABELS_DUE     400 /* more are not listed */
struct label_due {
    const char *container, *label;
    int step;                      /* that issues it; -1: it is there */
    const struct container *there; /* printed already */
};
struct label_dues LIST_OF(struct label_due);
struct label_dues rule_labels(const struct book *b, struct batch *x, struct station *st, int64_t now,
                              struct arena *a);
/* Where it stands: put down there, or filled in a step that took that position and has it yet; NULL: nobody
 * said. */
const char *container_place(const struct book *b, const struct container *c);
/* The last moment for the step that its windows and its deadline leave; 0: there is none yet. */
int64_t step_latest(const struct batch *x, int step);
/* next.c: what a step awaits is missing, and equipment of another kind, or no number, came instead: refused
 * with its own words; false: it is not that. */
struct judge;
bool refuse_other_kind(struct judge *j);
bool refuse_typed(struct judge *j);
