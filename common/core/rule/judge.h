#pragma once
/* Inside the rules only. */
#include <string.h>
#include "core/entry/batch.h"
#include "core/entry/day.h"
#include "core/entry/deviation.h"
#include "core/entry/lot.h"
#include "core/entry/person.h"
#include "core/entry/redaction.h"
#include "core/entry/refusal.h"
#include "core/entry/room.h"
#include "core/entry/station.h"
#include "core/entry/step.h"
#include "core/entry/thing.h"
#include "core/right/right.h"
#include "core/rule/codes.h"
#include "core/rule/off.h"
#include "core/rule/rule.h"

/* ---- what a check finds ---- */

struct finding {
    enum effect effect;
    enum say code;
    struct json *args;
    const char *field; /* of SAY_ASKS: what is asked about */
};

/* What follows beside the findings: made into drafts at the end, in this order, by draft.c alone. */
enum follow_kind {
    FOLLOW_OTHER_TOLD,    /* of a refusal: another batch's container, and its record tells it, too */
    FOLLOW_UNIT_OPENED,   /* of a material: it is this batch's from now on */
    FOLLOW_BATCH_EXPOSED, /* another open batch shares the fact: an entry and a hold there */
    FOLLOW_ROOM_BLOCKED,
    FOLLOW_OTHERS_HELD, /* a result that holds what shared something with this batch */
    FOLLOWS
};
struct follow {
    enum follow_kind kind;
    union {
        struct {
            const char *id, *container;
            struct batch *open; /* NULL: closed, or not known */
        } told;
        struct {
            const char *lot, *unit;
        } opened;
        struct {
            struct batch *other;
            enum say code;                       /* of the finding there */
            const char *lot, *container, *thing; /* what both used: one of them */
        } exposed;
        struct {
            const char *id;
            enum say cause;
        } room;
    };
};

#define FOUND_FINDINGS 16
#define FOUND_UNITS    12
#define FOUND_EXPOSED  4
#define FOUND_FOLLOWS  20
/* The act; an entry for a finding and its hold, one a unit, four an exposed batch; the bench's and the
 * batch's own (day, alarm, fitness, closing, its release taken back). */
_Static_assert(1 + 2 * FOUND_FINDINGS + 5 * FOUND_EXPOSED + (FOUND_FOLLOWS - FOUND_EXPOSED) + 12 <=
                   VERDICT_DRAFTS,
               "what is found makes no more entries than a verdict holds");
struct found {
    size_t nfindings, nfollows;
    const char *said;   /* where the patient differs: what was said, or NULL */
    const char *stands; /* a document: the other batch in which it stands, or NULL */
    size_t nunheld;     /* batches to be exposed that found no room: told by their number */
    struct finding finding[FOUND_FINDINGS]; /* the last one: how many more there were */
    struct follow *follow;                  /* room for FOUND_FOLLOWS; made at the first one */
};

/* New values of a correction, by which what was derived is computed anew. */
struct corrected {
    struct ref at;
    size_t occ;
    bool gone; /* taken back */
    struct input value;
};
struct corrections {
    size_t n;
    struct corrected *item;
    size_t as_of; /* inputs of other steps with a higher number were not there then; 0: all are */
};

/* Everything that it points to lives in the arena, the book or the command: drafts may keep it. */
struct judge {
    /* given */
    const struct book *book;
    const struct command *cmd;
    int64_t now;  /* of recording */
    int64_t when; /* of the event: what a station did while it was not heard carries its own times */
    bool offline; /* the claimed time is believed, if the people were there and the step lets it be */
    const struct paper *form; /* the paper form from which this is typed in, if its times may be believed */
    bool broken;              /* the station's list does not follow what it brought before */
    struct arena *a;
    struct station *st;
    const struct bench *bench;
    /* who */
    const struct person *performer, *recorder;
    const struct person *second; /* of a record, whose badge the request names, or NULL */
    /* the place */
    struct batch *x;
    int step, field; /* -1 = none */
    struct occ occ;  /* scratch copy of the occurrence, with what this command adds */
    int64_t occ_no;
    size_t first_new;              /* inputs of the scratch from here on are this command's */
    bool begins;                   /* no input before this command */
    int passed;                    /* another step than this one was awaited first; -1: none */
    bool fact;                     /* a correction: what was so, not what is meant to be */
    bool foreseen;                 /* of a day to come: nobody has declared fitness for it yet */
    struct corrections *corrected; /* of a correction, else NULL */
    /* what was read: of a scan, or the value of a form's field */
    const struct code *code;
    bool understood;
    /* what was found, and the answer */
    struct found found;
    struct verdict *v;
};

