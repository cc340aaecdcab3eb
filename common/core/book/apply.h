#pragma once
/*
 * Inside the book only: what the modules of kinds (core/entry) change it with. Each kind's `apply` takes its
 * struct; whatever it writes goes through SET, PUSH and their like (undo.h).
 */
#include "core/book/book.h"
#include "core/book/undo.h"
#include "core/entry/kind.h"
#include "core/entry/step.h"

const char *book_keep(struct book *b, const char *s); /* NULL -> NULL */
/* The body as it is, and its struct: as the one read of the entry, but it lives in the book. */
struct json *book_keep_body(struct book *b, const struct shape *s, const struct json *body, void *ret);
/* Who acts and where, by the entry's actor; NULL: nobody, or not known. */
struct person *entry_performer(const struct book *b, const struct entry *e);
struct station *entry_station(const struct book *b, const struct entry *e);

/* ---- benches ---- */
void bench_join(struct book *b, struct station *st, struct person *p, int64_t since); /* there is room */
void bench_leave(struct book *b, struct bench *bench, const struct person *p);

/* Signed out by a badge, beside others. */
/* The own secret was given here, again. */
void bench_confirmed(struct book *b, struct bench *bench, const struct person *p, int64_t at);
void bench_left(struct book *b, struct bench *bench, const struct person *p, int64_t at);

/* A wrong secret at the bench (p NULL: of somebody unknown); the right one. */
void bench_mistyped(struct book *b, struct bench *bench, const struct person *p, int64_t at);
void bench_typed(struct book *b, struct bench *bench, const struct person *p);

/* ---- deviations ---- */
/* The one way from state to state: of the grade, or closed. CPF_E_PROFILE: no such way from here. */
int deviation_become(struct book *b, struct deviation *d, enum grade grade, bool closed);

/* ---- outages ---- */
/* It stands there from now on; what `where` names is kept. */
void station_stands(struct book *b, struct station *st, const struct stood *where);
void outage_add(struct book *b, struct outages *list, int64_t from, int64_t to);

/* ---- a batch's own stream ---- */
struct batch *batch_of(const struct book *b,
                       const struct stream *s); /* NULL: it is no batch's, or not here */
/* The person did an act of that department on the batch. */
void batch_note_act(struct book *b, struct batch *x, const struct person *p, enum dept dept);
/* The same for all whom the entry names. */
void batch_note_people(struct book *b, struct batch *x, const struct entry *e, enum dept dept);

/* An occurrence of a step, as an entry speaks of it. */
struct at {
    struct book *b;
    struct batch *x;
    const struct entry *e;
    int step;
    const struct step *st;
    struct occ *o;
};
/* The occurrence that is under way, or the next one; CPF_E_PROFILE if there is none such. */
must_check int at_occ(struct book *b, const struct stream *s, const struct entry *e, const char *step,
                      int64_t occ, struct at *ret);
void at_people(const struct at *a); /* who did, recorded and witnessed; claims of another time */
/* A field's value: in clear, or behind its digest ("" when it was redacted). NULL if the entry has none. */
const char *at_text(const struct at *a, int field, const char *clear);
/* Keeps the input and lets it act; `unit` as the entry says. */
must_check int at_input(const struct at *a, int field, const char *text, const char *unit);
must_check int at_derived(const struct at *a, const struct deriveds *derived);
void at_done(const struct at *a);             /* state, clock: unless it was skipped */
void at_bench(const struct at *a, bool done); /* the bench follows the work */
/* What the option of that id, or the step itself, makes of the batch. */
void batch_set_state(struct book *b, struct batch *x, const char *state, enum disposition is);
/* The value of input `in` of field `f` becomes `text`, which lives in the book. CPF_E_PROFILE if it is none.
 */
must_check int input_set(struct input *in, const struct field *f, const char *text);
/* What an input does beyond being kept: to containers, things, places, the batch's state. */
void input_effect(const struct at *a, const struct field *f, const char *id);
/* Without a step: from where it stood to that place. */
void container_moved(struct book *b, struct batch *x, struct container *c, const char *from, const char *to);
/* It is there no more, and no step asks for it: its place is free again. */
/* It comes into being with its label. NULL: that is no container's id. */
struct container *container_printed(struct book *b, struct batch *x, const char *id, int64_t at);
void container_missing(struct book *b, struct batch *x, struct container *c, enum container_state state);
/* pace.c: an input came, or the second person confirmed; it was told how fast. */
void at_pace(const struct at *a, bool container, bool witness);
void at_seen(const struct at *a); /* whoever acted was there then */
void pace_told(struct book *b, struct batch *x, const struct station *station, int64_t at);
/* core/entry/step.c: the same, if an entry says so with that code. */
void pace_said(struct book *b, struct batch *x, const struct entry *e, const char *code);
/* ---- erased values ---- */
#define REDACT_KEY 96
bool redact_key(uint64_t idx, const char *name, char ret[REDACT_KEY]); /* false: no such name */
