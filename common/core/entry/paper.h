#pragma once
/* Numbered session forms on paper: printed beforehand, handed out, returned with their scan, typed in by one
 * and checked by another against that scan; or void. */
#include "core/entry/kind.h"

/* form.issued */
struct form_issued {
    const char *form; /* its number: the facility's next one */
    const char *to;   /* whom it is handed to */
    struct personal reason;
};
/* form.returned: written on, and scanned */
struct form_returned {
    const char *form;
    const char *sha256;  /* of the scan */
    struct texts people; /* whose names stand on it in ink */
    struct personal reason;
};
/* form.entered: somebody has begun to type it in */
struct form_entered {
    const char *form, *person;
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
