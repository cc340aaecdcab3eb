#include "audit/projection.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "core/book/book.h"
#include "core/view/view.h"
#include "core/view/sheet.h"
#include "store/scan.h"

#define STMT_OF_(id, name) [VIEW_##id] = DB_AUDIT_ROW_##id,
static const enum db_stmt stmt_of[VIEW_TABLES] = {VIEW_TABLE_LIST(STMT_OF_)};

struct check {
    struct audit_projection *p;
    struct scan *log;
    /* appended tables: the next row of each, not yet met */
    struct scan *scan[VIEW_TABLES];
    struct view_row have[VIEW_TABLES];
    bool pending[VIEW_TABLES];
    struct arena row[VIEW_TABLES];
    struct view *view;
    struct view_sheet *sheet; /* the other tables, by the log */
    struct book book;         /* protocols only */
    struct arena arena;
    struct scan *failed; /* said no */
};

/* ---- words ---- */

static const char *value_text(struct arena *a, const struct view_column *c, const struct view_row *r,
                              size_t i)
{
    char text[CLOCK_TEXT];
    if (!(r->given & 1u << i))
        return NULL;
    switch (c->type) {
    case VIEW_TEXT:
    case VIEW_DECIMAL:
        return r->value[i].text;
    case VIEW_BOOL:
        return r->value[i].num ? "true" : "false";
    case VIEW_TIME:
        clock_format(r->value[i].num, text);
        return arena_strdup(a, text);
    case VIEW_INT:
        break;
    }
    return arena_printf(a, "%" PRId64, r->value[i].num);
}

static const char *key_text(struct arena *a, const struct view_row *r)
{
    const struct view_table *t = &view_tables[r->table];
    const char *all = NULL;
    for (size_t i = 0; i < t->ncolumns && t->column[i].merge == VIEW_KEY; i++) {
        const char *one = value_text(a, &t->column[i], r, i);
        all = all ? arena_printf(a, "%s %s", all, one ? one : "") : one ? one : "";
    }
    return all;
}

static const char *shown(const char *value)
{
    return value ? value : "null";
}

char *audit_difference_text(const struct audit_difference *d)
{
    char *text = NULL;
    int n = d->column ? asprintf(&text, "cpf.%s %s: %s is %s, by the log %s", d->table, d->key, d->column,
                                 shown(d->has), shown(d->want))
            : d->want ? asprintf(&text, "cpf.%s %s: the row is missing", d->table, d->key)
                      : asprintf(&text, "cpf.%s %s: the log has no such row", d->table, d->key);
    return n < 0 ? NULL : text;
}

/* ---- differences ---- */

static void tell(struct check *k, const struct view_row *r, const char *column, const char *has,
                 const char *want)
{
    struct arena a;
    arena_init(&a, 0);
    struct audit_difference d = {view_tables[r->table].name, key_text(&a, r), column, has, want};
    k->p->differences++;
    if (k->p->difference)
        k->p->difference(k->p->arg, &d);
    arena_fini(&a);
}

static void compare(struct check *k, const struct view_row *have, const struct view_row *want)
{
    const struct view_table *t = &view_tables[have->table];
    struct arena a;
    arena_init(&a, 0);
    for (size_t i = 0; i < t->ncolumns; i++) {
        const struct view_column *c = &t->column[i];
        struct view_row zero = *want;
        if (c->merge == VIEW_ADD && !(zero.given & 1u << i)) { /* nothing was added */
            zero.given |= 1u << i;
            zero.value[i].num = 0;
        }
        const char *x = value_text(&a, c, have, i), *y = value_text(&a, c, &zero, i);
        if ((x && y) ? strcmp(x, y) != 0 : x != y)
            tell(k, have, c->name, x, y);
    }
    arena_fini(&a);
}

/* ---- rows of the database ---- */

/* A time between two milliseconds is nothing that we wrote: it must not compare equal. */
static int64_t time_ms(int64_t us)
{
    return us % 1000 ? INT64_MIN : us / 1000 + CLOCK_PG_EPOCH_MS;
}

