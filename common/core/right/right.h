#pragma once
/*
 * Rights: who may do which act, who the second person is, and what bars a person from it. Data of the
 * facility (etc/rights.yaml), approved as what changes what a record says is (base/basis.h); read strictly,
 * with known words only. Departments alone decide nothing: a role counts in the departments that the table
 * gives it.
 *
 * Pure, like the rules that ask: the answer follows from the table, from what the act is about and from the
 * people alone.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/dept.h"
#include "base/err.h"
#include "core/protocol/protocol.h"

struct batch;
struct json;
struct person;

/* Of a deviation (逸脱): the table has the least one by its cause, an assessment says it. */
enum grade { GRADE_NONE, GRADE_MINOR, GRADE_MAJOR };
extern const struct word_list grade_words;

/* X(identifier, its name in the table). Each must stand in the table; nothing else may. */
#define RIGHT_ACTS(X)                                                                                        \
    X(PERSON_ENROLLED, "person.enrolled")                                                                    \
    X(PERSON_ROLE, "person.role")                                                                            \
    X(PERSON_APPOINTED, "person.appointed")                                                                  \
    X(PERSON_QUALIFICATION, "person.qualification")                                                          \
    X(PERSON_SECRET, "person.secret")                                                                        \
    X(PERSON_RESET, "person.secret-reset")                                                                   \
    X(PERSON_SUSPENDED, "person.suspended")                                                                  \
    X(PERSON_RESUMED, "person.resumed")                                                                      \
    X(PERSON_UNLOCKED, "person.unlocked")                                                                    \
    X(PERSON_AWAY, "person.away")                                                                            \
    X(STATION_ENROLLED, "station.enrolled")                                                                  \
    X(STATION_REVOKED, "station.revoked")                                                                    \
    X(SPARE_OPENED, "station.spare-opened")                                                                  \
    X(SPARE_CONFIRMED, "station.spare-confirmed")                                                            \
    X(ROOM_ADDED, "room.added")                                                                              \
    X(ROOM_BLOCKED, "room.blocked")                                                                          \
    X(ROOM_REOPENED, "room.reopened")                                                                        \
    X(ROOM_CONDITIONAL, "room.conditional")                                                                  \
    X(ROOM_NEVER_READ, "room.never-read")                                                                    \
    X(EQUIPMENT_ADDED, "equipment.added")                                                                    \
    X(EQUIPMENT_CALIBRATED, "equipment.calibrated")                                                          \
    X(EQUIPMENT_INTERVAL, "equipment.interval")                                                              \
    X(EQUIPMENT_BACK, "equipment.back-in-service")                                                           \
    X(EQUIPMENT_OUT, "equipment.out-of-service")                                                             \
    X(EQUIPMENT_MOVED, "equipment.moved")                                                                    \
    X(PLACE_ADDED, "place.added")                                                                            \
    X(COUNT_TAKEN, "count.taken")                                                                            \
    X(LOT_RECEIVED, "lot.received")                                                                          \
    X(LOT_EXPIRY, "lot.other-expiry")                                                                        \
    X(LOT_CONFORMING, "lot.conforming")                                                                      \
    X(LOT_RELEASED, "lot.released")                                                                          \
    X(LOT_BLOCKED, "lot.blocked")                                                                            \
    X(LOT_UNBLOCKED, "lot.unblocked")                                                                        \
    X(LOT_MISSING, "lot.closed-missing")                                                                     \
    X(LOT_CLOSED, "lot.closed")                                                                              \
    X(ORDER_ANSWERED, "order.answered")                                                                      \
    X(CLINIC, "clinic.entered")                                                                              \
    X(NUMBERING, "facility.numbering")                                                                       \
    X(PLAN, "plan.entered")                                                                                  \
    X(PROTOCOL_REGISTERED, "protocol.registered")                                                            \
    X(PROTOCOL_APPROVED, "protocol.approved")                                                                \
    X(BASIS_ACCEPTED, "basis.accepted")                                                                      \
    X(CLOCK_CONFIRMED, "clock.confirmed")                                                                    \
    X(DEVIATION_OPENED, "deviation.opened")                                                                  \
    X(HOLD_PLACED, "hold.placed")                                                                            \
    X(INFORMATION_RECEIVED, "information.received")                                                          \
    X(FACILITY_STOPPED, "facility.stopped")                                                                  \
    X(FACILITY_RESUMED, "facility.resumed")                                                                  \
    X(CONTAINER_LOST, "container.lost")                                                                      \
    X(CONTAINER_RESCUED, "container.rescued")                                                                \
    X(RESCUE_CALLED, "rescue.called")                                                                        \
    X(RESCUE_WITNESSED, "rescue.witnessed")                                                                  \
    X(FORM_ISSUED, "form.issued")                                                                            \
    X(FORM_RETURNED, "form.returned")                                                                        \
    X(FORM_CHECKED, "form.checked")                                                                          \
    X(FORM_VOIDED_BACK, "form.voided-back")                                                                  \
    X(FORM_VOIDED, "form.voided")                                                                            \
    X(LABEL_REPRINTED, "label.reprinted")                                                                    \
    X(LABEL_VOIDED, "label.voided")                                                                          \
    X(DEVIATION_ASSESSED, "deviation.assessed")                                                              \
    X(DEVIATION_CONFIRMED, "deviation.confirmed")                                                            \
    X(DEVIATION_LOWER, "deviation.lower")                                                                    \
    X(DEVIATION_CLOSED, "deviation.closed")                                                                  \
    X(DEVIATION_ACTION, "deviation.action")                                                                  \
    X(DEVIATION_VERIFIED, "deviation.verified")                                                              \
    X(DEVIATION_WITHDRAWN, "deviation.withdrawn")                                                            \
    X(DEVIATION_REPORTED, "deviation.reported")                                                              \
    X(HOLD_PATIENT, "hold.lifted-patient")                                                                   \
    X(HOLD_LIFTED, "hold.lifted")                                                                            \
    X(CLINIC_WARNED, "clinic.warned")                                                                        \
    X(CONSENT_WITHDRAWN, "consent.withdrawn")                                                                \
    X(PRODUCT_ACCEPTED, "product.accepted")                                                                  \
    X(IDENTITY_SUPPLEMENTED, "identity.supplemented")                                                        \
    X(CORRECTION, "correction")                                                                              \
    X(CORRECTION_INSTEAD, "correction.instead")                                                              \
    X(REDACTED, "redacted")                                                                                  \
    X(PERSONAL_SHOWN, "personal.shown")

