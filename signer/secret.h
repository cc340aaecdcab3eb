#pragma once
/* The log's key: a sealed file (base/key.h) and its passphrase. */
#include <stdbool.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/key.h"
#include "base/note.h"

/* systemd credentials: of `key`, and of `next_key` during a rotation. */
#define SECRET_CREDENTIAL      "log-key-passphrase"
#define SECRET_NEXT_CREDENTIAL "next-key-passphrase"
#define SECRET_PIN             "token-pin" /* of both, unless the next one has its own */
#define SECRET_NEXT_PIN        "next-token-pin"
#define SECRET_PIN_MIN         4

struct secret_fault {
    char text[512];
};

/* Is there a credential of that name in $CREDENTIALS_DIRECTORY? */
bool secret_has_credential(const char *name);
/*
 * A passphrase: systemd's credential $CREDENTIALS_DIRECTORY/<credential> if there is one, else `path` (may be
 * NULL), which must be a regular file of this user with mode 0400 or 0600. One line; at least
 * BOUND_PASSWORD_MIN bytes. The caller wipes *ret (buf_wipe).
 */
must_check int secret_passphrase(const char *credential, const char *path, struct buf *ret,
                                 struct secret_fault *fault);
/* The same for a token's PIN, of at least SECRET_PIN_MIN bytes. */
must_check int secret_pin(const char *credential, const char *path, struct buf *ret,
                          struct secret_fault *fault);

/* The verifier key of `origin` with this public key. */
must_check int secret_name_key(const uint8_t pub[KEY_PUB], const char *origin, struct note_key *ret_vkey,
                               struct secret_fault *fault);
/* Opens the sealed key file and names it: *ret_vkey is the verifier key of `origin`. Blocks for scrypt. */
must_check int secret_open(const char *path, const char *passphrase, const char *origin, struct key **ret,
                           struct note_key *ret_vkey, struct secret_fault *fault);
/* Draws a new key and writes it sealed to `path`, which must not exist. */
must_check int secret_create(const char *path, const char *passphrase, bool light,
                             struct secret_fault *fault);
