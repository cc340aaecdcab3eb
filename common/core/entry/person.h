#pragma once
/* People: staff appear by ids alone; names stand in a register outside the log. */
#include "core/entry/kind.h"

struct qualified {
    const char *name;
    int64_t until; /* last day in force */
};
struct qualifieds LIST_OF(struct qualified);

/* person.enrolled and person.changed; what is not said of somebody known stays as it was */
struct person_record {
    const char *person;
    enum dept dept;
    struct texts roles;
    struct qualifieds qualified;
    const char *key, *keyid, *cred; /* of the signing key; digest of the sealed secrets */
    enum yesno locked, suspended;
    const char *document, *sha256; /* by which somebody was appointed: its number and digest */
    const char *present;           /* of the request: the person's own badge, read here */
    const char *custodians; /* their signed instruction (base/instruction.h): instead of the two who may */
    bool reset;             /* a lost secret was made anew, by others */
    bool fresh;             /* others gave the secrets, and know them */
    struct personal reason, remark;
};
/* person.locked */
struct person_named {
    const char *person;
};
struct person_unlocked {
    const char *person;
    struct personal reason, remark;
};
/* What enrolling or changing somebody says, as far as it can be read; NULL: it is neither. */
const struct person_record *person_record_read(const struct entry *e, struct arena *a);
/* Whom a record of these asks about, which may be anything yet; NULL: nobody. */
const char *person_asked(const struct json *body);

struct person_fit {
    const char *person;
    bool fit;
};
