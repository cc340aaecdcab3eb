#pragma once
/*
 * A real cpfd (with signer and PostgreSQL, tests/rig/rig) under the driver: commands go over HTTPS, and what
 * the log then holds is judged anew, by the rules, over a book that is folded from the log alone. So the live
 * book's judgements are those of a refold, entry by entry; after a restart, too.
 *
 * Commands go one after another, under whatever happens to the processes meanwhile: an outage begins and
 * ends beside them.
 */
#include <libpq-fe.h>
#include <sys/types.h>

#include "base/jansson.h"
#include "base/p256.h"
#include "driver.h"
#include "lib/client.h"

#define REAL_PATIENCE_MS 90000 /* until every outage is over */
#define REAL_HANG_S      180

struct real {
    const char *dir; /* of the rig */
    struct event_base *base;
    struct client *client;
    PGconn *pg;
    struct arena keep;
    struct map tokens, pins, passwords;               /* by station; by person */
    int64_t ahead;                                    /* the daemon's clock, of the machine's */
    char daemon[64];                                  /* pid and start of the cpfd that answers */
    pid_t outage;                                     /* the process that makes it, or 0 */
    bool ends_daemon;                                 /* it does */
    const char *key, *pin_sealed, *key_sealed, *cred; /* of whoever is enrolled on the way */
    uint64_t next;                                    /* place in the log behind what was taken */
    const char *origin;                               /* of the log */
};

/* The facility in the folder, as the environment names it (`tests/rig/rig env`): all its entries are taken.
 */
void real_begin(struct play *p, const char *dir);
void real_end(struct play *p);
int64_t real_now(const struct play *p);
/* `cmd` is what the line says; sent, and what came of it taken. */
void real_command(struct play *p, const struct json *c, struct command *cmd);
/* real_list.c: a tablet brings key and token; `cmd` as it would be judged. */
void real_enrol(struct play *p, const char *station, const char *code, const char *token,
                struct command *cmd);
/* The station's mark beside the request, by its own key; what the command says of it is made so, too. */
void real_sign(struct play *p, const struct json *c, const char *path, struct json *req, struct command *cmd);
/* All that is new in the log; `id` NULL: nothing of the driver's own. Says whether the command's entries were
 * there. */
bool real_take(struct play *p, const struct command *cmd, const char *id, bool restarted);
void real_check(struct play *p, int status, const json_t *answer, const char *error, bool found,
                const struct command *cmd);
const char *real_text(struct arena *a, const struct json *v); /* canonical */
/* One whose token is good. */
const char *real_station(struct play *p);
void real_wait(struct play *p, int64_t ms);

/* outage.c */
void real_outage(struct play *p, const struct json *c);
/* SIGTERM and a start; what clients read is as before. */
void real_restart(struct play *p);
/* Has the daemon been started anew since the last look? It ends the play if it ended by itself. */
bool real_restarted(struct play *p);
void real_outage_over(struct play *p);
/* The log, its proofs and signatures, and the projections against a fold, by `cpfctl audit`. */
void real_audit(struct play *p);
/* GET; the body as text in the rig's arena. */
const char *real_get(struct play *p, const char *station, const char *path, int *ret_status);
