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
};