static inline const struct step *judge_step(const struct judge *j)
{
    require(j->x && j->step >= 0);
    return &j->x->protocol->step[j->step];
}

/* It is told after it happened: what was so is recorded, and what may not be is a deviation. */
static inline bool judge_past(const struct judge *j)
{
    return j->cmd->spool || (j->cmd->occurred && j->cmd->late);
}

/* Is anybody signed in here? A session ends with its day, unless cells are in hand. */
static inline bool bench_staffed(const struct judge *j)
{
    return bench_works(j->bench, j->now);
}

static inline bool listed(size_t n, const char **list, const char *s)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i], s) == 0)
            return true;
    return false;
}

/* One-member argument objects, and adding to them. */
struct json *args1(struct judge *j, const char *name, const char *value);
/* What came from outside as an id, if it has the form of one; else "?": it may be anything, a name too. */
const char *plain_id(const char *s);
struct json *args_range(struct judge *j, const struct field *f, const char *value, const struct range *r);

/* What may have come to its end: NULL when it is not in the book, and then it is needed, unless it was asked
 * for before and there is none. */
const struct stream *judge_stream(const struct judge *j, const char *name);
struct batch *judge_batch(struct judge *j, const char *id);
const struct lot *judge_lot(const struct judge *j, const char *id);
const struct lot *judge_label(const struct judge *j, const char *gtin, const char *maker_lot);
/* NULL: not answered yet. */
const struct answer *judge_want(const struct judge *j, enum want_kind kind, const char *name);

/* Notes a finding; EFFECT_OK is ignored. Returns false if it is a refusal (the judging ends). */
bool judge_find(struct judge *j, enum effect effect, enum say code, struct json *args, const char *field);
/* The refusal found, or NULL. */
const struct finding *judge_refusal(const struct judge *j);

/* Was that asked today about this batch (SAY_ASKS), and not just now? A trigger that bounces answers nothing.
 */
bool judge_asked(const struct judge *j, const char *what);

/* Notes what follows, once; false if there is no more room for that kind. */
bool judge_follows(struct judge *j, struct follow f);
/* The first of that kind, or NULL. */
const struct follow *judge_follow(const struct judge *j, enum follow_kind kind);

/* draft.c: verdict and drafts. A draft keeps a copy of its value; DRAFT checks the size against the kind's.
 */
struct draft *draft_add(struct judge *j, const char *stream, enum kind_id kind, const void *value,
                        size_t size);
#define DRAFT(j, stream, kind, T, ...) draft_add(j, stream, kind, &(const T){__VA_ARGS__}, sizeof(T))
/* In the station's day. */
struct draft *draft_day(struct judge *j, enum kind_id kind, const void *value, size_t size);
#define DRAFT_DAY(j, kind, T, ...) draft_day(j, kind, &(const T){__VA_ARGS__}, sizeof(T))
/* By the system, before the command's first entry. */
void draft_housekeeping(struct draft *d);
/* Adds a personal value; at most DRAFT_SECRETS. */
void secret_add(struct judge *j, struct secrets *s, const char *name, const char *value);
const char *stream_of(struct judge *j, enum stream_type type, const char *id); /* "room/R2" */