#define RIGHT_ACT_ENUM_(id, name) RIGHT_##id,
enum right_act { RIGHT_NONE, RIGHT_ACTS(RIGHT_ACT_ENUM_) RIGHTS };
#undef RIGHT_ACT_ENUM_
extern const struct word_list right_act_words;

/* X(identifier, its word, ja, en): what bars a person. Each is one function (bar.c). */
#define RIGHT_BARS(X)                                                                                        \
    X(ONESELF, "oneself", "本人に関すること", "about oneself")                                               \
    X(AUTHOR, "author", "作成（登録）した人", "who wrote it")                                                \
    X(RECEIVER, "receiver", "受け入れた人", "who received it")                                               \
    X(JUDGE, "other-judge", "もう一方の判定をした人", "who gave the other judgement")                        \
    X(MANUFACTURING, "manufacturing", "製造部門の人、この製造番号の製造に携わった人",                        \
      "who is of manufacturing, or acted for it on the batch")                                               \
    X(CAUSER, "causer", "その原因となった人、その工程を行った人", "who caused it or acted in that step")     \
    X(WORKER, "worked-there", "その日にその室で作業した人", "who worked there that day")

#define RIGHT_BAR_ENUM_(id, word, ja, en) RIGHT_BAR_##id,
enum right_bar { RIGHT_BAR_NONE, RIGHT_BARS(RIGHT_BAR_ENUM_) RIGHT_BARS_END };
#undef RIGHT_BAR_ENUM_
extern const struct word_list right_bar_words;
struct text right_bar_title(enum right_bar bar);

#define RIGHT_ROLES 48 /* at most */
struct right_role {
    const char *id;
    unsigned depts; /* in which it counts: bits of enum dept */
    bool appointed; /* by the operator's document (R 95) */
    struct text title;
};

/* People of a kind. */
struct right_who {
    bool anybody; /* who is in the register */
    bool oneself; /* whom the act is about */
    uint64_t roles;
};

struct right {
    struct right_who by, second; /* `second` empty: none is wanted */
    struct right_who instead;    /* where everybody of `by` is barred, suspended or locked out */
    unsigned never;              /* bits of enum right_bar: neither of the two */
    bool document;               /* with number and digest of a document */
    struct text title;
};

struct rights;

