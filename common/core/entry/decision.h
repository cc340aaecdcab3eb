#pragma once
/* What follows on a decision; the decision itself is a step's act. */
#include "core/entry/kind.h"

/* By the system: it does not stand any more, until quality has decided again. */
struct release_suspended {
    const char *cause; /* code */
};
/* The physician takes a product that does not meet its specification, by a document of the clinic. */
struct product_accepted {
    const char *batch; /* of the request */
    const char *dev;   /* the deviation that says in what */
    const char *document;
    struct personal reason;
};
