#pragma once
/* What the place is. */
#include "core/entry/kind.h"

struct opened_clinic {
    const char *plan; /* number of the provision plan under which it commissions */
    const char *name_ja, *name_en, *address_ja, *address_en;
};
struct clinics LIST_OF(struct opened_clinic);
/* Somebody named says that the daemon's time is right, however far it lies ahead of the last entry. */
struct clock_confirmed {
    const char *now, *last; /* the time as that person read it elsewhere; that of the last entry */
    struct personal reason, note, remark;
};
/* facility.stopped, facility.resumed */
struct facility_stopped {
    struct personal reason;
};
struct facility_opened {
    const char *id, *name_ja, *name_en, *zone, *number;
    struct clinics clinics;
};
