#include "store/scan.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <endian.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/buf.h"
#include "base/mem.h"
#include "store/conn.h"

#define SCAN_COLUMNS 20
#define COPY_HEADER  19 /* "PGCOPY\n\377\r\n\0", flags, length of an extension that is 0 */

struct scan {
    PGconn *pg;
    bool running, header; /* a COPY is under way; its header was read */
    char *row;            /* PQfreemem */
    int n;
    const char *field[SCAN_COLUMNS];
    int32_t len[SCAN_COLUMNS];
    char snapshot[128];
    char *error;
};

static int failed(struct scan *s, int code)
{
    free(s->error);
    s->error = xstrdup(PQerrorMessage(s->pg));
    s->error[strcspn(s->error, "\n")] = '\0';
    return PQstatus(s->pg) == CONNECTION_BAD ? CPF_E_AWAY : code;
}

static int command(struct scan *s, const char *sql, char *ret, size_t size)
{
    PGresult *res = PQexec(s->pg, sql);
    ExecStatusType st = PQresultStatus(res);
    bool ok = st == PGRES_COMMAND_OK || st == PGRES_TUPLES_OK;
    if (ok && ret)
        snprintf(ret, size, "%s", PQgetvalue(res, 0, 0));
    PQclear(res);
    return ok ? 0 : failed(s, CPF_E_DB);
}

int scan_share(struct scan *s)
{
    return *s->snapshot
               ? 0
               : command(s, "select pg_catalog.pg_export_snapshot()", s->snapshot, sizeof(s->snapshot));
}

static int share_snapshot(struct scan *s, struct scan *first)
{
    char sql[200];
    if (!first)
        return 0;
    int err = scan_share(first);
    if (err)
        return err;
    snprintf(sql, sizeof(sql), "set transaction snapshot '%s'", first->snapshot);
    return command(s, sql, NULL, 0);
}

int scan_open(const char *conninfo, struct scan *first, struct scan **ret, char **ret_error)
{
    /* Long reads in index order: a planner without statistics would sort the whole table. */
    static const char *const key[] = {"application_name", "dbname", "options", "client_encoding", NULL};
    static const char options[] =
        CONN_OPTIONS " -c enable_sort=off -c jit=off -c max_parallel_workers_per_gather=0";
    const char *value[] = {"cpfctl", conninfo, options, "UTF8", NULL};
    struct scan *s = xcalloc(1, sizeof(*s));
    int err;
    s->pg = PQconnectdbParams(key, value, 1);
    require(s->pg);
    if (PQstatus(s->pg) != CONNECTION_OK)
        err = failed(s, CPF_E_AWAY);
    else
        err = command(s, "begin isolation level repeatable read read only", NULL, 0);
    if (!err)
        err = share_snapshot(s, first);
    if (err) {
        *ret_error = xstrdup(s->error ? s->error : "the shared snapshot is gone");
        scan_close(s);
        return err;
    }
    *ret = s;
    return 0;
}

void scan_close(struct scan *s)
{
    if (!s)
        return;
    PQfreemem(s->row);
    PQfinish(s->pg);
    free(s->error);
    free(s);
}

const char *scan_error(const struct scan *s)
{
    return s->error ? s->error : "";
}

static const char *type_name(unsigned oid)
{
    switch (oid) {
    case 20:
        return "int8";
    case 25:
        return "text";
    default:
        require(!"a type that no scan has as a parameter");
        return NULL;
    }
}

/* COPY takes no parameters: they are written into the text. */
static void put_text(PGconn *pg, struct buf *b, const char *value, unsigned oid)
{
    char *quoted = value ? PQescapeLiteral(pg, value, strlen(value)) : NULL;
    buf_printf(b, "(%s)::%s", quoted ? quoted : "null", type_name(oid));
    PQfreemem(quoted);
}

static void put_statement(PGconn *pg, struct buf *b, const struct stmt *st, const int64_t *args,
                          const char *const *texts)
{
    buf_puts(b, "copy (");
    for (const char *p = st->sql; *p;) {
        if (*p != '$' || !isdigit((unsigned char)p[1])) {
            buf_addc(b, *p++);
            continue;
        }
        char *end;
        long n = strtol(p + 1, &end, 10);
        require(n >= 1 && n <= st->nparams && (texts || args));
        if (texts)
            put_text(pg, b, texts[n - 1], st->oid[n - 1]);
        else
            buf_printf(b, "(%" PRId64 ")::int8", args[n - 1]);
        p = end;
    }
    buf_puts(b, ") to stdout (format binary)");
}

