#pragma once
/* Reads for people: a third, read-only connection. A fault here never touches a scan. */
#include <stdint.h>
#include "base/err.h"
#include "store/db.h"

struct event_base;
struct query;

must_check int query_new(struct event_base *base, const char *conninfo, struct query **ret);
void query_free(struct query *q);

struct query_log {
    const char *stream, *kind, *text; /* NULL: any */
    int64_t after;                    /* index after which; -1 from the start */
    int limit;
};
/* `done` with one result: idx, body, checkpoint size; CPF_E_AWAY when not connected; CPF_E_BUSY
 * at once, inside the call, when many wait. */
void query_log(struct query *q, const struct query_log *what, db_done_fn done, void *arg);
