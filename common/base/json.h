#pragma once
/*
 * JSON in the closed profile of doc/log.md 1 (a subset of RFC 8785): member names
 * are printable ASCII, numbers are integers within +-(2^53-1), no duplicate
 * names, well-formed UTF-8, no BOM, no NUL raw or escaped, no lone surrogates,
 * depth <= BOUND_ENTRY_DEPTH, length <= BOUND_ENTRY_BYTES.
 *
 * The parser accepts x only if write(parse(x)) == x, byte for byte: members
 * sorted, no white space, shortest escapes. Requests from outside are not
 * canonical and are read with jansson instead. Where both are needed, include
 * "base/jansson.h" and not <jansson.h>: some names are the same.
 */
#if defined(JANSSON_H) && !defined(BASE_JANSSON)
#error "include base/jansson.h instead of jansson.h"
#endif
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

enum json_type { JSON_NULL, JSON_BOOL, JSON_INT, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
    enum json_type type;
    int64_t num;        /* JSON_INT; JSON_BOOL as 0/1 */
    const char *str;    /* JSON_STRING: UTF-8, NUL-terminated (no NUL inside) */
    size_t len;         /* JSON_STRING: bytes; containers: number of children */
    const char *name;   /* member name, when child of an object */
    struct json *child; /* first child, members in canonical (sorted) order */
    struct json *last;  /* last child */
    struct json *next;  /* next sibling */
};

/* Three functions have names of libjansson's, which must not meet theirs in the linker. */
#define JSON_SYMBOL(name) __asm__("cpf_" #name)

#define JSON_SAFE_MAX INT64_C(9007199254740991)

/* Parse `text`; nodes and strings live in `a`. CPF_E_SYNTAX, _PROFILE, _UTF8, _DEPTH, _DUPLICATE or
 * _LIMIT; *ret_offset (may be NULL) then says where. */
must_check int json_parse(struct arena *a, const char *text, size_t len, const struct json **ret,
                          size_t *ret_offset);
/* The same, of a text that may be longer than an entry: up to `most` bytes. */
must_check int json_parse_within(struct arena *a, const char *text, size_t len, size_t most,
                                 const struct json **ret, size_t *ret_offset);

/* Building. Values given are copied into the arena, whose limit must be out of reach (running out is a
 * bug here). Names must be printable ASCII, else a bug. A node has one parent: json_copy for a second.
 * json_set keeps members sorted; a name twice is a bug. A NULL value is left out (not null). */
struct json *json_object(struct arena *a) JSON_SYMBOL(json_object);
struct json *json_array(struct arena *a) JSON_SYMBOL(json_array);
struct json *json_str(struct arena *a, const char *s); /* s NULL -> NULL */
struct json *json_strn(struct arena *a, const char *s, size_t len);
struct json *json_strf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct json *json_int(struct arena *a, int64_t n);
struct json *json_bool(struct arena *a, bool v);
/* A deep copy into `a`. */
struct json *json_copy(struct arena *a, const struct json *v) JSON_SYMBOL(json_copy);
struct json *json_set(struct arena *a, struct json *obj, const char *name,
                      struct json *value); /* returns obj */
struct json *json_set_str(struct arena *a, struct json *obj, const char *name,
                          const char *s); /* s NULL: nothing */
struct json *json_set_int(struct arena *a, struct json *obj, const char *name, int64_t n);
struct json *json_push(struct json *arr, struct json *value); /* returns arr */

/* Can the tree stand `depth` containers deep in an entry: integers in range, well-formed UTF-8, depth?
 * CPF_E_PROFILE, CPF_E_UTF8 or CPF_E_DEPTH. Builders do not check what they are given. */
must_check int json_check(const struct json *v, unsigned depth);

/* Canonical bytes, appended. */
void json_write(struct buf *b, const struct json *v);

/* Reading; all accept v == NULL and answer NULL, the default, or false. */
const struct json *json_get(const struct json *obj, const char *name);
const char *json_get_str(const struct json *obj, const char *name); /* NULL if absent or no string */
int64_t json_get_int(const struct json *obj, const char *name, int64_t dflt);
bool json_get_bool(const struct json *obj, const char *name); /* false if absent */
#define json_each(it, parent)                                                                                \
    for (const struct json *it = (parent) ? (parent)->child : NULL; it; it = it->next)