static int finish(struct scan *s)
{
    PGresult *res;
    int err = 0;
    PQfreemem(s->row);
    s->row = NULL;
    s->running = false;
    while ((res = PQgetResult(s->pg))) {
        if (PQresultStatus(res) == PGRES_COPY_OUT) { /* not read to its end */
            char *rest;
            while (PQgetCopyData(s->pg, &rest, 0) > 0)
                PQfreemem(rest);
        } else if (PQresultStatus(res) != PGRES_COMMAND_OK) {
            err = failed(s, CPF_E_DB);
        }
        PQclear(res);
    }
    return err;
}

static int start(struct scan *s, enum db_stmt stmt, const int64_t *args, const char *const *texts)
{
    struct buf sql;
    if (s->running && finish(s))
        return CPF_E_DB;
    buf_init(&sql);
    put_statement(s->pg, &sql, &stmt_table[stmt], args, texts);
    PGresult *res = PQexec(s->pg, sql.data);
    buf_fini(&sql);
    bool ok = PQresultStatus(res) == PGRES_COPY_OUT;
    PQclear(res);
    if (!ok)
        return failed(s, CPF_E_DB);
    s->running = true;
    s->header = false;
    s->n = stmt_table[stmt].ncolumns;
    require(s->n <= SCAN_COLUMNS);
    return 0;
}

int scan_by(struct scan *s, enum scan_path path)
{
    static const char *const set[] = {
        [SCAN_ANY] = "set local enable_seqscan = on; set local enable_indexscan = on; "
                     "set local enable_indexonlyscan = on; set local enable_bitmapscan = on",
        [SCAN_ROWS] = "set local enable_seqscan = on; set local enable_indexscan = off; "
                      "set local enable_indexonlyscan = off; set local enable_bitmapscan = off",
        [SCAN_INDEX] = "set local enable_seqscan = off; set local enable_indexscan = on; "
                       "set local enable_indexonlyscan = on; set local enable_bitmapscan = off"};
    int err = s->running ? finish(s) : 0;
    return err ? err : command(s, set[path], NULL, 0);
}

int scan_start(struct scan *s, enum db_stmt stmt, const int64_t *args)
{
    return start(s, stmt, args, NULL);
}

int scan_start_text(struct scan *s, enum db_stmt stmt, const char *const *args)
{
    return start(s, stmt, NULL, args);
}

/* One tuple: int16 fields, then for each int32 length (-1: null) and bytes. 0 at the trailer. */
static int split(struct scan *s, const char *p, const char *end)
{
    uint16_t n;
    uint32_t len;
    if (end - p < 2)
        return CPF_E_DB;
    memcpy(&n, p, 2);
    p += 2;
    if (ntohs(n) == 0xffff)
        return 0;
    if (ntohs(n) != s->n)
        return CPF_E_DB;
    for (int i = 0; i < s->n; i++) {
        if (end - p < 4)
            return CPF_E_DB;
        memcpy(&len, p, 4);
        p += 4;
        s->len[i] = (int32_t)ntohl(len);
        s->field[i] = p;
        if (s->len[i] > end - p)
            return CPF_E_DB;
        if (s->len[i] > 0)
            p += s->len[i];
    }
    return 1;
}

int scan_next(struct scan *s)
{
    if (!s->running)
        return 0;
    for (;;) {
        PQfreemem(s->row);
        s->row = NULL;
        int n = PQgetCopyData(s->pg, &s->row, 0);
        if (n == -1)
            return finish(s);
        if (n < 0)
            return failed(s, CPF_E_AWAY);
        const char *p = s->row, *end = s->row + n;
        if (!s->header) {
            if (n < COPY_HEADER)
                return CPF_E_DB;
            p += COPY_HEADER;
            s->header = true;
            if (p == end)
                continue;
        }
        int got = split(s, p, end);
        if (got != 0)
            return got;
    }
}

bool scan_null(const struct scan *s, int col)
{
    return s->len[col] < 0;
}

int64_t scan_i64(const struct scan *s, int col)
{
    uint64_t be8;
    uint32_t be4;
    switch (s->len[col]) {
    case 8:
        memcpy(&be8, s->field[col], 8);
        return (int64_t)be64toh(be8);
    case 4:
        memcpy(&be4, s->field[col], 4);
        return (int32_t)ntohl(be4);
    case 1:
        return s->field[col][0] != 0;
    default:
        return 0;
    }
}

const char *scan_bytes(const struct scan *s, int col, size_t *ret_len)
{
    *ret_len = s->len[col] > 0 ? (size_t)s->len[col] : 0;
    return s->field[col];
}
