#pragma once
/*
 * One log entry (doc/log.md 1). The entry is its bytes: one object of json.h's
 * profile. This module builds the bytes from a head and a body, and reads
 * bytes back into a view, checking the closed set of members of version 1:
 *
 *   act? actor at body clock id? kind late? law? n occurred? of? pd? prev req? sseq stream v zone
 *
 * `prev` is "" when sseq is 1, else base64url of the leaf of the stream's
 * previous entry. id and req stand on a command's first entry, of (leaf of
 * that first entry, base64url) on its others; an entry by the system may have
 * none of the three.
 */
#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"

#define ENTRY_VERSION 1
#define ENTRY_STREAM_MAX                                                                                     \
    160                   /* bytes of a stream name: [a-z]+, or [a-z]+/ and printable ASCII without blanks */
#define ENTRY_KIND_MAX 40 /* [a-z]+(.[a-z-]+)* */

struct entry {
    /* given by whoever builds it, or read */
    const char *kind, *stream, *zone;
    uint64_t sseq;
    uint8_t prev[HASH_LEN]; /* meaningful when sseq > 1 */
    int64_t at;             /* Unix ms */
    int64_t occurred;       /* 0 = same as at */
    const char *late;       /* reason code when occurred differs, else NULL */
    const char *id;         /* client's UUIDv7 or NULL */
    uint8_t req[HASH_LEN];  /* with id */
    bool has_of;
    uint8_t of[HASH_LEN];
    const struct json *actor; /* object, never NULL */
    const struct json *clock; /* object, never NULL */
    const struct json *body;  /* object, never NULL */
    const struct json *pd;    /* object name -> digest, or NULL */
    const struct json *law;   /* array of clause ids, or NULL */
    const struct json *act;   /* object {key, sig, signed}, or NULL */
    /* filled by entry_build and entry_read */
    uint8_t leaf[HASH_LEN];
    const char *text; /* the bytes; entry_build: in the arena given */
    size_t len;
    uint64_t idx; /* position in the log; set by who knows it */
};

/* Draws the nonce, writes the canonical bytes into `a`, sets text, len, leaf. CPF_E_LIMIT if too long;
 * CPF_E_PROFILE, _UTF8 or _DEPTH if entry_read would refuse them. An empty law or pd is left out. */
must_check int entry_build(struct entry *e, struct arena *a);
/* Parses and checks bytes; all pointers live in `a` (and `text`). Any deviation: CPF_E_PROFILE or a json
 * error; another `v`: CPF_E_VERSION. idx is left as it is. */
must_check int entry_read(struct entry *e, struct arena *a, const char *text, size_t len);

/* The member `clock` of what is written now: what the kernel says of its time, or that it is simulated. */
struct json *entry_clock(struct arena *a, bool simulated);

/*
 * Salted disclosure (doc/log.md 6, RFC 9901 form): base64url(JSON [salt, name, value]); its digest is
 * base64url(SHA-256(ASCII of that base64url text)).
 */
void disclosure_make(struct arena *a, const char *name, const char *value, const char **ret_salted,
                     char ret_digest[44]);
/* Opens `salted`: checks the digest, gives name and value. CPF_E_MISMATCH if the digest differs. */
must_check int disclosure_open(struct arena *a, const char *salted, const char *digest, const char **ret_name,
                               const char **ret_value);

/* The bytes a person's key signs: PAE("cpf/act/v1", origin, key id, signed). Appended. */
void entry_act_message(struct buf *ret, const char *origin, const char *keyid, const char *signed_text);
