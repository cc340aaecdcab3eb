/* People. */
#include "core/entry/person.h"

#include "core/rule/record.h"

static const struct member qualified_member[] = {
    M_TEXT(struct qualified, name, NEEDED),
    M_DAY(struct qualified, until, NEEDED),
};

static const struct shape qualified_shape = SHAPE(struct qualified, qualified_member);

static const struct member enrolled_member[] = {
    M_ID(struct person_record, person, NEEDED),
    M_WORD(struct person_record, dept, enum dept, NEEDED, &dept_words),
    M_TEXTS(struct person_record, roles, 0),
    M_LIST(struct person_record, qualified, 0, &qualified_shape),
    M_KEY(struct person_record, key, 0),
    M_TEXT(struct person_record, keyid, 0),
    M_DIGEST(struct person_record, cred, OWN),
    M_YESNO(struct person_record, locked, 0),
    M_YESNO(struct person_record, suspended, 0),
    M_PERSONAL(struct person_record, reason, 0),
    M_PERSONAL(struct person_record, remark, 0),
};

static const struct member changed_member[] = {
    M_ID(struct person_record, person, NEEDED),
    M_WORD(struct person_record, dept, enum dept, 0, &dept_words),
    M_TEXTS(struct person_record, roles, 0),
    M_LIST(struct person_record, qualified, 0, &qualified_shape),
    M_KEY(struct person_record, key, 0),
    M_TEXT(struct person_record, keyid, 0),
    M_DIGEST(struct person_record, cred, OWN),
    M_YESNO(struct person_record, locked, 0),
    M_YESNO(struct person_record, suspended, 0),
    M_PERSONAL(struct person_record, reason, 0),
    M_PERSONAL(struct person_record, remark, 0),
};

static const struct member named_member[] = {
    M_ID(struct person_named, person, NEEDED),
};

static const struct member unlocked_member[] = {
    M_ID(struct person_unlocked, person, NEEDED),
    M_PERSONAL(struct person_unlocked, reason, 0),
    M_PERSONAL(struct person_unlocked, remark, 0),
};

static const struct member fit_member[] = {
    M_ID(struct person_fit, person, NEEDED),
    M_BOOL(struct person_fit, fit, NEEDED),
};

static const struct record_rule enrolment = {
    .by = BY_MANAGEMENT | BY_QUALITY,
    .id = offsetof(struct person_record, person),
    .stream = RECORD_FRESH,
    .label = true,
    .judge = record_person,
};

static const struct record_rule change = {
    .by = BY_MANAGEMENT | BY_QUALITY,
    .id = offsetof(struct person_record, person),
    .stream = RECORD_KNOWN,
    .judge = record_person,
};

static const struct record_rule unlocking = {
    .by = BY_MANAGEMENT | BY_QUALITY,
    .id = offsetof(struct person_unlocked, person),
    .stream = RECORD_KNOWN,
    .judge = record_own,
};

const struct kind kind_person_enrolled = {
    .id = KIND_PERSON_ENROLLED,
    .shape = SHAPE(struct person_record, enrolled_member),
    .record = &enrolment,
    .reads = {"職員 {person} を登録した", "{person} was enrolled"},
};

const struct kind kind_person_changed = {
    .id = KIND_PERSON_CHANGED,
    .shape = SHAPE(struct person_record, changed_member),
    .record = &change,
    .reads = {"職員 {person} の登録を変更した", "the record of {person} was changed"},
};

const struct kind kind_person_locked = {
    .id = KIND_PERSON_LOCKED,
    .shape = SHAPE(struct person_named, named_member),
    .reads = {"職員 {person} の利用を停止した（暗証の誤り）", "{person} was locked out: wrong secrets"},
};

const struct kind kind_person_unlocked = {
    .id = KIND_PERSON_UNLOCKED,
    .shape = SHAPE(struct person_unlocked, unlocked_member),
    .record = &unlocking,
    .reads = {"職員 {person} の利用停止を解いた", "the lock-out of {person} was ended"},
};

const struct kind kind_person_fit = {
    .id = KIND_PERSON_FIT,
    .shape = SHAPE(struct person_fit, fit_member),
    .reads = {"職員 {person} の体調申告", "{person} declared the state of health"},
};
