#pragma once
/*
 * Records: what people send outside of a step, master data and quality's acts. All are signed, but for what
 * is shown by session. A kind that may be sent says so in its module (core/entry, `.record`): its right in
 * the table of rights, where it goes, and how it is judged. Its body is checked by its shape before anything
 * else looks at it. A body may have a `witness`: the badge of the second person, signed in at this station
 * with the own PIN.
 */
#include "core/protocol/diag.h"
#include "core/right/right.h"
#include "core/rule/judge.h"

enum record_stream {
    RECORD_ANY,   /* the stream may be there, or begins with it */
    RECORD_FRESH, /* begins with it */
    RECORD_KNOWN, /* is there */
};

struct record_rule {
    enum right_act right; /* of the table (core/right); RIGHT_NONE: `may` asks for what the record changes */
    enum right_act also;  /* … which `may` asks for instead, of some; RIGHT_NONE: there is none */
    /* Asks check_right() with what it is about; NULL: about nothing that bars. */
    bool (*may)(struct judge *j, const struct kind *k, const void *given);
    size_t id;                 /* of record_own: the member that names the stream, a const char * */
    enum record_stream stream; /* of record_own */
    bool session;              /* being signed in at the station is enough; signed if the password is given */
    bool label;                /* that id will stand on a label */
    bool shown;                /* a judgement: what was shown of the batch must be said, and be so still */
    /* Judges and drafts; `given` is of the kind's struct, as it was sent. */
    void (*judge)(struct judge *j, const struct kind *k, const void *given);
};

/* right.c: the one question of rights; false after a refusal. */
bool check_right(struct judge *j, enum right_act act, const struct right_about *about);
/* What the act on a batch is about: `given` begins with the batch's number. */
bool may_on_batch(struct judge *j, const struct kind *k, const void *given);
/* deviation.c: of a deviation or a hold, who caused it is asked. */
bool may_assess(struct judge *j, const struct kind *k, const void *given);
bool may_confirm(struct judge *j, const struct kind *k, const void *given);
bool may_close(struct judge *j, const struct kind *k,
               const void *given); /* it begins with batch and deviation */
bool may_verify(struct judge *j, const struct kind *k, const void *given); /* batch and measure */
bool may_lift(struct judge *j, const struct kind *k, const void *given);
bool may_resume(struct judge *j, const struct kind *k, const void *given); /* same.c */
void record_answer(struct judge *j, const struct kind *k, const void *given);
/* number.c */
void record_numbering(struct judge *j, const struct kind *k, const void *given);
/* people.c, thing.c */
bool may_person(struct judge *j, const struct kind *k, const void *given);
bool may_away(struct judge *j, const struct kind *k, const void *given); /* rota.c */
void record_away(struct judge *j, const struct kind *k, const void *given);
bool may_unlock(struct judge *j, const struct kind *k, const void *given);
bool may_station(struct judge *j, const struct kind *k, const void *given); /* station.c */
bool may_revoke(struct judge *j, const struct kind *k, const void *given);  /* station.c */
bool may_equipment(struct judge *j, const struct kind *k, const void *given);
bool may_place(struct judge *j, const struct kind *k, const void *given);
bool may_reopen(struct judge *j, const struct kind *k, const void *given);
bool may_permit(struct judge *j, const struct kind *k, const void *given);
bool may_receive(struct judge *j, const struct kind *k, const void *given);
bool may_lot(struct judge *j, const struct kind *k, const void *given); /* `given` begins with its id */
bool may_end_lot(struct judge *j, const struct kind *k, const void *given);
bool may_approve(struct judge *j, const struct kind *k, const void *given);
bool may_read(struct judge *j, const struct kind *k, const void *given);
/* clinic.c */
bool may_clinic(struct judge *j, const struct kind *k, const void *given);
bool may_plan(struct judge *j, const struct kind *k, const void *given);
/* Refuses a word that must exist and does not; always false. */
bool check_word(struct judge *j, const char *field, const char *word, const char *near);
bool check_room(struct judge *j, const char *room); /* NULL: not said */

/* The person's own key signs it, beside the second one; and that was the command. */
void record_signed(struct judge *j, struct draft *d);
void record_signed_as(struct judge *j, struct draft *d, enum say code, struct json *args);
/* The same, signed if the secret was given: being signed in at the station may be enough. */
void record_accept(struct judge *j, struct draft *d, enum say code,
                   struct json *args); /* `args` go with the answer */
