#pragma once
/* Settings of cpf-signer: flags first, then the YAML file given with --config. */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "base/err.h"

#define SETTINGS_USERS_MAX 16

struct settings {
    char *socket, *state, *origin;    /* owned; NULL while not set */
    char *key, *passphrase;           /* a sealed file and its passphrase's file; or a pkcs11: URI */
    char *next_key, *next_passphrase; /* during a rotation: the new key */
    char *module, *pin;               /* PKCS#11 module and the PIN's file, where a URI names none */
    uid_t allow[SETTINGS_USERS_MAX];
    size_t nallow;
    bool light; /* init --light */
};

struct settings_fault {
    char text[512]; /* file:line:column and what is wrong, or which flag */
};

void settings_init(struct settings *c);
void settings_fini(struct settings *c);

/* Reads `path` into what is not set yet. CPF_E_IO, CPF_E_SYNTAX, with `fault`. */
must_check int settings_load(struct settings *c, const char *path, struct settings_fault *fault);
/* A user by number or name, appended to the allowed ones. */
must_check int settings_allow(struct settings *c, const char *user, struct settings_fault *fault);
/* CPF_E_INVAL, with `fault` naming the first of the NULL-terminated settings that is not set. */
must_check int settings_require(const struct settings *c, const char *const names[],
                                struct settings_fault *fault);
