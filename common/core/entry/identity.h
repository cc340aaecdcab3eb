#pragma once
/* The same name in another writing. */
#include "core/entry/kind.h"
#include "core/protocol/protocol.h"

/* The person never changes; how the name is written may: by a document, seen by two. */
struct identity_supplemented {
    const char *batch, *witness; /* of the request */
    const char *step, *field;    /* of the name as it was ordered */
    const char *value;           /* of the request: the other writing */
    const char *document;        /* number of the official document that was seen */
    struct personal reason;
    struct secrets secrets; /* the writing, under the field's name */
};
/* In the book it counts beside the one that was ordered. */
struct writing {
    struct ref at;
    const char *text, *digest;
};
