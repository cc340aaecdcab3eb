#include "core/view/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* As many values as the table has columns. */
struct kept {
    uint32_t given;
    uint32_t hash;
    union view_value value[];
};

struct part {
    struct kept **row;
    size_t n, cap;
    uint32_t *slot; /* open addressing: number of the row + 1 */
    size_t nslots;  /* a power of two */
};

struct view_sheet {
    struct arena arena;
    struct part part[VIEW_TABLES];
    size_t total;
};

struct view_sheet *view_sheet_new(void)
{
    struct view_sheet *s = xcalloc(1, sizeof(*s));
    arena_init(&s->arena, 0);
    return s;
}

void view_sheet_clear(struct view_sheet *s)
{
    for (size_t t = 0; t < VIEW_TABLES; t++) {
        if (s->part[t].n)
            memset(s->part[t].slot, 0, s->part[t].nslots * sizeof(*s->part[t].slot));
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
        free(s->part[t].slot);
    }
    arena_fini(&s->arena);
    free(s);
}

/* ---- keys ---- */

static bool is_text(const struct view_column *c)
{
    return c->type == VIEW_TEXT || c->type == VIEW_DECIMAL;
}

static uint32_t hash_bytes(uint32_t h, const void *data, size_t n)
{
    for (const uint8_t *p = data; n--; p++)
        h = (h ^ *p) * 16777619u; /* FNV-1a */
    return h;
}

static uint32_t key_hash(const struct view_row *r)
{
    const struct view_table *t = &view_tables[r->table];
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < t->ncolumns && t->column[i].merge == VIEW_KEY; i++) {
        if (is_text(&t->column[i]))
            h = hash_bytes(h, r->value[i].text, strlen(r->value[i].text) + 1);
        else
            h = hash_bytes(h, &r->value[i].num, sizeof(r->value[i].num));
    }
    return h;
}

static bool key_same(const struct view_row *r, const struct kept *k)
{
    const struct view_table *t = &view_tables[r->table];
    for (size_t i = 0; i < t->ncolumns && t->column[i].merge == VIEW_KEY; i++)
        if (is_text(&t->column[i]) ? strcmp(r->value[i].text, k->value[i].text) != 0
                                   : r->value[i].num != k->value[i].num)
            return false;
    return true;
}

/* The row's slot, or the free one where it belongs. */
static uint32_t *slot_of(const struct part *p, const struct view_row *r, uint32_t hash)
{
    size_t i = hash & (p->nslots - 1);
    for (; p->slot[i]; i = (i + 1) & (p->nslots - 1)) {
        const struct kept *k = p->row[p->slot[i] - 1];
        if (k->hash == hash && key_same(r, k))
            break;
    }
    return &p->slot[i];
}

static void grow(struct part *p)
{
    p->nslots = p->nslots ? p->nslots * 2 : 64;
    free(p->slot);
    p->slot = xcalloc(p->nslots, sizeof(*p->slot));
    for (size_t n = 0; n < p->n; n++) {
        size_t i = p->row[n]->hash & (p->nslots - 1);
        while (p->slot[i])
            i = (i + 1) & (p->nslots - 1);
        p->slot[i] = (uint32_t)(n + 1);
    }
}

/* ---- rows ---- */

static struct kept *add_row(struct view_sheet *s, enum view_id table, uint32_t hash)
{
    struct part *p = &s->part[table];
    if (p->n == p->cap) {
        p->cap = p->cap ? p->cap * 2 : 32;
        p->row = xrealloc(p->row, p->cap * sizeof(*p->row));
    }
    struct kept *k = arena_alloc(&s->arena, sizeof(*k) + view_tables[table].ncolumns * sizeof(k->value[0]));
    k->hash = hash;
    p->row[p->n++] = k;
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
    struct part *p = &s->part[row->table];
    uint32_t hash = key_hash(row);
    if (p->n * 2 >= p->nslots)
        grow(p);
    uint32_t *slot = slot_of(p, row, hash);
    if (*slot) {
        merge(s, p->row[*slot - 1], row);
        return;
    }
    merge(s, add_row(s, row->table, hash), row);
    *slot = (uint32_t)p->n;
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

size_t view_sheet_find(const struct view_sheet *s, const struct view_row *row)
{
    const struct part *p = &s->part[row->table];
    if (!p->n)
        return SIZE_MAX;
    uint32_t n = *slot_of(p, row, key_hash(row));
    return n ? n - 1 : SIZE_MAX;
}
