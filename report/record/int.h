#pragma once
/* What the parts of record_make share. */
#include "form.h"
#include "record/record.h"

struct maker {
    const struct record_query *q;
    const struct record_source *source;
    struct record *r;
    struct map disclosed;       /* digest -> value */
    const struct entry *rescue; /* the newest, or NULL: its reason is its deviation's */
    char **ret_error;
};

/* One more element, zeroed, behind *n of them; the list moves. */
void *list_add(struct arena *a, void *list, size_t *n, size_t size);
#define LIST_ADD(a, list, n) ((list) = list_add((a), (list), &(n), sizeof(*(list))), &(list)[(n)-1])

int record_fail(struct maker *m, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* read.c: checkpoint, entries, what they name; the book is folded, `known` filled at each decision. */
must_check int record_read(struct maker *m);
/* Entries of a stream up to the checkpoint, appended to a list in the record's arena. */
must_check int record_stream(struct maker *m, const char *stream, struct entry **list, size_t *n);
must_check int record_basis(struct maker *m); /* basis.c */
/* A personal value of an entry, or why it is not there. */
struct record_secret record_open(const struct maker *m, const struct entry *e, const char *name);
void record_redactions(struct maker *m); /* redact.c */
void record_changes(struct record *r);   /* change.c */

void record_steps(struct maker *m); /* step.c */
/* step.c: how a value stands to its limits, and one more value of the occurrence; `unit`: of a lot. */
enum record_mark record_mark_of(const struct field *f, const char *raw);
struct record_value *record_add_value(struct maker *m, struct record_step *s, const struct entry *e,
                                      const struct field *f, const char *raw, const char *unit);
void record_plan(struct record *r, struct record_step *s);            /* plan.c */
void record_undone(struct record *r);                                 /* plan.c: what was not done, and why */
void record_known_at(struct record *r, const struct entry *decision); /* known.c; NULL: at the end */
void record_points(struct record *r);                                 /* known.c */
void record_people(struct record *r);                                 /* known.c */
void record_items(struct record *r, const struct form *f);            /* item.c */
void record_things(struct record *r);                                 /* thing.c */
void record_containers(struct record *r);                             /* container.c */
void record_events(struct maker *m);                                  /* event.c */
void record_notices(struct maker *m);                                 /* notice.c; behind the events */
