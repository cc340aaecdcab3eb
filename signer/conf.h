#pragma once
/* Settings of cpf-signer: flags first, then the YAML file given with --config. */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "base/err.h"

#define CONF_USERS_MAX 16

struct conf {
    char *socket, *state, *key, *passphrase, *origin; /* owned; NULL while not set */
    uid_t allow[CONF_USERS_MAX];
    size_t nallow;
    bool light; /* init --light */
};

struct conf_fault {
    char text[512]; /* file:line:column and what is wrong, or which flag */
};

void conf_init(struct conf *c);
void conf_fini(struct conf *c);

/* Reads `path` into what is not set yet. CPF_E_IO, CPF_E_SYNTAX, with `fault`. */
must_check int conf_load(struct conf *c, const char *path, struct conf_fault *fault);
/* A user by number or name, appended to the allowed ones. */
must_check int conf_allow(struct conf *c, const char *user, struct conf_fault *fault);
/* CPF_E_INVAL, with `fault` naming the first of the NULL-terminated settings that is not set. */
must_check int conf_require(const struct conf *c, const char *const names[], struct conf_fault *fault);
