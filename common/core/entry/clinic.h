#pragma once
/* Who commissions, and under which plan: medical institutions and their provision plans (提供計画). */
#include "core/entry/kind.h"

/* clinic.added, clinic.changed: what is absent stays as it was. */
struct clinic_record {
    const char *clinic, *name_ja, *name_en, *address_ja, *address_en;
    struct texts staff; /* ids of who orders for it */
    struct personal reason, note, remark;
};

/* plan.registered, plan.changed: as the notice of its acceptance says; so are its changes, and its end. */
struct plan_record {
    const char *plan, *clinic;
    struct texts products,
        physicians;      /* ids of protocols; ids of people, of those who are named in the plan */
    int64_t from, until; /* days; 0: not said */
    const char *document, *sha256;
    struct personal reason, note, remark;
};
