#pragma once
/*
 * Cosignatures of witnesses (C2SP tlog-cosignature, Ed25519): a note signature by a key of type 0x04 over
 * "cosignature/v1\ntime <seconds>\n" and the checkpoint's text, in front of it the time as uint64be. A
 * witness's key is a struct note_key whose id was made with 0x04, so that the same 32 bytes are another key
 * than one of a log.
 */
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/key.h"
#include "base/note.h"

/* vkeys `<name>+<hex id>+<base64(0x04 || pub)>`; errors as note_key_parse. */
must_check int cosig_key_parse(struct note_key *k, const char *vkey);
must_check int cosig_key_make(struct note_key *k, const char *name, const uint8_t pub[KEY_PUB]);
void cosig_key_format(const struct note_key *k, struct buf *ret);

/* CPF_OK and the newest time (Unix seconds) if a cosignature by `k` is there and verifies; CPF_E_SIGNATURE
 * if one by `k` is bad, CPF_E_NOTFOUND if none is by `k`. */
must_check int cosig_verify(const struct note *n, const struct note_key *k, int64_t *ret_time);
/* Appends one signature line (with its newline) for the checkpoint text `text` at `time` (>= 0). */
must_check int cosig_sign(const char *text, size_t len, const char *name, const struct key *key, int64_t time,
                          struct buf *ret);

/* Puts signature lines (each with or without its newline, joined by newlines) behind a signed note: the first
 * of each key, as many as a note holds. What is no signature line, or by a key that signed already, is left
 * out. `note` must be a note. */
void cosig_add_lines(struct buf *note, const char *lines);
