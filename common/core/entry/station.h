#pragma once
/* Stations: where people scan and sign. */
#include "core/entry/kind.h"

/* station.enrolled: also to give a known one another token */
struct station_enrolled {
    const char *station, *kind, *room;
    const char *token; /* digest of the bearer token */
    struct personal reason, note, remark;
};
struct station_revoked {
    const char *station;
    struct personal reason, note, remark;
};
