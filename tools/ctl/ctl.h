#pragma once
/* cpfctl: what its commands share. */
#include "base/jansson.h"
#include <stdbool.h>
#include <stdio.h>
#include "lib/args.h"
#include "base/err.h"
#include "lib/say.h"

struct buf;
struct client;
struct event_base;

struct ctl {
    struct args args; /* words: behind the command's own */
    const char *dir;  /* url, ca.pem, token; DIR of init */
    char *url, *ca, *token;
    bool json;
    char *second; /* badge of who was signed in for this one command, and is signed out behind it */
    int patience_ms, timeout_ms; /* of the client; 0: the usual ones */
    struct event_base *base;
    struct client *client;
};

/* A command returns an exit code of say.h. */
struct ctl_command {
    const char *noun, *verb;       /* verb NULL: the noun stands alone */
    const char *usage;             /* words and options behind it; NULL: a record's, by its kind */
    const char *ja, *en;           /* one line for the list */
    const char *more_ja, *more_en; /* further lines, or NULL */
    int (*run)(struct ctl *c, const struct ctl_command *cmd);
    const void *data; /* of the command's own table */
};

/* Tables, each ended by noun == NULL. */
extern const struct ctl_command ctl_init_commands[];
extern const struct ctl_command ctl_read_commands[];
extern const struct ctl_command ctl_record_commands[];
extern const struct ctl_command ctl_keys_commands[];
extern const struct ctl_command ctl_export_commands[];
extern const struct ctl_command ctl_anchor_commands[];
extern const struct ctl_command ctl_rights_commands[];
extern const struct ctl_command ctl_basis_commands[];
extern const struct ctl_command ctl_missing_commands[];
extern const struct ctl_command ctl_label_commands[];

/* ctl_conn.c: reads url, ca.pem and token (flags before files) and makes the client. */
int ctl_connect(struct ctl *c);
void ctl_fini(struct ctl *c);
/* One exchange: CPF exit code; *ret (borrowed until the next call? no: the caller's) only with EXIT_FINE.
 * Refusals and errors are printed. */
int ctl_call(struct ctl *c, const char *path, const json_t *body, json_t **ret);
/* Tells why an exchange failed; `why` with status 0. The exit code. */
int ctl_failed(struct ctl *c, int status, const json_t *answer, const char *why);
/* The badge of --as, and the password (--password-file or the terminal; malloc'ed, wipe it). */
/* The batch that somebody is about to judge: shown to whoever sits there; *ret_shown: the digest of that, a
 * new reference. */
int ctl_look(struct ctl *c, const char *batch, json_t **ret_shown);
int ctl_signer(struct ctl *c, char **ret_badge, char **ret_password);
void ctl_wipe(char *secret); /* overwrites and frees; NULL is fine */
/* `id` of a new request. */
json_t *ctl_id(void);
/* Raw text of a local code with its check character: 'P', "QM1" -> P-QM1-<check>; a whole code is kept. */
char *ctl_code(char type, const char *id);

/* export.c: a PDF of the facility into a file. */
int ctl_fetch_page(struct ctl *c, const struct ctl_command *cmd, const char *path, const char *out,
                   bool force);

/* ctl_init.c: the admin socket that init wrote into DIR's cpfd.yaml; malloc'ed. NULL, and told, if that
 * cannot be read. */
char *ctl_admin_socket(const char *dir);

/* layout.c */
int ctl_label_check(struct ctl *c, const struct ctl_command *cmd);

/* ctl_print.c */
void ctl_print_json(const json_t *v);
/* What comes from elsewhere, for people: nothing in it steers their terminal. */
void ctl_puts_json(const char *text);
void ctl_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* An answer's outcome in words (outcome, code, message, deviations, holds). */
void ctl_print_answer(const json_t *v);
/* A table of a list of objects; `columns`: "member:Title ja:Title en", NULL-terminated; dotted members reach
 * in. */
void ctl_print_table(const json_t *list, const char *const columns[]);
/* ja or en of {ja, en}, or the string itself; "" if neither. */
const char *ctl_text(const json_t *v);

/* Wrong use: prints what is wrong and the command's usage; EXIT_USAGE. */
int ctl_usage(const struct ctl_command *cmd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* body.c: words and options as the kind's shape has them. */
void ctl_record_usage(const struct ctl_command *cmd, struct buf *out);
/* "cpfctl NOUN VERB ...", a line. */
void ctl_put_usage(FILE *f, const struct ctl_command *cmd);
void ctl_help_command(const struct ctl_command *cmd);
