#pragma once
/* Inside of view*.c only. */
#include "base/mem.h"
#include "core/entry/kind.h"
#include "core/map.h"
#include "core/view/view.h"

struct view_session {
    int64_t idx; /* of session.opened */
    char *who;   /* owns both */
    const char *station, *person;
};

struct view {
    struct view_config cfg;
    struct map batches; /* id -> protocol's name */
    struct arena keep;  /* keys and values of it */
    size_t nsessions, cap;
    struct view_session *session; /* open ones */
    struct arena arena;           /* of one entry */
};

/* One entry while it becomes rows. */
struct view_at {
    struct view *v;
    const struct entry *e;
    struct body body;
    struct judged judged;
    struct actor actor;
    /* of a batch's stream, else NULL */
    const char *batch;
    const struct protocol *p;
    const struct step *step; /* that the rows speak of */
    int64_t occ;
    int64_t n;           /* inputs so far */
    struct view_row sum; /* of the batch: written last, once an entry */
};

struct view_row row_begin(enum view_id table);
void row_text(struct view_row *r, const char *name, const char *s); /* NULL: not given */
void row_num(struct view_row *r, const char *name, int64_t n);
void row_end(struct view *v, const struct view_row *r);
/* Who acted: a person, or the daemon by itself ("cpfd": a deadline, a day's end). */
const char *view_who(const struct view_at *a);
const char *json_text(struct view *v, const struct json *o); /* canonical bytes; NULL -> NULL */

/* session.c: an entry of a station's day. */
void view_day(struct view_at *a);
/* batch.c: an entry of a batch's stream. */
void view_batch(struct view_at *a);
