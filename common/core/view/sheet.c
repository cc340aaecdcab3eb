#include "core/view/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"

/* As many values as the table has columns. */
struct kept {
    uint32_t given;
    uint32_t at; /* among the rows of its table */
    union view_value value[];
};

struct part {
    struct kept **row;
    size_t n, cap;
    struct map by_key;
};

struct view_sheet {
    struct arena arena;
    struct buf key; /* of the row that is looked at */
    struct part part[VIEW_TABLES];
    size_t total;
};

struct view_sheet *view_sheet_new(void)
{
    struct view_sheet *s = xcalloc(1, sizeof(*s));
    arena_init(&s->arena, 0);
    buf_init(&s->key);
    for (size_t t = 0; t < VIEW_TABLES; t++)
        map_init(&s->part[t].by_key);
    return s;
}

void view_sheet_clear(struct view_sheet *s)
{
    for (size_t t = 0; t < VIEW_TABLES; t++) {
        map_fini(&s->part[t].by_key);
        map_init(&s->part[t].by_key);
        s->part[t].n = 0;
    }
    arena_reset(&s->arena);
    s->total = 0;
}

void view_sheet_free(struct view_sheet *s)
{
    if (!s)
        return;
    for (size_t t = 0; t < VIEW_TABLES; t++) {
        free(s->part[t].row);
        map_fini(&s->part[t].by_key);
    }
    buf_fini(&s->key);
    arena_fini(&s->arena);
    free(s);
}

/* ---- keys ---- */

static bool is_text(const struct view_column *c)
{
    return c->type == VIEW_TEXT || c->type == VIEW_DECIMAL;
}

/* The values of its key columns, one behind the other; until the next call. */
static const char *key_of(struct view_sheet *s, const struct view_row *r)
{
    const struct view_table *t = &view_tables[r->table];
    buf_clear(&s->key);
    for (size_t i = 0; i < t->ncolumns && t->column[i].merge == VIEW_KEY; i++) {
        if (is_text(&t->column[i]))
            buf_printf(&s->key, "%zu:%s", strlen(r->value[i].text), r->value[i].text);
        else
            buf_printf(&s->key, "%lld;", (long long)r->value[i].num);
    }
    return s->key.data;
}

/* ---- rows ---- */

static struct kept *add_row(struct view_sheet *s, enum view_id table, const char *key)
{
    struct part *p = &s->part[table];
    if (p->n == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 32;
        p->row = xrealloc(p->row, p->cap * sizeof(*p->row));
    }
    struct kept *k = arena_alloc(&s->arena, sizeof(*k) + view_tables[table].ncolumns * sizeof(k->value[0]));
    k->at = (uint32_t)p->n;
    p->row[p->n++] = k;
    map_put(&p->by_key, arena_strdup(&s->arena, key), k);
    s->total++;
    return k;
}

static void keep_text(struct view_sheet *s, struct kept *k, size_t i, const char *text)
{
    if (!(k->given & 1u << i) || strcmp(k->value[i].text, text) != 0) /* often the same again */
        k->value[i].text = arena_strdup(&s->arena, text);
}

static void merge(struct view_sheet *s, struct kept *k, const struct view_row *r)
{
    const struct view_table *t = &view_tables[r->table];
    for (size_t i = 0; i < t->ncolumns; i++) {
        const struct view_column *c = &t->column[i];
        bool had = k->given & 1u << i;
        if (!(r->given & 1u << i) || (had && (c->merge == VIEW_KEY || c->merge == VIEW_ONCE)))
            continue;
        if (is_text(c))
            keep_text(s, k, i, r->value[i].text);
        else if (c->merge == VIEW_ADD)
            k->value[i].num += r->value[i].num;
        else
            k->value[i].num = r->value[i].num;
        k->given |= 1u << i;
    }
}

void view_sheet_add(struct view_sheet *s, const struct view_row *row)
{
    const char *key = key_of(s, row);
    struct kept *k = map_get(&s->part[row->table].by_key, key);
    merge(s, k ? k : add_row(s, row->table, key), row);
}

size_t view_sheet_count(const struct view_sheet *s, enum view_id table)
{
    return s->part[table].n;
}

size_t view_sheet_total(const struct view_sheet *s)
{
    return s->total;
}

void view_sheet_get(const struct view_sheet *s, enum view_id table, size_t i, struct view_row *ret)
{
    const struct kept *k = s->part[table].row[i];
    *ret = (struct view_row){.table = table, .given = k->given};
    memcpy(ret->value, k->value, view_tables[table].ncolumns * sizeof(k->value[0]));
}

size_t view_sheet_find(struct view_sheet *s, const struct view_row *row)
{
    const struct kept *k = map_get(&s->part[row->table].by_key, key_of(s, row));
    return k ? k->at : SIZE_MAX;
}
