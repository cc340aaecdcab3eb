#include <arpa/inet.h>
#include <endian.h>
#include <string.h>
#include "base/clock.h"
#include "store/db_int.h"

/* PostgreSQL's binary forms are big-endian. */

static void param_put(struct db_params *p, const char *value, size_t length)
{
    require(p->n < DB_PARAMS_MAX && length <= INT32_MAX);
    p->value[p->n] = value;
    p->length[p->n] = (int)length;
    p->n++;
}

static void param_fixed(struct db_params *p, const void *v, size_t n)
{
    require(p->n < DB_PARAMS_MAX);
    memcpy(p->fixed[p->n], v, n);
    param_put(p, p->fixed[p->n], n);
}

void db_param_null(struct db_params *p)
{
    param_put(p, NULL, 0);
}

void db_param_i64(struct db_params *p, int64_t v)
{
    uint64_t be = htobe64((uint64_t)v);
    param_fixed(p, &be, sizeof(be));
}

void db_param_bool(struct db_params *p, bool v)
{
    char c = v ? 1 : 0;
    param_fixed(p, &c, 1);
}

void db_param_text(struct db_params *p, const char *s)
{
    param_put(p, s, s ? strlen(s) : 0);
}

void db_param_textn(struct db_params *p, const char *s, size_t len)
{
    param_put(p, s, len);
}

void db_param_bytes(struct db_params *p, const void *data, size_t len)
{
    param_put(p, len ? data : "", len);
}

static uint64_t time_be(int64_t unix_ms)
{
    return htobe64((uint64_t)((unix_ms - CLOCK_PG_EPOCH_MS) * 1000));
}

void db_param_time(struct db_params *p, int64_t unix_ms)
{
    uint64_t be = time_be(unix_ms);
    param_fixed(p, &be, sizeof(be));
}

/* Array: int32 dimensions, has-null flag, element oid, then per dimension size and lower bound. */
struct array_head {
    uint32_t ndim, has_null, oid, size, lower;
};

void db_array_begin(struct buf *b, enum db_type element)
{
    static const uint32_t oid[] = {20, 23, 16, 701, 25, 17, 2950, 1184};
    struct array_head h = {htonl(1), 0, htonl(oid[element]), 0, htonl(1)};
    buf_clear(b);
    buf_add(b, &h, sizeof(h));
}

static void array_count(struct buf *b, bool null)
{
    struct array_head h;
    memcpy(&h, b->data, sizeof(h));
    h.size = htonl(ntohl(h.size) + 1);
    if (null)
        h.has_null = htonl(1);
    memcpy(b->data, &h, sizeof(h));
}

void db_array_null(struct buf *b)
{
    uint32_t len = UINT32_MAX;
    buf_add(b, &len, sizeof(len));
    array_count(b, true);
}

void db_array_bytes(struct buf *b, const void *data, size_t len)
{
    uint32_t be = htonl((uint32_t)len);
    require(len <= INT32_MAX);
    buf_add(b, &be, sizeof(be));
    buf_add(b, data, len);
    array_count(b, false);
}

void db_array_i64(struct buf *b, int64_t v)
{
    uint64_t be = htobe64((uint64_t)v);
    db_array_bytes(b, &be, sizeof(be));
}

void db_array_time(struct buf *b, int64_t unix_ms)
{
    uint64_t be = time_be(unix_ms);
    db_array_bytes(b, &be, sizeof(be));
}

void db_param_array(struct db_params *p, struct buf *b)
{
    struct array_head h;
    memcpy(&h, b->data, sizeof(h));
    if (h.size == 0) { /* an empty array has no dimensions */
        h.ndim = 0;
        memcpy(b->data, &h, sizeof(h));
        param_put(p, b->data, 12);
        return;
    }
    param_put(p, b->data, b->len);
}

/* ---- rows ---- */

static const PGresult *pg(const struct db_result *r)
{
    return (const PGresult *)(const void *)r;
}

size_t db_rows(const struct db_result *r)
{
    return (size_t)PQntuples(pg(r));
}

bool db_null(const struct db_result *r, size_t row, int col)
{
    return PQgetisnull(pg(r), (int)row, col);
}

int64_t db_i64(const struct db_result *r, size_t row, int col)
{
    const char *v = PQgetvalue(pg(r), (int)row, col);
    uint64_t be8;
    uint32_t be4;
    switch (PQgetlength(pg(r), (int)row, col)) {
    case 8:
        memcpy(&be8, v, 8);
        return (int64_t)be64toh(be8);
    case 4:
        memcpy(&be4, v, 4);
        return (int32_t)ntohl(be4);
    case 1:
        return *v != 0;
    default:
        return 0; /* null */
    }
}

double db_f64(const struct db_result *r, size_t row, int col)
{
    int64_t bits = db_i64(r, row, col);
    double v;
    memcpy(&v, &bits, sizeof(v));
    return v;
}

const char *db_text(const struct db_result *r, size_t row, int col)
{
    return PQgetvalue(pg(r), (int)row, col);
}

const void *db_fixed(const struct db_result *r, size_t row, int col, size_t want)
{
    size_t len;
    const void *v = db_bytes(r, row, col, &len);
    return len == want && !db_null(r, row, col) ? v : NULL;
}

const void *db_bytes(const struct db_result *r, size_t row, int col, size_t *ret_len)
{
    *ret_len = (size_t)PQgetlength(pg(r), (int)row, col);
    return PQgetvalue(pg(r), (int)row, col);
}