static void read_row(struct scan *s, enum view_id table, struct arena *a, struct view_row *ret)
{
    const struct view_table *t = &view_tables[table];
    *ret = (struct view_row){.table = table};
    for (size_t i = 0; i < t->ncolumns; i++) {
        size_t len;
        if (scan_null(s, (int)i))
            continue;
        ret->given |= 1u << i;
        const char *bytes = scan_bytes(s, (int)i, &len);
        if (t->column[i].type == VIEW_TEXT || t->column[i].type == VIEW_DECIMAL)
            ret->value[i].text = arena_strndup(a, bytes, len);
        else if (t->column[i].type == VIEW_TIME)
            ret->value[i].num = time_ms(scan_i64(s, (int)i));
        else
            ret->value[i].num = scan_i64(s, (int)i);
    }
}

static int failed(struct check *k, struct scan *s)
{
    k->failed = s;
    return CPF_E_DB;
}

/* ---- tables that only grow: side by side with the log ---- */

static int next_appended(struct check *k, enum view_id t)
{
    int n = scan_next(k->scan[t]);
    k->pending[t] = n > 0;
    if (n < 0)
        return failed(k, k->scan[t]);
    if (n == 0)
        return 0;
    arena_reset(&k->row[t]);
    read_row(k->scan[t], t, &k->row[t], &k->have[t]);
    k->p->rows++;
    return 0;
}

/* Keys of these tables are numbers. */
static int order(const struct view_row *x, const struct view_row *y)
{
    const struct view_table *t = &view_tables[x->table];
    for (size_t i = 0; i < t->ncolumns && t->column[i].merge == VIEW_KEY; i++)
        if (x->value[i].num != y->value[i].num)
            return x->value[i].num < y->value[i].num ? -1 : 1;
    return 0;
}

/* Rows of the database before `want` (NULL: all that are left) have nothing in the log. */
static void skip_foreign(struct check *k, enum view_id t, const struct view_row *want)
{
    while (!k->failed && k->pending[t] && (!want || order(&k->have[t], want) < 0)) {
        tell(k, &k->have[t], NULL, "", NULL);
        (void)next_appended(k, t);
    }
}

static void meet(struct check *k, const struct view_row *want)
{
    enum view_id t = want->table;
    skip_foreign(k, t, want);
    if (k->failed)
        return;
    if (!k->pending[t] || order(&k->have[t], want) != 0) {
        tell(k, want, NULL, NULL, "");
        return;
    }
    compare(k, &k->have[t], want);
    (void)next_appended(k, t);
}

static void on_row(void *arg, const struct view_row *row)
{
    struct check *k = arg;
    if (view_tables[row->table].appended)
        meet(k, row);
    else
        view_sheet_add(k->sheet, row);
}

/* ---- the other tables: against the sheet ---- */

static int check_kept(struct check *k, enum view_id t)
{
    size_t count = view_sheet_count(k->sheet, t);
    bool *seen = xcalloc(count + 1, sizeof(*seen));
    int n = scan_start(k->log, stmt_of[t], NULL) ? -1 : 1;
    while (n > 0 && (n = scan_next(k->log)) > 0) {
        struct view_row have, want;
        arena_reset(&k->arena);
        read_row(k->log, t, &k->arena, &have);
        k->p->rows++;
        size_t i = view_sheet_find(k->sheet, &have);
        if (i == SIZE_MAX) {
            tell(k, &have, NULL, "", NULL);
            continue;
        }
        seen[i] = true;
        view_sheet_get(k->sheet, t, i, &want);
        compare(k, &have, &want);
    }
    for (size_t i = 0; n == 0 && i < count; i++) {
        struct view_row want;
        if (seen[i])
            continue;
        view_sheet_get(k->sheet, t, i, &want);
        tell(k, &want, NULL, NULL, "");
    }
    free(seen);
    return n < 0 ? failed(k, k->log) : 0;
}

/* ---- the log ---- */

