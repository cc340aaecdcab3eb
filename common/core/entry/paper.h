#pragma once
/* Numbered session forms on paper: printed beforehand, handed out, returned with their scan, typed in by one
 * and checked by another against that scan; or void. */
#include "core/entry/kind.h"

/* form.issued */
struct form_issued {
    const char *form; /* its number: the facility's next one */
    const char *to;   /* whom it is handed to */
    const char *room; /* where it will be used; NULL: said when it comes back (an older program: never) */
    struct personal reason;
};
/* form.returned: written on, and scanned */
struct form_returned {
    const char *form;
    const char *sha256;     /* of the scan */
    struct texts people;    /* whose names stand on it in ink */
    struct texts confirmed; /* … and who of them was there with the own PIN when it came back */
    const char *room;       /* where it was used; NULL: as it was handed out */
    struct personal reason;
};
/* form.entered: somebody has begun to type it in; the first one says of which session it is */
struct form_entered {
    const char *form, *person;
    const char *batch, *room; /* a station without a room: the station */
};
/* form.checked: all that was typed in, against the scan */
struct form_checked {
    const char *form, *sha256;
    struct personal reason;
};
/* form.voided: nothing of it counts */
struct form_voided {
    const char *form;
    struct personal reason;
};
