#pragma once
/* Inside of db.c, db_unit.c and db_value.c only. */
#include <libpq-fe.h>
#include <event2/event.h>
#include "store/db.h"

enum db_state {
    DB_IDLE,       /* no connection */
    DB_CONNECTING, /* PQconnectPoll under way */
    DB_PREPARING,  /* connected; the prepare units are in the FIFO */
    DB_UP,
};

struct db_unit {
    enum db_stmt stmt[DB_UNIT_MAX];
    struct db_result *result[DB_UNIT_MAX]; /* PGresult */
    size_t n, got;                         /* statements; those answered */
    bool prepare;                          /* a PREPARE of our own: no callback */
    bool dead;                             /* submitted while there was no connection */
    bool armed;                            /* single-row mode was asked for the statement awaited */
    int code;                              /* of the first error */
    const char *failed;
    char sqlstate[6];
    char *message;
    db_row_fn row;
    db_done_fn done;
    void *arg;
};

struct db {
    struct db_config cfg;
    enum db_state state;
    PGconn *pg;
    unsigned generation; /* counts connections, so that a callback that closes one is noticed */
    struct event *ev_read, *ev_write, *ev_timeout, *ev_later, *ev_watch;
    unsigned deadline_ms, quiet_ms; /* allowed; how long something has been awaited and nothing came */
    bool heard;                     /* since the last look */
    bool doomed;                    /* a send failed: ev_later will report the loss */
    bool warned;                    /* by the server, on what it was asked: its success is none */
    char *why;                      /* the newest words of server or libpq on a failure */
    /* FIFO of units, a ring of `cap` (power of two) */
    struct db_unit *unit;
    size_t cap, first, count;
    bool building;
};

struct db_unit *db_unit_push(struct db *d);
struct db_unit *db_unit_front(struct db *d);
/* Sends PREPARE for every statement of cfg.prefixes; how many, or CPF_E_AWAY. */
int db_unit_prepare_all(struct db *d);
/* Reads what has arrived; callbacks run here. False: the connection is broken, or was closed. */
bool db_unit_drain(struct db *d);
/* Answers the units with CPF_E_AWAY: all of them, or the dead ones only. */
void db_unit_fail(struct db *d, bool dead_only, const char *message);

/* Reports the loss of the connection, in db.c. */
void db_lost(struct db *d, int code, const char *stmt, const char *sqlstate);
void db_doom(struct db *d);
void db_flush(struct db *d);
void db_came_up(struct db *d);
void db_words(struct db *d, const char *message); /* copies the first line into `why` */