static const struct protocol *protocol_named(void *arg, const char *name)
{
    struct check *k = arg;
    const struct protocol_state *p = map_get(&k->book.protocols, name);
    return p ? p->protocol : NULL;
}

static int fold_row(struct check *k)
{
    struct entry e;
    size_t len;
    const char *text = scan_bytes(k->log, 1, &len);
    arena_reset(&k->arena);
    int err = entry_read(&e, &k->arena, arena_strndup(&k->arena, text, len), len);
    if (err)
        return err;
    e.idx = (uint64_t)scan_i64(k->log, 0);
    if (stream_type(e.stream, NULL) == STREAM_PROTOCOL)
        err = book_apply(&k->book, &e);
    return err ? err : view_entry(k->view, &e);
}

static int fold(struct check *k)
{
    int n = scan_start(k->log, DB_AUDIT_UNTIL, &k->p->projected) ? -1 : 1;
    while (n > 0 && (n = scan_next(k->log)) > 0) {
        if (fold_row(k) != 0)
            k->p->unreadable++;
        if (k->failed)
            return CPF_E_DB;
    }
    if (n < 0)
        return failed(k, k->log);
    for (enum view_id t = 0; t < VIEW_TABLES; t++)
        if (view_tables[t].appended)
            skip_foreign(k, t, NULL);
    return k->failed ? CPF_E_DB : 0;
}

/* ---- all of it ---- */

static int open_scans(struct check *k, const char *conninfo, struct scan *first, char **ret_error)
{
    int err = scan_open(conninfo, first, &k->log, ret_error);
    for (enum view_id t = 0; t < VIEW_TABLES && !err; t++)
        if (view_tables[t].appended)
            err = scan_open(conninfo, first ? first : k->log, &k->scan[t], ret_error);
    return err;
}

/* Where do the projections stand? */
static int look(struct check *k)
{
    if (scan_start(k->log, DB_AUDIT_WHERE, NULL) || scan_next(k->log) != 1)
        return failed(k, k->log);
    k->p->projected = scan_i64(k->log, 0);
    k->p->newest = scan_i64(k->log, 2);
    /* Emptied and not begun: version 0 is nobody's. */
    if (scan_i64(k->log, 1) != VIEW_VERSION && k->p->projected >= 0)
        return CPF_E_VERSION;
    return 0;
}

static int run(struct check *k)
{
    int err = look(k);
    for (enum view_id t = 0; t < VIEW_TABLES && !err; t++)
        if (view_tables[t].appended)
            err = scan_start(k->scan[t], stmt_of[t], NULL) ? failed(k, k->scan[t]) : next_appended(k, t);
    if (!err)
        err = fold(k);
    for (enum view_id t = 0; t < VIEW_TABLES && !err; t++)
        if (!view_tables[t].appended)
            err = check_kept(k, t);
    return err;
}

int audit_projection(const char *conninfo, struct scan *first, struct audit_projection *p, char **ret_error)
{
    struct check *k = xcalloc(1, sizeof(*k));
    struct view_config cfg = {.protocol = protocol_named, .row = on_row, .arg = k};
    p->rows = p->differences = p->unreadable = 0;
    p->projected = p->newest = -1;
    k->p = p;
    k->view = view_new(&cfg);
    k->sheet = view_sheet_new();
    book_init(&k->book);
    arena_init(&k->arena, 0);
    for (size_t t = 0; t < VIEW_TABLES; t++)
        arena_init(&k->row[t], 0);
    *ret_error = NULL;
    int err = open_scans(k, conninfo, first, ret_error);
    if (!err)
        err = run(k);
    if (err && !*ret_error)
        *ret_error = xstrdup(k->failed ? scan_error(k->failed) : cpf_strerror(err));
    for (size_t t = 0; t < VIEW_TABLES; t++) {
        scan_close(k->scan[t]);
        arena_fini(&k->row[t]);
    }
    scan_close(k->log);
    arena_fini(&k->arena);
    book_fini(&k->book);
    view_sheet_free(k->sheet);
    view_free(k->view);
    free(k);
    return err;
}
