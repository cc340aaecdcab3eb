#pragma once
/* What changes what a record says (base/basis.h): as it came into force, and who accepted it. */
#include "base/basis.h"
#include "core/entry/kind.h"

/* Written by the daemon itself when what it finds differs from the newest one in the log. The first entry of
 * the facility's stream is the set-up's: it stands by that, and needs nobody's acceptance. */
struct basis_changed {
    const char *digest; /* over the items */
    struct basis_items items;
    const char *rights; /* the table of rights itself, where it is another one than before */
};
/* Management and quality each accept, two people; until then records say that nobody did. */
struct basis_accepted {
    const char *basis;     /* the digest that is accepted */
    enum dept dept;        /* which accepts */
    struct texts weakened; /* what the table of rights that comes in force bounds less (core/right/right.h) */
};
