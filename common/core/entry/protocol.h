#pragma once
/* Protocols: the text itself in parts, so that the log explains itself; registered, approved by two. */
#include "core/entry/kind.h"

struct protocol_text {
    int64_t part; /* from 1 */
    const char *text;
};
/* How much of the text goes into the next of them: bounded as it will stand in the entry, and no character
 * cut. */
size_t protocol_part(const char *text, size_t left);
struct protocol_registered {
    const char *protocol, *version, *hash;
    const char *text; /* of the request: it stands in the entries before */
};
struct protocol_approved {
    const char *protocol, *version, *hash;
    enum dept dept; /* which approves; not said of the registration */
    /* of a version that follows another one: the number of the assessed change (R 104), the version of the
     * product's overview (概要書) that says it, and each control that asks less (core/protocol/weaker.h) */
    const char *change, *overview;
    struct texts weakened;
    const char
        *against; /* <id>@<version> in force for the product, with which it was compared; NULL: none was */
    const char *another; /* of a new id for such a product: why it is another process, of which no control is
                            compared */
    bool revises;        /* whoever works by it reads it first */
};
/* Somebody has read that version, and says so: protocol.read */
struct protocol_read {
    const char *protocol, *version, *hash;
};
