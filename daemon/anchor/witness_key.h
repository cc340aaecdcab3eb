#pragma once
/*
 * The witness's own key: 32 bytes sealed under a passphrase (base/key.h), as `cpfctl witness init` made them.
 * It signs what other logs show us and nothing else; it is never a log's key.
 */
#include <stdbool.h>
#include "base/err.h"
#include "base/key.h"
#include "base/note.h"

#define WITNESS_CREDENTIAL "witness-key-passphrase"

/*
 * The passphrase: systemd's credential $CREDENTIALS_DIRECTORY/witness-key-passphrase, else the file
 * `passphrase` (may be NULL), which only this user may read. Light seals open only with `training`. Blocks
 * for scrypt: at start only. *ret_error (malloc'ed) says what is wrong.
 */
must_check int witness_key_open(const char *path, const char *passphrase, const char *name, bool training,
                                struct key **ret, struct note_key *ret_vkey, char **ret_error);