/* In the thing's own stream, as it was sent: <type of the kind's stream>/<id>. */
void record_own(struct judge *j, const struct kind *k, const void *given);
/* The same, of equipment and places, which stand in one list: an id is one thing's. */
void record_thing(struct judge *j, const struct kind *k, const void *given);
/* record.c, people.c, thing.c, personal.c, redact.c, correct.c, identity.c, release.c, station.c: kinds of
 * their own */
void record_reading(struct judge *j, const struct kind *k, const void *given);
void record_station(struct judge *j, const struct kind *k, const void *given);
void record_person(struct judge *j, const struct kind *k, const void *given);
void record_receipt(struct judge *j, const struct kind *k, const void *given);
void record_lot_blocking(struct judge *j, const struct kind *k, const void *given);
void record_lot_closing(struct judge *j, const struct kind *k, const void *given);
void record_conditional(struct judge *j, const struct kind *k, const void *given);
void record_blocking(struct judge *j, const struct kind *k, const void *given);
void record_protocol(struct judge *j, const struct kind *k, const void *given);
void record_approval(struct judge *j, const struct kind *k, const void *given);
/* deviation.c */
void record_assessment(struct judge *j, const struct kind *k, const void *given);
void record_confirmation(struct judge *j, const struct kind *k, const void *given);
void record_closing(struct judge *j, const struct kind *k, const void *given);
void record_lifting(struct judge *j, const struct kind *k, const void *given);
/* action.c */
void record_action(struct judge *j, const struct kind *k, const void *given);
void record_verified(struct judge *j, const struct kind *k, const void *given);
void record_withdrawn(struct judge *j, const struct kind *k, const void *given);
void record_reported(struct judge *j, const struct kind *k, const void *given);
/* Does `named` say each of `all` (array of strings), and nothing else? Else refused by `code`, with all of
 * it. */
bool check_weaknesses(struct judge *j, enum say code, const struct json *all, const struct texts *named,
                      struct json *args);
void record_acceptance(struct judge *j, const struct kind *k, const void *given);
void record_clock(struct judge *j, const struct kind *k, const void *given);
void record_correction(struct judge *j, const struct kind *k, const void *given);
void record_shown(struct judge *j, const struct kind *k, const void *given);
/* hand.c */
void record_deviation(struct judge *j, const struct kind *k, const void *given);
void record_hold(struct judge *j, const struct kind *k, const void *given);
void record_information(struct judge *j, const struct kind *k, const void *given);
void record_consent(struct judge *j, const struct kind *k, const void *given);
/* label.c */
bool may_print(struct judge *j, const struct kind *k, const void *given);
void record_printed(struct judge *j, const struct kind *k, const void *given);
void record_label(struct judge *j, const struct kind *k, const void *given);
/* paper.c */
void record_form_issued(struct judge *j, const struct kind *k, const void *given);
void record_form_returned(struct judge *j, const struct kind *k, const void *given);
void record_form_checked(struct judge *j, const struct kind *k, const void *given);
void record_form_voided(struct judge *j, const struct kind *k, const void *given);
bool may_void_form(struct judge *j, const struct kind *k, const void *given);
/* rescue.c */
void record_rescue(struct judge *j, const struct kind *k, const void *given);
void record_rescue_seen(struct judge *j, const struct kind *k, const void *given);
/* Whom of quality the request names was telephoned: somebody else, who is there. */
bool check_called(struct judge *j, const char *called);
/* spare.c */
bool may_confirm_spare(struct judge *j, const struct kind *k, const void *given);
void record_spare_opened(struct judge *j, const struct kind *k, const void *given);
void record_spare_confirmed(struct judge *j, const struct kind *k, const void *given);
void record_count(struct judge *j, const struct kind *k, const void *given); /* count.c */
/* lost.c */
void record_lost(struct judge *j, const struct kind *k, const void *given);
void record_stop(struct judge *j, const struct kind *k, const void *given);
void record_warning(struct judge *j, const struct kind *k, const void *given);
void record_product(struct judge *j, const struct kind *k, const void *given);
void record_supplement(struct judge *j, const struct kind *k, const void *given);
void record_redaction(struct judge *j, const struct kind *k, const void *given);