/* Complaints as of a protocol; CPF_E_SYNTAX or CPF_E_LIMIT with at least one, and no table. */
must_check int rights_load(const char *text, size_t len, struct rights **ret, struct protocol_error *errors,
                           size_t max, size_t *ret_n);
/* The same of a file; *ret_error gets file:line:column and what is wrong; free() it. */
must_check int rights_load_file(const char *path, struct rights **ret, char **ret_error);
/* A table that stands in the log, as far as this program understands it: it was recorded by whatever program
 * then served. An act that is missing, or is not all in known words, is nobody's; accepting another table
 * then facility manager's, quality manager's and their deputies'. Never fails. */
struct rights *rights_load_logged(const char *text);
/* How much of it was not understood, and what first. */
size_t rights_faults(const struct rights *r, const struct protocol_error **ret_first);
void rights_digest(const char *text, char ret[44]);
void rights_free(struct rights *r); /* NULL is fine */

/* The least grade of a deviation with that cause; GRADE_NONE: the table has none. */
enum grade rights_least(const struct rights *r, const char *cause);
/* The causes that it has one for. */
size_t rights_grades(const struct rights *r);
const char *rights_grade_cause(const struct rights *r, size_t i);
/* Within how long a deviation is to be assessed. */
int64_t rights_assess_ms(const struct rights *r);
/* For how long a qualification is given at most. */
int64_t rights_qualified_ms(const struct rights *r);
/* How many days ahead at most the last day of a measure may lie. */
int64_t rights_measure_days(const struct rights *r);
const char *rights_text(const struct rights *r); /* as it was loaded */
const struct right *rights_of(const struct rights *r, enum right_act act);
size_t rights_roles(const struct rights *r);
const struct right_role *rights_role_at(const struct rights *r, size_t i);
/* NULL: none of that name; *ret_near (may be NULL) gets the nearest one, or NULL. */
const struct right_role *rights_role(const struct rights *r, const char *id, const char **ret_near);
/* "施設管理者、品質管理者" and "facility manager, quality manager", in `a`. */
struct text rights_words(const struct rights *r, const struct right_who *who, struct arena *a);

/* What `now` lets people do more than `old`, or asks less for: array of texts, "ACT by ROLE", "ACT second"
 * (none is wanted any more), "ACT second ROLE", "ACT instead ROLE", "ACT never BAR" (gone), "ACT document"
 * (gone), "ACT new" (was nobody's); "ROLE dept DEPT", "ROLE appointed" (gone); "grades CAUSE"; the name of a
 * span that is longer. */
struct json *rights_weaker(struct arena *a, const struct rights *old, const struct rights *now);

bool right_wanted(const struct right_who *who); /* is anybody wanted at all? */
bool right_among(const struct rights *r, const struct right_who *who, const struct person *p,
                 const struct person *concerned);

/* What an act is about; NULL or 0: about no such thing. */
struct right_about {
    const struct person *person;
    const struct batch *batch;
    const struct person *author, *receiver, *judge;
    const struct person *causer, *with; /* who witnessed what it came of */
    const char *step;                   /* of the batch, in which it happened */
    size_t nworkers;
    const char *const *worker; /* ids */
    bool documented;           /* number and digest of the document were given */
};

enum right_no {
    RIGHT_YES,
    RIGHT_NOT_YOURS,       /* `by` says whose */
    RIGHT_BARRED,          /* `person` by `bar` */
    RIGHT_SECOND_MISSING,  /* `second` says who */
    RIGHT_SECOND_NOT_THIS, /* `person` is not one of them */
};
struct right_answer {
    enum right_no no;
    enum right_bar bar;
    const struct person *person;
};
/* The one question: may `performer` do this, with `second` (or NULL) beside? Where two act, either signs.
 * What bars one bars whoever is named beside, asked for or not. */
struct right_answer right_ask(const struct rights *r, enum right_act act, const struct right_about *about,
                              const struct person *performer, const struct person *second);
/* The same by one of `instead`, where nobody of `by` may. */
struct right_answer right_ask_instead(const struct rights *r, enum right_act act,
                                      const struct right_about *about, const struct person *performer,
                                      const struct person *second);
/* Is the person one of `by`, and not barred? Who the second person is is not asked.
 */
bool right_free(const struct rights *r, enum right_act act, const struct right_about *about,
                const struct person *p);
/* Does that bar keep the person from it by now? Independence is asked for again at each later act. */
bool right_bars(const struct rights *r, enum right_act act, enum right_bar bar,
                const struct right_about *about, const struct person *p);
