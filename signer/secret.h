#pragma once
/* The log's key: a sealed file (base/key.h) and its passphrase. */
#include <stdbool.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/key.h"
#include "base/note.h"

#define SECRET_CREDENTIAL "log-key-passphrase"

struct secret_fault {
    char text[512];
};

/*
 * The passphrase: systemd's credential $CREDENTIALS_DIRECTORY/log-key-passphrase if there is one, else `path`
 * (may be NULL), which must be a regular file of this user with mode 0400 or 0600. One line; at least
 * BOUND_PASSWORD_MIN bytes. The caller wipes *ret (buf_wipe).
 */
must_check int secret_passphrase(const char *path, struct buf *ret, struct secret_fault *fault);

/* Light seals open only logs whose origin begins "training.". */
bool secret_is_training(const char *origin);

/* Opens the sealed key file and names it: *ret_vkey is the verifier key of `origin`. Blocks for scrypt. */
must_check int secret_open(const char *path, const char *passphrase, const char *origin, struct key **ret,
                           struct note_key *ret_vkey, struct secret_fault *fault);
/* Draws a new key and writes it sealed to `path`, which must not exist. */
must_check int secret_create(const char *path, const char *passphrase, bool light,
                             struct secret_fault *fault);
