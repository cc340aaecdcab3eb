#pragma once
/*
 * Records: what people send outside of a step, master data and quality's acts. All are signed, but for what
 * is shown by session. A kind that may be sent says so in its module (core/entry, `.record`): who may, where
 * it goes, and how it is judged. Its body is checked by its shape before anything else looks at it.
 */
#include "core/rule/judge.h"

#define BY_CLINIC        (1u << DEPT_CLINIC)
#define BY_MANUFACTURING (1u << DEPT_MANUFACTURING)
#define BY_QUALITY       (1u << DEPT_QUALITY)
#define BY_MANAGEMENT    (1u << DEPT_MANAGEMENT)

enum record_stream {
    RECORD_ANY,   /* the stream may be there, or begins with it */
    RECORD_FRESH, /* begins with it */
    RECORD_KNOWN, /* is there */
};

struct record_rule {
    unsigned by;               /* departments */
    size_t id;                 /* of record_own: the member that names the stream, a const char * */
    enum record_stream stream; /* of record_own */
    bool label;                /* that id will stand on a label */
    /* Judges and drafts; `given` is of the kind's struct, as it was sent. */
    void (*judge)(struct judge *j, const struct kind *k, const void *given);
};

/* In the thing's own stream, as it was sent: <type of the kind's stream>/<id>. */
void record_own(struct judge *j, const struct kind *k, const void *given);
/* The same, of equipment and places, which stand in one list: an id is one thing's. */
void record_thing(struct judge *j, const struct kind *k, const void *given);
/* record.c, personal.c, redact.c, correct.c, identity.c, release.c: kinds of their own */
void record_person(struct judge *j, const struct kind *k, const void *given);
void record_blocking(struct judge *j, const struct kind *k, const void *given);
void record_protocol(struct judge *j, const struct kind *k, const void *given);
void record_approval(struct judge *j, const struct kind *k, const void *given);
void record_assessment(struct judge *j, const struct kind *k, const void *given);
void record_closing(struct judge *j, const struct kind *k, const void *given);
void record_lifting(struct judge *j, const struct kind *k, const void *given);
void record_acceptance(struct judge *j, const struct kind *k, const void *given);
void record_clock(struct judge *j, const struct kind *k, const void *given);
void record_correction(struct judge *j, const struct kind *k, const void *given);
void record_shown(struct judge *j, const struct kind *k, const void *given);
void record_product(struct judge *j, const struct kind *k, const void *given);
void record_supplement(struct judge *j, const struct kind *k, const void *given);
void record_redaction(struct judge *j, const struct kind *k, const void *given);