void judge_refuse(struct judge *j, enum say code, struct json *args);
/* The refusal found. What must follow a refusal of that code follows. */
void judge_refuse_found(struct judge *j);
/* Until when a deviation of this command is to be assessed. */
const char *assess_until(struct judge *j);
/* Finishes an accepted command: outcome, code, deviations, holds, and what follows. `main` is its first
 * entry; NULL: the first finding's. */
void judge_accept(struct judge *j, struct draft *main, enum say code, struct json *args);
/* Outcome, code and arguments into the verdict and the command's first entry. */
void judge_outcome(struct judge *j, struct draft *d, enum outcome outcome, enum say code, struct json *args);

/* step.c: may this step be worked on here, now, by these people? All refuse through judge_find. */
bool step_available(const struct judge *j, const struct batch *x, int step);
bool check_people(struct judge *j);
bool check_role(struct judge *j, const struct person *p);
bool check_witness(struct judge *j, const struct person *p);
bool check_departments(struct judge *j, const struct person *p);
/* Could `p` perform it, or witness it, at j->when, whoever else may be there? */
bool could_perform(struct judge *j, const struct person *p);
bool could_witness(struct judge *j, const struct person *p);
bool check_person(struct judge *j, const struct person *p); /* there at all, qualified, fit today */
/* May `p` stand beside the performer: recorder or witness? */
bool check_second(struct judge *j, const struct person *p);
bool check_begin(struct judge *j);
/* people.c: secrets that others gave, and know, are nobody's word until the person has changed them. */
bool check_fresh(struct judge *j, const struct person *p);
bool changes_own_secret(const struct judge *j); /* of a record */
/* Does a time that somebody claims lie behind the beginning of what took part in it? */
bool check_life(struct judge *j, const char *id, int64_t since);
void judge_enter(struct judge *j, struct batch *x, int step); /* sets x, step, occ, occ_no, begins */
bool step_here(const struct judge *j, const struct step *s);
/* window.c: does the step begin (end) neither too early nor too late? Of an end nothing is refused. */
bool check_windows(struct judge *j, bool end);
/* Before which the step is not begun, or only with a deviation; 0: it may be now. */
int64_t step_earliest(const struct judge *j);
/* "10 min", as arguments have it. */
const char *span_text(struct judge *j, const struct span *span);
/* A claim may be off by so much, anywhere; ms. */
int64_t claim_slack(const struct judge *j);

/* field.c: one field of the scratch occurrence */
int field_remaining(const struct judge *j, int field);
bool field_accepts(const struct judge *j, int field, const struct code *c);
/* Judges code `c` (text `text` as entered) for the field; false if refused or already done. */
bool check_field(struct judge *j, int field, const struct code *c, const char *text, const char **ret_text);
bool field_personal(const struct field *f);
const struct option *field_option(const struct field *f, const char *id); /* NULL: none */
const char *option_title(const struct option *o);                         /* as a finding has it */
const struct lot *lot_of(const struct judge *j, const struct code *c);
/* document.c: does the field say what paper or seal this is, not that it is the one of before? Each stands
 * once. */
bool field_issues(const struct field *f);
bool check_document(struct judge *j, const struct field *f, const char *number);
/* Is the paper of this equipment, of this maker's lot, that of no other? */
bool check_certificate(struct judge *j, const struct equipment_record *v);
bool check_lot_certificate(struct judge *j, const struct lot_received *v);
/* lot.c: a lot, or a unit of it, for the field */
bool check_lot(struct judge *j, const struct field *f, const struct code *c);
/* A lot that nothing awaits, at a clinic's hands: asked, and then a fact. False: nothing was said. */
bool judge_outside(struct judge *j);
/* As people read a number off a box: letters and digits alone, large or small. */
bool lot_same_number(const char *a, const char *b);
bool lot_read_alike(const char *a, const char *b); /* or one would be read for the other */
bool lot_same(const struct lot *a, const struct lot *b);
/* Is it a container of another batch? Then that is noted. */
bool note_foreign(struct judge *j, const struct code *c);
/* A value as a form or a record gives it, read as the field wants it; false if it is refused. */
bool read_value(struct judge *j, const struct field *f, const char *text, const struct code **ret_code,
                const char **ret);
