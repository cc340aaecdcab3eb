#pragma once
/*
 * C2SP signed-note and tlog-checkpoint. A note is text ending in a newline, an
 * empty line, and signature lines `U+2014 <name> <base64(keyid4 || sig)>`.
 * A checkpoint's text is origin, size (decimal), root (base64), each a line,
 * then optional extension lines.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/bounds.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/key.h"

/* A verifier key: name + Ed25519 key, text `<name>+<hex keyid>+<base64(0x01 || pub)>`. */
struct note_key {
    char name[256];
    uint32_t id; /* first 4 bytes of SHA-256(name || "\n" || 0x01 || pub) */
    uint8_t pub[KEY_PUB];
};
must_check int note_key_parse(struct note_key *k, const char *vkey);
must_check int note_key_make(struct note_key *k, const char *name, const uint8_t pub[KEY_PUB]);
/* From a file of one line, as file_read_in; CPF_E_SYNTAX. */
must_check int note_key_read(const char *folder, const char *name, struct note_key *ret);
void note_key_format(const struct note_key *k, struct buf *ret);

/* A parsed note, pointing into the given text. Unknown signatures are kept, not refused. */
struct note {
    const char *text; /* with its final newline */
    size_t text_len;
    size_t nsigs;
    struct note_sig {
        const char *name;
        size_t name_len;
        uint32_t id;
        const char *b64; /* whole signature base64, key id included */
        size_t b64_len;
    } sig[BOUND_NOTE_SIGS];
};
must_check int note_parse(struct note *n, const char *msg, size_t len);
/* CPF_OK if at least one signature by `k` is there and verifies; CPF_E_SIGNATURE if one by `k` is bad,
 * CPF_E_NOTFOUND if none is by `k`. */
must_check int note_verify(const struct note *n, const struct note_key *k);
/* Is there a signature line by `k`? It is not verified. */
bool note_has(const struct note *n, const struct note_key *k);
/* Appends the line of a signature by `k` over a note's text that was made elsewhere. */
void note_add_signature(struct buf *ret, const struct note_key *k, const uint8_t sig[KEY_SIG]);
/* text (ending in newline) signed by `key` under `name`, appended whole. */
must_check int note_sign(const char *text, size_t len, const char *name, const struct key *key,
                         struct buf *ret);

struct checkpoint {
    char origin[256];
    uint64_t size;
    uint8_t root[HASH_LEN];
};
must_check int checkpoint_parse(struct checkpoint *c, const char *text, size_t len);
void checkpoint_format(const struct checkpoint *c, struct buf *ret);
/* Parse, verify by `k`, and take apart in one go. */
must_check int checkpoint_open(struct checkpoint *c, const char *msg, size_t len, const struct note_key *k);
