#pragma once
/*
 * One connection to PostgreSQL on a libevent loop: asynchronous, pipelined,
 * every statement prepared. The only door to libpq, with scan.h.
 *
 * Work is done in units. A unit is one or more statements ended by one Sync:
 * an implicit transaction, all or nothing, whose failure leaves the units
 * behind it alone. Units may be queued without waiting; they are answered in
 * order. A submit never calls back before it returns.
 *
 * Each unit's callback runs exactly once: with code 0, with CPF_E_DB (the
 * server refused: statement, SQLSTATE and message say what), or with
 * CPF_E_AWAY when the connection is lost. Losing it fails every unit in order,
 * then on_down runs; whether the units took effect is then unknown. Nothing
 * reconnects by itself: call db_connect again, after db_backoff_ms.
 *
 * A unit that was answered with a WARNING is unknown, too, and its connection
 * is given up: so PostgreSQL tells, beside success, that a COMMIT did not wait
 * for its synchronous standby (somebody cancelled the wait), and what was not
 * replicated is lost with the primary.
 *
 * Statements are files in common/store/sql, one each (see sql/README), known
 * here as enum db_stmt (DB_LOG_SWAP is sql/log_swap.sql). All results are
 * binary; a statement yields int8, int4, bool, float8, text, uuid or bytea only.
 * A result whose columns are not those of the header (a view that somebody
 * changed, a proxy) is an error of the statement, SQLSTATE 42804. What a value
 * holds is the server's word all the same: look at lengths (db_fixed).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "store/stmt.h"

struct event_base;
struct db;

/* ---- connection ---- */

struct db_error {
    int code;            /* 0, CPF_E_DB or CPF_E_AWAY */
    const char *stmt;    /* name of the statement that failed, or "" */
    char sqlstate[6];    /* or "" */
    const char *message; /* one line, from the server or libpq; never NULL */
    bool warned;         /* CPF_E_AWAY in on_down: a unit was answered with a warning */
};

struct db_config {
    struct event_base *base;
    const char *conninfo;
    const char *name;     /* what it is for; the server shows it as application_name, "cpfd NAME" */
    const char *prefixes; /* statements to prepare: "log_" or several, blank between: "log_ flow_" */
    bool first;           /* its events come before others of the loop, where that has priorities */
    bool lazy;            /* what it commits can be made again: no commit waits for a flush */
    bool plan_once;       /* their parameters never change the plan: the server plans each one once */
    void (*on_up)(void *arg);
    /* The connection could not be made or is lost. CPF_E_DB: a statement cannot be prepared (schema too old,
     * or this role may not): trying again will not help. */
    void (*on_down)(void *arg, const struct db_error *e);
    void *arg;
};

must_check int db_new(const struct db_config *cfg, struct db **ret); /* strings are copied */
/* Only while not connected (fresh, after on_down, after db_close). Time-out 10 s, then on_down. */
void db_connect(struct db *d);
/* Quietly: units under way get their callback with CPF_E_AWAY, on_down does not run. */
void db_close(struct db *d);
void db_free(struct db *d); /* closes first; NULL is fine. Not inside a callback of this connection */
bool db_ready(const struct db *d);
/* A peer that hangs is as one that is gone: with units under way and not a byte from the server for so long,
 * the connection is lost. 0, as it begins: never. */
void db_deadline(struct db *d, unsigned ms);
/* Units sent and not answered. */
size_t db_pending(const struct db *d);

/* Milliseconds to wait before attempt `n` (0, 1, ...): 50 ms doubling to 5 s, half of it random. */
unsigned db_backoff_ms(unsigned n);

/* True for a class of SQLSTATE after which trying again can help: connection (08), resources (53, 58),
 * operator intervention (57), and 40 (rolled back); also "". */
bool db_sqlstate_transient(const char *sqlstate);

/* ---- parameters ---- */

#define DB_PARAMS_MAX 20

/* Values are borrowed until db_exec returns. */
struct db_params {
    int n;
    const char *value[DB_PARAMS_MAX];
    int length[DB_PARAMS_MAX];
    char fixed[DB_PARAMS_MAX][8];
};

/* In the order of the header's params; the kind must be that of the header (checked). */
void db_param_null(struct db_params *p);
void db_param_i64(struct db_params *p, int64_t v);      /* int8 */
void db_param_bool(struct db_params *p, bool v);        /* bool */
void db_param_text(struct db_params *p, const char *s); /* text; NULL gives null */
void db_param_textn(struct db_params *p, const char *s, size_t len);
void db_param_bytes(struct db_params *p, const void *data, size_t len); /* bytea, uuid (16 bytes) */
void db_param_time(struct db_params *p, int64_t unix_ms);               /* timestamptz */

/* Binary arrays, in the caller's buffer (reused: db_array_begin clears it). Elements in order. */
enum db_type { DB_INT8, DB_INT4, DB_BOOL, DB_FLOAT8, DB_TEXT, DB_BYTEA, DB_UUID, DB_TIMESTAMPTZ };
void db_array_begin(struct buf *b, enum db_type element);
void db_array_null(struct buf *b);
void db_array_i64(struct buf *b, int64_t v);
void db_array_time(struct buf *b, int64_t unix_ms);
void db_array_bytes(struct buf *b, const void *data, size_t len); /* text, bytea, uuid */
void db_param_array(struct db_params *p,
                    struct buf *b); /* closes the array; b borrowed until db_exec returns */

/* ---- units ---- */

struct db_result; /* rows of one statement; valid during the callback only */

struct db_reply {
    struct db_error error;           /* error.code 0: done, and committed if it wrote */
    size_t n;                        /* statements of the unit */
    struct db_result *const *result; /* n of them when done, else NULL */
};
typedef void (*db_done_fn)(void *arg, const struct db_reply *r);
/* Called for each row as it arrives, before the unit's callback; r holds one row (index 0). */
typedef void (*db_row_fn)(void *arg, size_t stmt_no, const struct db_result *r);

#define DB_UNIT_MAX 16 /* statements of one unit */

/* db_begin .. db_exec .. db_end makes one unit. Only while db_ready, or at once answered with CPF_E_AWAY
 * (still not before the return). `row` may be NULL; with it no rows are kept for `done`. */
void db_begin(struct db *d, db_row_fn row, db_done_fn done, void *arg);
void db_exec(struct db *d, enum db_stmt stmt, const struct db_params *p); /* p NULL: none */
void db_end(struct db *d);
/* A unit of one statement. */
void db_query(struct db *d, enum db_stmt stmt, const struct db_params *p, db_done_fn done, void *arg);

/* ---- rows ---- */

size_t db_rows(const struct db_result *r);
bool db_null(const struct db_result *r, size_t row, int col);
/* int8, int4 or bool; timestamptz as microseconds since 2000-01-01 UTC */
int64_t db_i64(const struct db_result *r, size_t row, int col);
double db_f64(const struct db_result *r, size_t row, int col);
const char *db_text(const struct db_result *r, size_t row, int col); /* NUL-terminated; "" for null */
const void *db_bytes(const struct db_result *r, size_t row, int col, size_t *ret_len);
/* Digests, leaves, ids: what is always `want` bytes long. NULL if it is null or of another length: the length
 * is the server's word, too. */
must_check const void *db_fixed(const struct db_result *r, size_t row, int col, size_t want);
