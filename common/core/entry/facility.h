#pragma once
/* What the place is. */
#include "core/catalogue.h"
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
/* The rule of batch numbers (core/code/number.h) from now on; no year's count is less than `first`. */
struct facility_numbering {
    const char *numbering;
    int64_t first;
    struct personal reason;
};
struct facility_opened {
    const char *id, *name_ja, *name_en, *zone, *number;
    const char *numbering; /* NULL: numbers are typed freely */
    int64_t first;
    struct clinics clinics;
};
/* Its name in both languages, else its id; before the set-up nothing. */
struct text facility_name(const struct facility_opened *f);
