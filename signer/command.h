#pragma once
/* The things cpf-signer is asked to do; each returns the exit status and reports on stderr itself. */
#include "settings.h"

int command_init(const struct settings *c);   /* makes key and state, prints the verifier key on stdout */
int command_newkey(const struct settings *c); /* makes `next_key`, prints its verifier key */
int command_vkey(const struct settings *c);   /* prints the verifier keys of `key` and `next_key` */
int command_serve(const struct settings *c);  /* signs until SIGTERM */
int command_status(
    const struct settings *c); /* asks the running signer, prints name: value lines on stdout */
