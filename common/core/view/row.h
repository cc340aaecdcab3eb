#pragma once
/*
 * What the modules of kinds (core/entry) make rows with: each kind's `view` takes its struct. Of an entry
 * come the row of its batch, once, and what its kind adds to it and beside it.
 */
#include "core/entry/kind.h"
#include "core/entry/step.h"
#include "core/view/view.h"

/* One entry while it becomes rows. */
struct view_at {
    struct view *v;
    const struct entry *e;
    struct body body;
    struct judged judged;
    struct actor actor;
    const char *station; /* whose stream or day it is, else NULL */
    /* of a batch's stream, else NULL */
    const char *batch;
    const struct protocol *p;
    struct view_row sum;     /* of the batch: written last, once an entry */
    const struct step *step; /* that the rows speak of: view_enter */
    int64_t occ;
    /* of the inputs that follow */
    int64_t n;            /* inputs so far */
    const char *reading;  /* "single", "first" or "second" of two, "corrected" */
    const char *unit;     /* of a lot, or NULL */
    const char *corrects; /* the value that this one replaces, or NULL */
};

struct view_row row_begin(enum view_id table);
void row_text(struct view_row *r, const char *name, const char *s); /* NULL: not given */
void row_num(struct view_row *r, const char *name, int64_t n);
void row_end(struct view *v, const struct view_row *r);
/* Who acted: a person, or the daemon by itself ("cpfd": a deadline, a day's end). */
const char *view_who(const struct view_at *a);
const char *json_text(struct view *v, const struct json *o); /* canonical bytes; NULL -> NULL */

/* ---- input.c: the steps of a batch ---- */
/* The rows speak of that occurrence from now on; false: the protocol has no such step, and there are none. */
bool view_enter(struct view_at *a, const char *step, int64_t occ);
void view_step(struct view_at *a, enum step_state state); /* the row of the occurrence */
void view_state(struct view_at *a, const char *state,
                enum disposition is);                                   /* of the batch; NULL: as it was */
void view_take(struct view_at *a, const char *field, const char *text); /* one input; NULL: none */
void view_values(struct view_at *a, const struct json *values, const struct json *units); /* of a form */
/* What was computed comes with it: of this step, or each of the step that it names. */
void view_label(struct view_at *a, const char *container); /* it was printed, and nobody has it yet */
void view_derived(struct view_at *a, const struct deriveds *list);
/* Moved by a rescue, outside of any step. */
void view_moved(struct view_at *a, const struct texts *containers, const char *to);

/* ---- session.c: a station's day ---- */
void view_session(struct view_at *a, const char *person);
void view_session_end(struct view_at *a, const char *person,
                      const char *ended); /* person NULL: everybody's */
