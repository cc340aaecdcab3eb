#pragma once
/*
 * What waits for people at a desk: what should exist and does not (missing.h), holds, deviations, forms and
 * signatures, in order of consequence. Read from the book alone, like a judgement; whether somebody may do it
 * is asked when it is done.
 */
#include "core/right/right.h"
#include "core/rule/missing.h"

enum worklist_what {
    WORKLIST_NONE,
    WORKLIST_SILENCE,      /* `of` says what is missing */
    WORKLIST_HOLD,         /* to be lifted, or decided otherwise */
    WORKLIST_ASSESSMENT,   /* of a deviation */
    WORKLIST_CONFIRMATION, /* of what was assessed */
    WORKLIST_CLOSING,      /* of a deviation that is judged */
    WORKLIST_MEASURE,      /* to be done, and seen to be done */
    WORKLIST_SIGNATURE,    /* a signed act of a step that may begin */
    WORKLIST_FORM,         /* a form of a step that may begin */
    WORKLIST_ALARM,        /* stands at the station `of.thing`, and nobody has acknowledged it there */
};
extern const struct word_list worklist_words;

/* `of.thing` is the hold, deviation, measure or station; `of.since` when it began, 0: not said. */
struct worklist_line {
    enum worklist_what what;
    struct silence of;
    int64_t due; /* ms; 0: by no time */
};
struct worklist LIST_OF(struct worklist_line);
/* Of all open batches and of the facility; in `a`. */
struct worklist rule_worklist(const struct book *b, int64_t now, struct arena *a);

/* How it stands out among the others: a hold, whose cells wait; what is over its time, or nobody told the
 * clinic (ALERT); a deviation that nobody has judged; else OK. */
enum effect worklist_effect(const struct worklist_line *line, int64_t now);
bool worklist_overdue(const struct worklist_line *line, int64_t now);

/* The record that comes next: of which right and kind. RIGHT_NONE: a step, or nothing that is recorded. */
struct worklist_act {
    enum right_act right;
    enum kind_id kind;
};
struct worklist_act worklist_act(const struct worklist_line *line);

/* What an open deviation awaits; a judgement of who worked in the step since is none. NONE: it is closed. */
enum worklist_what deviation_waits(const struct book *b, const struct batch *x, const struct deviation *d);
/* May the step begin, or go on, as far as the steps before it and its day are concerned? */
bool step_ready(const struct book *b, const struct batch *x, int step, int64_t now, struct arena *a);
/* Is it done at stations of that kind? */
bool step_where(const struct step *s, const char *kind);
