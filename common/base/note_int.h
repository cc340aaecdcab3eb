#pragma once
/* What notes share with cosignatures: names and keys of any one-byte algorithm over 32-byte public keys. */
#include <stdbool.h>
#include "base/note.h"

#define NOTE_ALG_ED25519 0x01
#define NOTE_ALG_COSIG   0x04
#define NOTE_DASH        "\xe2\x80\x94 " /* U+2014 and a blank */
#define NOTE_ID          4               /* bytes of a key id in front of a signature */

bool note_name_ok(const char *name, size_t len);
must_check int note_key_make_alg(struct note_key *k, const char *name, uint8_t alg,
                                 const uint8_t pub[KEY_PUB]);
must_check int note_key_parse_alg(struct note_key *k, const char *vkey, uint8_t alg);
void note_key_format_alg(const struct note_key *k, uint8_t alg, struct buf *ret);
/* "— name base64(id || sig)\n", appended. */
void note_sig_format(struct buf *ret, const char *name, uint32_t id, const uint8_t *sig, size_t len);
/* Is the signature line by this key? */
bool note_sig_by(const struct note_sig *sig, const struct note_key *k);
