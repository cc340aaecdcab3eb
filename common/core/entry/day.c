/* A station's day. */
#include "core/entry/day.h"

#include "core/rule/record.h"

static const struct member opened_member[] = {
    M_ID(struct day_opened, station, NEEDED),
};

static const struct member session_member[] = {
    M_ID(struct session_record, person, NEEDED),
};

static const struct member failed_member[] = {
    M_ID(struct session_failed, person, 0),
};

static const struct member context_member[] = {
    M_TEXT(struct bench_context, batch, 0),
    M_TEXT(struct bench_context, step, 0),
    M_TEXT(struct bench_context, acting, 0),
};

static const struct member shown_member[] = {
    M_ID(struct personal_shown, batch, NEEDED),
    M_TEXT(struct personal_shown, what, NEEDED),
    M_TEXT(struct personal_shown, disclosures, OWN),
};

static const struct record_rule showing = {.by = BY_CLINIC | BY_MANAGEMENT | BY_MANUFACTURING | BY_QUALITY,
                                           .judge = record_shown};

const struct kind kind_day_opened = {
    .id = KIND_DAY_OPENED,
    .shape = SHAPE(struct day_opened, opened_member),
    .reads = {"端末 {station} の一日を始めた", "a day of station {station} began"},
};

const struct kind kind_day_closed = {
    .id = KIND_DAY_CLOSED,
    .shape = SHAPE_EMPTY,
    .reads = {"端末の一日を終えた", "the day of the station ended"},
};

const struct kind kind_session_opened = {
    .id = KIND_SESSION_OPENED,
    .shape = SHAPE(struct session_record, session_member),
    .reads = {"{person} がサインインした", "{person} signed in"},
};

const struct kind kind_session_closed = {
    .id = KIND_SESSION_CLOSED,
    .shape = SHAPE(struct session_record, session_member),
    .reads = {"{person} がサインアウトした", "{person} signed out"},
};

const struct kind kind_session_failed = {
    .id = KIND_SESSION_FAILED,
    .shape = SHAPE(struct session_failed, failed_member),
    .reads = {"{person} の暗証が違った", "a wrong secret was given for {person}"},
};

const struct kind kind_bench_context = {
    .id = KIND_BENCH_CONTEXT,
    .shape = SHAPE(struct bench_context, context_member),
    .reads = {"作業台の状況を切り替えた", "the bench turned to something else"},
};

const struct kind kind_personal_shown = {
    .id = KIND_PERSONAL_SHOWN,
    .shape = SHAPE(struct personal_shown, shown_member),
    .record = &showing,
    .reads = {"{batch} の個人情報を表示した（{what}）", "personal data of {batch} was shown ({what})"},
};