/* form.c: the command's fields into the scratch and the form. */
bool take_fields(struct judge *j, struct step_form *form);
/* The refusal just found goes into the list of what is wrong, with its field (or NULL); false: it is told
 * alone. */
bool form_fault(struct judge *j, const char *field, struct json *faults);
/* False, with one refusal for all of them, if there are any. */
bool form_tell(struct judge *j, struct json *faults);
void scratch_add(struct judge *j, int field, const char *text, const struct code *c);
const struct input *scratch_input(const struct judge *j, struct ref r);
/* The occurrence of another step whose value of `r` counts (as_of); 0: none has one. */
size_t occ_as_of(const struct judge *j, struct ref r);
/* NULL: not corrected by this command. */
const struct corrected *corrected_at(const struct judge *j, struct ref r, size_t occ);
bool fields_complete(const struct judge *j);

/* said.c: the words for what did not read */
enum say say_of_code(enum code_fault fault);
bool say_of_number(enum typed_fault fault,
                   enum say *ret); /* false: it is no number, and nothing more is known */
bool is_code(const char *text);

/* once.c: a typed value beyond its limit is asked for once more. `before`: what was found before it. */
bool check_once(struct judge *j, int field, const char *text, const struct found *before,
                struct step_input *marks);
/* What was asked for once more, in the scratch; NULL: nothing. */
struct input *once_open(const struct judge *j, int field);
void once_take(struct judge *j, int field, const struct step_input *marks);
/* Of two entries that differ, the one that counts until quality has judged and a correction sets it right. */
const struct input *two_stand(const struct batch *x, const char *step, const char *field);

/* pace.c: does this entry, a container or none, come as more than half of the newest did, faster than hands
 * are? Found, never refused: it has happened. */
void check_pace(struct judge *j, bool container);
void check_pace_witness(struct judge *j);
/* Was the person in another room just now? */
void check_rooms(struct judge *j, const struct person *p);
/* The step ends: within its windows, after as long as it takes at least? */
void check_took(struct judge *j);
/* A record is confirmed: after as long as reading it takes at least? */
void check_review(struct judge *j);

/* value.c: numbers, derived values, balances */
bool check_number(struct judge *j, const struct field *f, const struct code *c, const char *text);
/* Adds what can be computed now to the scratch, and to *ret, which has room for a step's fields. */
bool check_derived(struct judge *j, struct deriveds *ret);
/* One that is not there; false if it cannot be computed (yet). */
bool derive_field(struct judge *j, int field, struct deriveds *ret);
bool check_balance(struct judge *j);
bool field_wanted(const struct judge *j, int field); /* conditional replicates */
/* As it stands in the log. */
const char *number_text(struct judge *j, const struct code *c);
const char *day_text(struct judge *j, const struct code *c);

/* One more of them. */
void derived_add(struct judge *j, struct deriveds *all, struct derived d);

/* spare.c: does the station work, and is what is asked of it done at a bench? */
bool check_spare(struct judge *j);
int64_t spare_time(const struct judge *j);                /* in whose opening it is */
bool spare_sealed(const struct station *st, int64_t now); /* a spare one, and it does not work */
/* Of one whose use nobody has confirmed: who may. */
struct json *spare_confirmers(struct judge *j, const struct station *st);
/* A spare one that works stands in its stead. */
bool spare_replaces(const struct book *b, const struct station *st, int64_t now);
void tell_spare(struct judge *j); /* of an entry of the batch: it was made at the spare station */

/* station.c */
void judge_enrol(struct judge *j);
/* Did the daemon itself not hear this station at the time that is claimed? */
bool judge_unheard(const struct judge *j);
void judge_spool(struct judge *j);   /* sets offline, broken */
void judge_spooled(struct judge *j); /* drafts the mark of the list */
void judge_time(struct judge *j);    /* sets when: for these people, in this step */
/* Whoever acts from here on: a time that was another one's is not believed of this one. */
void judge_as(struct judge *j, const struct person *p);
void judge_time_with(struct judge *j, const struct person *second);
enum late judge_late(const struct judge *j); /* of the entries */
bool never_by_claim(const struct step *s);

