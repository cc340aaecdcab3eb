#pragma once
/* The keys that the settings name, each in a sealed file (secret.h) or a token (token.h), ready to sign. */
#include "base/key.h"
#include "mark.h"
#include "secret.h"
#include "settings.h"

struct token;

struct keys {
    struct mark_log log; /* points into the rest */
    struct key *sealed[MARK_KEYS];
    struct token *token[MARK_KEYS];
};

/* `key`, and `next_key` where it is set, the older first. Blocks for scrypt, or for the token. */
must_check int keys_open(const struct settings *c, struct keys *ret, struct secret_fault *fault);
/* `next_key` alone. */
must_check int keys_open_next(const struct settings *c, struct keys *ret, struct secret_fault *fault);
void keys_close(struct keys *k);

enum keys_which { KEYS_FIRST, KEYS_NEXT };

/* Makes a new key where the settings say (`key`, or `next_key`); never over one that is there. */
must_check int keys_make(const struct settings *c, enum keys_which which, struct secret_fault *fault);
/* Prints the verifier keys, a line each. */
void keys_print(const struct mark_log *log);
