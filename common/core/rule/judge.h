#pragma once
/* Inside the rules only. */
#include "core/rule/rule.h"

struct finding {
    enum effect effect;
    const char *code;
    struct json *args;
    const char *field;
};

#define JUDGE_FINDINGS 16
struct judge {
    const struct book *book;
    const struct command *cmd;
    int64_t now;  /* of recording */
    int64_t when; /* of the event: a station's list after an outage carries its own times */
    struct arena *a;
    struct verdict *v;
    struct station *st;
    struct bench *bench;
    const struct person *performer, *recorder;
    struct batch *x;
    int step;       /* -1 = none */
    struct occ occ; /* scratch copy of the occurrence, with what this command adds */
    int64_t occ_no;
    size_t first_new; /* inputs of the scratch from here on are this command's */
    bool begins;      /* no input before this command */
    size_t nfindings;
    struct finding finding[JUDGE_FINDINGS];
    struct json *derived; /* array, or NULL */
    struct code code;     /* of a scan */
    bool understood;
    bool told;              /* a number that the step awaited: it may stand in clear */
    const char *foreign_id; /* the other batch of a foreign container, else NULL */
    struct batch *foreign;  /* the same while it is open, else NULL */
    struct batch *shared;   /* another open batch's opened unit was used: exposed, too */
    const char *shared_lot;
    bool exposes;      /* a result that holds others, too */
    const char *room;  /* that this command blocks, or NULL */
    bool fact;         /* a correction: what was so, not what is meant to be */
    size_t ncorrected; /* a correction's new values, by which later steps are computed anew */
    struct ref corrected[16];
    struct input new_value[16];
    struct lot *open_lot; /* opened by this command */
    const char *open_unit;
};

static inline const struct step *judge_step(const struct judge *j)
{
    return &j->x->protocol->step[j->step];
}

/* Is anybody signed in here today? A session ends with its day. */
static inline bool bench_staffed(const struct judge *j)
{
    return j->bench->npeople && j->bench->day == clock_day(j->now);
}

/* One-member argument objects, and adding to them. */
struct json *args1(struct judge *j, const char *name, const char *value);
/* What came from outside as an id, if it has the form of one; else "?": it may be anything, a name too. */
const char *plain_id(const char *s);
struct json *args_range(struct judge *j, const struct field *f, const char *value, const struct range *r);

/* Notes a finding; EFFECT_OK is ignored. Returns false if it is a refusal (the judging ends). */
bool judge_find(struct judge *j, enum effect effect, const char *code, struct json *args, const char *field);
/* The refusal found, or NULL. */
const struct finding *judge_refusal(const struct judge *j);

/* draft.c: verdict and drafts */
struct draft *draft_add(struct judge *j, const char *stream, const char *kind, struct json *body);
/* A personal value of the entry. */
void draft_secret(struct judge *j, struct draft *d, const char *name, const char *value);
struct draft *draft_day(struct judge *j, const char *kind,
                        struct json *body); /* in the station's day stream */
void judge_refuse(struct judge *j, const char *code, struct json *args);
/* Finishes an accepted command: outcome, code, deviations, holds. `main` is its first entry. */
void judge_accept(struct judge *j, struct draft *main, const char *code, struct json *args);
/* Outcome, code and arguments into the verdict and the body of the command's first entry. */
void judge_outcome(struct judge *j, struct json *body, enum outcome outcome, const char *code,
                   struct json *args);
struct json *judge_understood(struct judge *j);
/* A fact that another batch shares: an entry and a hold there, naming this one only as a salted value. */
void judge_expose(struct judge *j, struct batch *other, const char *code, const char *name,
                  const char *value);

/* step.c: may this step be worked on here, now, by these people? All refuse through judge_find. */
bool step_available(const struct judge *j, const struct batch *x, int step);
bool check_people(struct judge *j);
bool check_role(struct judge *j, const struct person *p);
bool check_departments(struct judge *j, const struct person *p);
/* May `p` stand beside the performer: recorder or witness? */
bool check_second(struct judge *j, const struct person *p);
bool check_begin(struct judge *j);
void judge_enter(struct judge *j, struct batch *x, int step); /* sets x, step, occ, occ_no, begins */
bool step_here(const struct judge *j, const struct step *s);

/* field.c: one field of the scratch occurrence */
int field_remaining(const struct judge *j, int field);
bool field_accepts(const struct judge *j, int field, const struct code *c);
/* Judges code `c` (text `text` as entered) for the field; false if refused or already done. */
bool check_field(struct judge *j, int field, const struct code *c, const char *text, const char **ret_text);
const struct lot *lot_of(const struct judge *j, const struct code *c);
/* Is it a container of another batch? Then it is noted as foreign. */
bool note_foreign(struct judge *j, const struct code *c);
/* A value as a form or a record gives it, read as the field wants it; false if it is refused. */
bool read_value(struct judge *j, const struct field *f, const char *text, struct code *c, const char **ret);
void scratch_add(struct judge *j, int field, const char *text, const struct code *c);
const struct input *scratch_input(const struct judge *j, struct ref r);
bool fields_complete(const struct judge *j);

/* value.c: numbers, derived values, balances */
bool check_number(struct judge *j, const struct field *f, struct dec value, const char *text,
                  const char *unit);
bool check_derived(struct judge *j);
bool check_balance(struct judge *j);
bool field_wanted(const struct judge *j, int field); /* conditional replicates */

/* scan.c, act.c, record.c, bench.c */
void judge_scan(struct judge *j);
void judge_act(struct judge *j);
void judge_record(struct judge *j);
/* redact.c */
void judge_redaction(struct judge *j, const struct json *body);
/* correct.c: the second person of an act by badge, signed in here with the own PIN, not the performer;
 * NULL after a refusal. */
const struct person *judge_second(struct judge *j, const char *badge);
/* personal.c */
bool record_by_session(const struct judge *j);
void judge_shown(struct judge *j, const struct json *body);
void judge_session(struct judge *j);
void judge_deadline(struct judge *j);
void judge_command_code(struct judge *j);
void judge_badge(struct judge *j);
bool signed_in_here(const struct judge *j, const struct person *p);
void judge_correction(struct judge *j, const struct json *body);
void judge_wrong_secret(struct judge *j);
void judge_batch_card(struct judge *j);
bool check_requirements(struct judge *j);
void hold_patient(struct judge *j);
void linked_drafts(struct judge *j);
void block_room(struct judge *j, const char *room, const char *cause); /* unless it is; room may be NULL */
/* expose.c */
void expose_others(struct judge *j);
void step_finish_drafts(
    struct judge *j); /* what a finished step brings with it: fitness, the batch's closing */