/* next.c: when the day of a step that is not begun comes; 0: it is there. Why nothing is open here. */
int64_t step_later(const struct judge *j, const struct batch *x, int step);
void judge_refuse_no_step(struct judge *j);

/* scan.c, act.c, record.c, bench.c */
void judge_scan(struct judge *j);
void judge_act(struct judge *j);
void judge_record(struct judge *j);
void judge_session(struct judge *j);
void judge_deadline(struct judge *j);
void judge_command_code(struct judge *j);
void judge_badge(struct judge *j);
void judge_batch_card(struct judge *j);
/* alarm.c: what the command's first entry says latches here, if its code does; true: it does. */
bool alarm_raise(struct judge *j, const struct draft *first, enum say code);
/* Scanned where an alarm stands, or to acknowledge it. True: answered. */
bool judge_alarm(struct judge *j);
void alarm_next(struct judge *j, struct next *ret); /* what stands, and who is to acknowledge it */
/* bench.c: who acts is never guessed. False: answered. */
bool check_who(struct judge *j);
bool bench_nobody_acts(const struct judge *j); /* a badge comes first */
/* Somebody signs out. True: answered. */
bool judge_leaving(struct judge *j);
/* back.c: X-BACK takes back what one typed last in a step that is not ended. False: it leaves the step. */
bool judge_take_back(struct judge *j);
/* Everything is declared, and somebody would be unfit: that is asked, and X-YES ends the step (false: it is
 * not asked). */
bool awaits_yes(const struct judge *j);
/* Under way, and nothing that is there is asked for any more: what was awaited last broke. X-YES ends it,
 * too. */
bool ends_short(const struct judge *j);
bool judge_yes(struct judge *j);
bool signed_in_here(const struct judge *j, const struct person *p);
/* Who is alone because another one was just signed out by a badge is told as that. */
bool check_left(struct judge *j);
/* A wrong secret counts at the station where it was given, and there for its person. */
void count_wrong_secret(struct judge *j, const struct person *p);
bool check_wait(struct judge *j); /* is a secret taken from this person here, now? */
struct json *secrets_left(struct judge *j, const struct person *p); /* wrong ones, until one must wait */
bool check_requirements(struct judge *j);
bool check_unique(struct judge *j);
/* same.c: is it nobody whom another batch has under another number or name, no draw a day from another? What
 * a closing tells of who it was: digests with blanks between, or NULL. */
bool check_same_person(struct judge *j);
const char *person_marks(struct judge *j, const struct batch *x);
/* number.c: the number that the facility's rule gives next; NULL: there is no rule, or closings are needed
 * first. The number of the order is that one, and looks like no other. */
const char *number_next(struct judge *j);
bool check_batch_number(struct judge *j);
/* order.c: what an order says is so (`check_unique` with it); the physician's go is one of the plan's. */
bool check_ordered(struct judge *j);
bool check_go(struct judge *j);
/* Of the clinic that ordered j->x, as far as its staff is known; a physician of its plan. */
bool check_clinic_of(struct judge *j);
bool check_physician_of(struct judge *j);
/* correct.c: the second person of an act by badge, signed in here and with the own PIN given here just now,
 * not the performer; NULL after a refusal. */
const struct person *judge_second(struct judge *j, const char *badge);
/* identity.c: may what says who the patient is be changed no more? */
bool identity_frozen(const struct batch *x);
/* Does the text mean what the identity field refers to, in any of its writings? */
bool identity_matches(const struct judge *j, const struct field *f, const char *text);
/* Of the field of j->step: may the performer correct it? What follows from that is found. */
bool check_identity_correction(struct judge *j, int field);
/* release.c: a step whose choice releases the product */
bool step_decides(const struct step *s);
/* Of quality's, with something in it that may be found wrong; a decision is none. */
bool step_is_result(const struct step *s);
bool field_may_fail(const struct field *f);
/* run.c: what the value of a field brings by its limits, or by its choice */
enum effect value_effect(const struct field *f, const char *text);
/* Is what the run has shown in the scratch? */
bool run_seen(const struct judge *j);
/* A value of j->step is, by what somebody says afterwards, `now` (NULL: none any more): if a result is the
 * better for it, that is found. */
