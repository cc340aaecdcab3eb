#pragma once
/* What follows on a decision; the decision itself is a step's act. */
#include "core/entry/kind.h"

/* By the system: it does not stand any more, until quality has decided again. */
struct release_suspended {
    const char *cause;     /* code */
    struct texts recalled; /* certificates of that decision: their numbers */
};
/* By the system: the clinic is told of it by somebody who is answered, and a clock runs until then. */
struct warning_due {
    const char *cause; /* code */
};
/* Whoever of the clinic was told says so by name. */
struct clinic_warned {
    const char *batch; /* of the request */
    struct personal reason;
};
/* The physician takes a product that does not meet its specification, by a document of the clinic. */
struct product_accepted {
    const char *batch; /* of the request */
    const char *dev;   /* the deviation that says in what */
    const char *document;
    struct personal reason;
};
