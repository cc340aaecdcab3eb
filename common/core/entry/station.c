/* Stations. */
#include "core/entry/station.h"

#include "core/rule/record.h"

static const struct member enrolled_member[] = {
    M_ID(struct station_enrolled, station, NEEDED), M_TEXT(struct station_enrolled, kind, NEEDED),
    M_TEXT(struct station_enrolled, room, 0),       M_DIGEST(struct station_enrolled, token, NEEDED),
    M_PERSONAL(struct station_enrolled, reason, 0), M_PERSONAL(struct station_enrolled, note, 0),
    M_PERSONAL(struct station_enrolled, remark, 0),
};

static const struct member revoked_member[] = {
    M_ID(struct station_revoked, station, NEEDED),
    M_PERSONAL(struct station_revoked, reason, 0),
    M_PERSONAL(struct station_revoked, note, 0),
    M_PERSONAL(struct station_revoked, remark, 0),
};

static const struct record_rule enrolment = {
    .by = BY_MANAGEMENT | BY_QUALITY,
    .id = offsetof(struct station_enrolled, station),
    .stream = RECORD_ANY,
    .judge = record_own,
};

static const struct record_rule revocation = {
    .by = BY_MANAGEMENT | BY_QUALITY,
    .id = offsetof(struct station_revoked, station),
    .stream = RECORD_KNOWN,
    .judge = record_own,
};

const struct kind kind_station_enrolled = {
    .id = KIND_STATION_ENROLLED,
    .shape = SHAPE(struct station_enrolled, enrolled_member),
    .record = &enrolment,
    .reads = {"端末 {station} を登録した", "station {station} was enrolled"},
};

const struct kind kind_station_revoked = {
    .id = KIND_STATION_REVOKED,
    .shape = SHAPE(struct station_revoked, revoked_member),
    .record = &revocation,
    .reads = {"端末 {station} を失効させた", "station {station} was revoked"},
};