void tell_milder(struct judge *j, const struct input *was, const char *now);
/* Has quality judged everything by which a result of that step (-1: any) was turned afterwards? */
bool check_settled(struct judge *j, int step);
/* Did the controls of the test's newest run fail? */
bool run_is_void(const struct batch *x, int step);
/* That run is no result, and another one is. */
bool run_replaced(const struct batch *x, int step, const struct occ *o);
bool check_rerun(struct judge *j); /* of a step that repeats a run */
bool check_runs(struct judge *j);  /* of a judgement that something conforms */
/* Something came to the results after they were judged. */
bool judge_again(const struct batch *x, int step);
/* again.c: why what was done there is to be done again; SAY_NONE: it is not. */
enum say step_again(const struct batch *x, int step);
bool step_stands(const struct batch *x, int step); /* done, and not to be done again */
/* A paper with a number of its own says there what was decided. */
bool step_certifies(const struct step *s);
size_t decided_at(const struct batch *x); /* inputs of the batch by the newest decision; 0: none */
/* Of the newest decision, and of no earlier one, is whatever was issued before j->step? */
bool check_papers(struct judge *j);
struct texts certificates_of(const struct judge *j, const struct batch *x); /* their numbers */
int64_t decision_followed(const struct judge *j); /* by j->step: which, where it was decided again; else 0 */
void tell_confirm_again(struct judge *j);         /* by a correction */
void tell_judge_again(struct judge *j);
/* Of what this command (its first entry is of that kind) found in j->x: the release stands no more. */
/* action.c, deviation.c */
void judge_overdue(struct judge *j, const struct action *a);
void judge_unassessed(struct judge *j, const struct deviation *dev);
bool deviation_judged(const struct judge *j, const struct batch *x, const struct deviation *d);
/* Has that person judged what happened in j->step, and begins to act in it? That is told. */
bool check_judged(struct judge *j, const struct person *p);
/* May that person be named for the act (rung, told): he may do it, and is there; or none of them is. */
bool reachable(const struct judge *j, enum right_act act, const struct person *p);
struct texts open_actions(const struct judge *j, const struct batch *x,
                          const char *dev); /* of the deviation */
void suspend_release(struct judge *j, enum kind_id kind);
bool batch_given(const struct batch *x); /* there is nothing left that could be kept back */
/* Does the form's choice release, and may it? */
bool check_decision(struct judge *j);
/* The occurrence that is decided again; 0: nothing is. */
int64_t decision_cited(const struct judge *j);
/* Every result that was judged not to conform is accepted by the physician. */
bool check_specification(struct judge *j);
/* hand.c: what comes to a closed record opens it; before the command's first entry */
void reopen_if_closed(struct judge *j);
bool check_facility(struct judge *j);
/* Has quality permitted a session of this batch there today, though the room is blocked? */
bool room_permitted(const struct judge *j, const struct batch *x, const struct room *r);
/* The permit that placed the hold, or NULL; who caused that, or NULL; are the plates of its session read? */
const struct permit *permit_of(const struct batch *x, const struct hold *h);
const struct person *permit_causer(const struct book *b, const struct batch *x, const struct hold *h);
bool check_session_read(struct judge *j, const struct hold *h);
/* Its day is over, and no plate of it will be read: none stood there, or the reading was left out. Who worked
 * in it. */
