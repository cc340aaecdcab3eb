#pragma once
/*
 * Shapes: what an object of the log looks like as a C struct. One table of members says the name, the form,
 * the bound and where it lies in the struct; building, reading and checking go by it, so that no string key
 * of an entry stands in more than one place.
 *
 *   shape_build   struct -> object of the log, and the personal values that go behind digests
 *   shape_read    object of the log -> struct; lenient: what an older program wrote is read as far as it goes
 *   shape_check   object of a request: strict; an unknown, missing or malformed member is named
 *   shape_take    object of a request, checked -> struct, personal values in clear
 *
 * A member that is absent is zero in the struct: NULL, 0, false; a list that is there has an `item`, even if
 * it is empty. Zero is not written, except for numbers that are NEEDED.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/dec.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/word.h"

enum member_form {
    MEMBER_TEXT,     /* const char *: UTF-8, at most `max` bytes (0: BOUND_TEXT_FIELD) */
    MEMBER_ID,       /* const char *: letters, digits, '.', '@', '-'; at most BOUND_CODE_ID */
    MEMBER_DECIMAL,  /* const char *: the grammar of base/dec.h */
    MEMBER_DIGEST,   /* const char *: base64url of 32 bytes */
    MEMBER_GS1,      /* const char *: what a GS1 label's lot may hold: its 82 characters, at most 20 */
    MEMBER_KEY,      /* const char *: a person's public key, not a weak one */
    MEMBER_POINT,    /* const char *: a station's public key, a point of P-256 (base/p256.h) */
    MEMBER_DAY,      /* int64_t, days since 1970; YYYY-MM-DD */
    MEMBER_INT,      /* int64_t */
    MEMBER_BOOL,     /* bool; false is not written */
    MEMBER_YESNO,    /* enum yesno: where "no" must be said */
    MEMBER_WORD,     /* an enum of the size of int: an index of `words` */
    MEMBER_TEXTS,    /* struct texts: array of strings */
    MEMBER_LIST,     /* a struct LIST_OF(T): array of objects of shape `of` */
    MEMBER_OBJECT,   /* const void *: one object of shape `of` */
    MEMBER_JSON,     /* const struct json *: whose members a protocol or the catalogue defines */
    MEMBER_PERSONAL, /* struct personal: behind a digest, never in the object */
    MEMBER_SECRETS,  /* struct secrets: personal values whose names the protocol gives */
};

enum yesno { UNSAID, NO, YES };

struct texts {
    size_t n;
    const char *const *item;
};
#define LIST_OF(T)                                                                                           \
    {                                                                                                        \
        size_t n;                                                                                            \
        const T *item;                                                                                       \
    }

/* A personal value: salted by whoever builds the entry; only its digest enters the log. */
struct personal {
    const char *value;  /* in clear: given to shape_build, by shape_take; NULL after shape_read */
    const char *digest; /* after shape_read */
};
struct secret {
    const char *name, *value;
};
struct secrets {
    size_t n;
    const struct secret *item;
};

enum member_flag {
    NEEDED = 1,
    ASKED = 2, /* stands in a request only: it names the stream, or who approves */
    OWN = 4,   /* the daemon writes it: no client says it */
};

struct shape;
struct member {
    const char *name;
    enum member_form form;
    unsigned flags;
    size_t at; /* in the struct */
    size_t max;
    const struct word_list *words;
    const struct shape *of;
};
struct shape {
    size_t size; /* of the struct */
    size_t n;
    const struct member *member;
};

/* Members, with the C type checked at compile time. */
#define MEMBER_TYPE_(T, m, type) (0 * sizeof(char[_Generic(((T *)0)->m, type : 1)]))
#define MEMBER_(T, m, form_, type, ...)                                                                      \
    {                                                                                                        \
        .name = #m, .form = form_, .at = offsetof(T, m) + MEMBER_TYPE_(T, m, type), __VA_ARGS__              \
    }
