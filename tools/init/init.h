#pragma once
/* First use: what `cpfctl init` and `cpfctl setup` are made of. */
#include "base/jansson.h"
#include <stdbool.h>
#include <sys/types.h>
#include "ctl/ctl.h"

struct init {
    const char *dir; /* absolute */
    bool training, light, no_signer;
    char *origin;                             /* of the log */
    const char *listen;                       /* address:port */
    const char *database, *reader;            /* conninfo */
    const char *signer_socket, *admin_socket; /* NULL: in dir */
    const char *share;                        /* folder of catalogue, clauses, protocols */
    const char *signer_user;                  /* number or name; NULL: the caller */
    const char *allow;                        /* user whom the signer obeys; NULL: the caller */
    const char *signer;                       /* program; NULL: beside this one, then on the PATH */
    int copies;
    json_t *facility; /* the description, then the set-up request */
};

/* Questions at the terminal: a small description, one person per department. NULL if somebody gave up. */
json_t *ctl_guide(bool training);

/* cpfd.yaml, cpf-signer.yaml, url, ca.pem, token. */
must_check int init_write_config(const struct init *in);
/* Passphrase (0400), `cpf-signer init`, and the verifier key it prints in <dir>/vkey. */
must_check int init_signer(const struct init *in);
/* <dir>/evidence: what bundles carry from outside the database; in training with a root key in <dir>/root. */
must_check int init_evidence(const struct init *in);
/* <dir>/tls/report.key and report.pem, with which PDFs are signed; evidence/staff.yaml with the names of
 * staff, which leave the description. Behind init_evidence. */
must_check int init_report(const struct init *in);
/* A program of ours beside this one or in the folder `built` of the build tree; malloc'ed, NULL if neither.
 */
char *init_program(const char *name, const char *built);
