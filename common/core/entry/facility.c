/* What the place is. */
#include "core/entry/facility.h"

static const struct member clinic_member[] = {
    M_TEXT(struct clinic, plan, NEEDED),  M_TEXT(struct clinic, name_ja, 0),
    M_TEXT(struct clinic, name_en, 0),    M_TEXT(struct clinic, address_ja, 0),
    M_TEXT(struct clinic, address_en, 0),
};

static const struct shape clinic_shape = SHAPE(struct clinic, clinic_member);

static const struct member opened_member[] = {
    M_ID(struct facility_opened, id, NEEDED),   M_TEXT(struct facility_opened, name_ja, 0),
    M_TEXT(struct facility_opened, name_en, 0), M_TEXT(struct facility_opened, zone, 0),
    M_TEXT(struct facility_opened, number, 0),  M_LIST(struct facility_opened, clinics, 0, &clinic_shape),
};

const struct kind kind_facility_opened = {
    .id = KIND_FACILITY_OPENED,
    .shape = SHAPE(struct facility_opened, opened_member),
    .reads = {"施設 {id} を開設した", "facility {id} was set up"},
};
