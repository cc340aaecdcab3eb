#pragma once
/* A batch from its order to its closing; its steps are in step.h. */
#include "core/entry/kind.h"

/* What a batch shared with others, once for each: whoever looks for it later reads closings, not batches. */
enum use_kind { USED_NONE, USED_DONOR, USED_EQUIPMENT, USED_PLACE, USED_LOT, USED_DOCUMENT };
struct batch_use {
    enum use_kind kind;
    const char *id;
    const char *unit;    /* of a lot; of a document its step */
    int64_t first, last; /* days: of equipment or a document the same; of a place from the first scan of it to
                            the last */
};
struct batch_uses LIST_OF(struct batch_use);
/* The values that make an order one of its kind (`unique`) too. */
struct batch_used {
    const char *protocol, *step;
    const struct json *order; /* field -> value; NULL: the protocol names none */
    struct batch_uses uses;
    bool lots; /* `uses` names each lot that was used; an older program named opened units alone */
};
struct batch_closed {
    int64_t count; /* entries of the stream, this one included */
    const char
        *before; /* leaf of the closing before this one in the log: whoever knows the newest knows all */
    struct personal person;        /* who it was: digests of name and birth date; erased with them */
    const struct batch_used *used; /* NULL: its entries alone tell (older programs; too many; personal) */
};
struct batch_reopened {
    const char *cause;
};
/* batch.ordered is a step's form that names the protocol: struct step_form */
