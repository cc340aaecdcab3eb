#pragma once
/*
 * A request's body: bounded JSON from outside (jansson), turned into our own
 * tree. Refused before any judgement: malformed, invalid UTF-8, NUL, too deep,
 * duplicate names, numbers that are not whole, more than `members` values on all levels.
 */
#include <stddef.h>
#include "base/json.h"
#include "base/mem.h"

/* NULL and *ret on success, else a catalogue code: request.json, request.utf8, request.depth. */
const char *request_read(struct arena *a, const char *body, size_t len, size_t members, struct json **ret);

struct request_member {
    const char *name;
    enum json_type type;
};
/* The first member that is not in the list (its last has no name) or of another type; NULL: none. A member
 * that is not understood is never left aside: `"Late"` would be recorded as now, `"typed": "yes"` as scanned.
 */
const char *request_fault(const struct json *req, const struct request_member *list);

/* Secrets among the members: not part of the digest, and overwritten once they were taken. */
void request_wipe(const struct json *req);

/* SHA-256 over path and the canonical request without its secrets (pin, password, sealed credentials). */
void request_digest(struct arena *a, const char *path, const struct json *req, uint8_t ret[32]);