#define M_TEXT(T, m, f)    MEMBER_(T, m, MEMBER_TEXT, const char *, .flags = (f))
#define M_LONG(T, m, f, x) MEMBER_(T, m, MEMBER_TEXT, const char *, .flags = (f), .max = (x))
#define M_ID(T, m, f)      MEMBER_(T, m, MEMBER_ID, const char *, .flags = (f))
#define M_DECIMAL(T, m, f) MEMBER_(T, m, MEMBER_DECIMAL, const char *, .flags = (f))
#define M_DIGEST(T, m, f)  MEMBER_(T, m, MEMBER_DIGEST, const char *, .flags = (f))
#define M_GS1(T, m, f)     MEMBER_(T, m, MEMBER_GS1, const char *, .flags = (f))
#define M_KEY(T, m, f)     MEMBER_(T, m, MEMBER_KEY, const char *, .flags = (f))
#define M_POINT(T, m, f)   MEMBER_(T, m, MEMBER_POINT, const char *, .flags = (f))
#define M_DAY(T, m, f)     MEMBER_(T, m, MEMBER_DAY, int64_t, .flags = (f))
#define M_INT(T, m, f)     MEMBER_(T, m, MEMBER_INT, int64_t, .flags = (f))
#define M_BOOL(T, m, f)    MEMBER_(T, m, MEMBER_BOOL, bool, .flags = (f))
#define M_YESNO(T, m, f)   MEMBER_(T, m, MEMBER_YESNO, enum yesno, .flags = (f))
/* of enum type `type`, which has the size of int */
#define M_WORD(T, m, type, f, w) MEMBER_(T, m, MEMBER_WORD, type, .flags = (f), .words = (w))
#define M_TEXTS(T, m, f)         MEMBER_(T, m, MEMBER_TEXTS, struct texts, .flags = (f))
#define M_JSON(T, m, f)          MEMBER_(T, m, MEMBER_JSON, const struct json *, .flags = (f))
#define M_PERSONAL(T, m, f)      MEMBER_(T, m, MEMBER_PERSONAL, struct personal, .flags = (f))
#define M_SECRETS(T, m)          MEMBER_(T, m, MEMBER_SECRETS, struct secrets, .flags = 0)
#define M_LIST(T, m, f, s)                                                                                   \
    {                                                                                                        \
        .name = #m, .form = MEMBER_LIST, .at = offsetof(T, m), .flags = (f), .of = (s)                       \
    }
#define M_OBJECT(T, m, f, s)                                                                                 \
    {                                                                                                        \
        .name = #m, .form = MEMBER_OBJECT, .at = offsetof(T, m), .flags = (f), .of = (s)                     \
    }
/* `static const struct member list[] = {...};` before it. A shape without members: SHAPE_EMPTY. */
#define SHAPE(T, list)                                                                                       \
    {                                                                                                        \
        sizeof(T), sizeof(list) / sizeof(*(list)), (list)                                                    \
    }
#define SHAPE_EMPTY                                                                                          \
    {                                                                                                        \
        0, 0, NULL                                                                                           \
    }

/* Sets the members of `value` in `obj`. Strings are copied. What must be there and is not is a bug. */
void shape_build(const struct shape *s, const void *value, struct arena *a, struct json *obj);
/* The personal values of `value`, each once, into list[]; how many (at most `max`, else a bug). */
size_t shape_secrets(const struct shape *s, const void *value, struct secret *list, size_t max);

/*
 * Reads an entry's body and pd into *ret, whose strings live where theirs do and whose lists in `a`. A
 * needed member that is absent or of another form: CPF_E_PROFILE, and the others are there all the same.
 * Others of another form are absent; so are items of a list that are no objects or strings.
 */
must_check int shape_read(const struct shape *s, const struct json *obj, const struct json *pd,
                          struct arena *a, void *ret);

enum shape_fault_kind { SHAPE_FINE, SHAPE_UNKNOWN, SHAPE_MISSING, SHAPE_MALFORMED };
struct shape_fault {
    enum shape_fault_kind kind;
    const char *member; /* as it was given: it may be anything */
};
struct shape_fault shape_check(const struct shape *s, const struct json *obj);
/* After shape_check: everything in *ret lives where `obj` does, lists in `a`. */
void shape_take(const struct shape *s, const struct json *obj, struct arena *a, void *ret);

const struct member *shape_member(const struct shape *s, const char *name); /* NULL: none */
/* Is it an id in the sense of MEMBER_ID? */
bool shape_is_id(const char *s);