bool session_never_read(struct judge *j, const struct batch *x, const struct hold *h);
struct texts session_workers(struct judge *j, const struct batch *x, const struct hold *h);
/* paper.c: what is typed in from a paper form */
void judge_paper(struct judge *j);         /* sets form */
void judge_paper_entered(struct judge *j); /* drafts who types */
/* In which room this is, that was; NULL: in none, or nobody knows. */
const char *judge_room(const struct judge *j);
const char *occ_room(const struct book *b, const struct occ *o);
bool paper_names(const struct paper *f, const struct person *p);
bool paper_here(const struct judge *j, const struct paper *f); /* not another batch's or room's */
bool paper_believed(const struct judge *j);
bool check_paper(struct judge *j);
bool check_paper_witness(struct judge *j, const struct person *p);
bool check_form_or_now(struct judge *j);
bool check_forms_checked(struct judge *j); /* for report and decision */
/* rescue.c: what one alone has moved is seen by two before anything is opened */
bool check_rescued(struct judge *j);
bool check_rescues_seen(struct judge *j);
bool check_rescued_one(struct judge *j, const struct field *f, const struct container *c);
bool rescue_place(const struct batch *x, const char *place);
bool rescue_same(const struct batch *x, const char *was, const char *now);
/* field.c: containers that the step needs are missing, and nothing else of their kind is there: it may be
 * left out, whatever the protocol says. Of that field; -1: of any. */
bool step_lacks(const struct judge *j, int field);
bool check_not_gone(struct judge *j, const struct container *c);
/* lost.c: a container that broke or was lost is used no more, should it be found again. */
bool check_not_lost(struct judge *j, const struct container *c);
/* X-BROKEN or X-LOST, then the container, then the second person's badge. True: answered. */
bool judge_lost(struct judge *j);
/* rota.c: gaps in the coming days, told with the instruction; and once a day */
void tell_rota(struct judge *j);
void judge_rota(struct judge *j);
/* personal.c */
bool record_by_session(const struct judge *j);
/* thing.c: ids of who worked in that room today, or on the batch in hand */
struct texts room_workers(struct judge *j, const char *room);
/* expose.c */
void expose_others(struct judge *j);
/* The entry says that so many more are to be held. */
void expose_more(struct judge *j, int64_t n);
/* This act ends the batch: a suspicion that was recorded and that nobody has judged goes with it, whatever
 * reason is given. Found, and the others are held. */
void tell_suspected(struct judge *j);
/* May the container be cleared away, or is it evidence of what held the batch and others with it? */
bool check_evidence(struct judge *j, const struct container *k);
/* The same product, of whatever version, and the same values in the fields that make an order one of its
 * kind. */
bool same_order(const struct judge *j, const struct batch *o);
/* Of all batches that are closed: is there one of the same order? NULL: none (or not known yet). */
const char *closed_order(struct judge *j);
/* The end of every closed batch; NULL: they are needed first. Whose cells a closed, an open one's are, as far
 * as its protocol says; NULL: it does not, or the batch is needed first. */
const struct closings *judge_closings(struct judge *j);
const char *closing_donor(struct judge *j, const struct closing *c);
const struct input *donor_of(const struct batch *x, bool *ret_personal);
/* The end of the batch, as it will be with this command: its last draft. Without `person` not who it was. */
void draft_closing(struct judge *j, const struct batch *x, bool person);
/* draft.c: a fact that another batch shares: an entry and a hold there, naming this one as a salted value. */
void expose_batch(struct judge *j, const struct follow *f);
/* The batches that drew from a lot and are not held for it yet, as many as one command holds; `more` are not
 * among them. Closed ones are brought back: asked for before anything is drafted. */
#define LOT_EXPOSED 12
struct lot_exposed {
    size_t n;
    struct batch *x[LOT_EXPOSED];
    int64_t more;
};
struct lot_exposed lot_exposes(struct judge *j, const char *lot);
/* Each is held; the record of a closed one is opened for it. */
void expose_to_lot(struct judge *j, const struct lot_exposed *e, const char *lot);
/* A hold that comes of this command beside its findings, told in its first entry. */
void draft_hold(struct judge *j, struct draft *main, enum say code);
/* What a finished step brings with it: fitness, the batch's closing. */
void step_finish_drafts(struct judge *j);
