#include "base/basis.h"

#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "base/buf.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/shape.h"

static const struct member item_member[] = {
    M_TEXT(struct basis_item, name, NEEDED),
    M_DIGEST(struct basis_item, sha256, 0),
    M_TEXT(struct basis_item, text, 0),
};

const struct shape basis_item_shape = SHAPE(struct basis_item, item_member);

static const char *const of_reports[] = {BASIS_CATALOGUE, BASIS_CLAUSES, BASIS_FORMS, BASIS_PROGRAM,
                                         BASIS_STAFF,     BASIS_WORDS,   BASIS_ZONE};

bool basis_of_reports(const char *name)
{
    for (size_t i = 0; i < sizeof(of_reports) / sizeof(*of_reports); i++)
        if (strcmp(of_reports[i], name) == 0)
            return true;
    return false;
}

static void add(struct basis *b, struct basis_item item)
{
    require(b->n < BASIS_ITEMS);
    b->item[b->n++] = item;
}

void basis_file(struct basis *b, const char *name, const char *path)
{
    struct buf text;
    char digest[44];
    uint8_t hash[HASH_LEN];
    buf_init(&text);
    int err = file_read(path, BOUND_PROTOCOL_BYTES, &text);
    hash_sha256(text.data ? text.data : "", text.len, hash);
    enc_digest(hash, digest);
    buf_fini(&text);
    if (err && err != CPF_E_NOTFOUND)
        add(b, (struct basis_item){name, NULL, "unreadable"});
    else if (!err)
        add(b, (struct basis_item){name, arena_strdup(b->a, digest), NULL});
}

void basis_text(struct basis *b, const char *name, const char *text)
{
    add(b, (struct basis_item){name, NULL, arena_strdup(b->a, text)});
}

static int by_name(const void *a, const void *b)
{
    const struct basis_item *x = a, *y = b;
    return strcmp(x->name, y->name);
}

struct basis_items basis_list(struct basis *b)
{
    qsort(b->item, b->n, sizeof(*b->item), by_name);
    return (struct basis_items){b->n, b->item};
}

static const char *value_of(const struct basis_item *i)
{
    return i->sha256 ? i->sha256 : i->text ? i->text : "";
}

void basis_digest(const struct basis_items *items, char ret[44])
{
    uint8_t hash[HASH_LEN];
    struct buf lines;
    buf_init(&lines);
    for (size_t i = 0; i < items->n; i++)
        buf_printf(&lines, "%s %s\n", items->item[i].name, value_of(&items->item[i]));
    hash_sha256(lines.data ? lines.data : "", lines.len, hash);
    enc_digest(hash, ret);
    buf_fini(&lines);
}

const struct basis_item *basis_find(const struct basis_items *items, const char *name)
{
    for (size_t i = 0; i < items->n; i++)
        if (items->item[i].name && strcmp(items->item[i].name, name) == 0)
            return &items->item[i];
    return NULL;
}

static bool same(const struct basis_item *a, const struct basis_item *b)
{
    return a && b ? strcmp(value_of(a), value_of(b)) == 0 : a == b;
}

size_t basis_differ(const struct basis_items *log, const struct basis_items *made, const char **names,
                    size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < sizeof(of_reports) / sizeof(*of_reports) && n < max; i++)
        if (!same(basis_find(log, of_reports[i]), basis_find(made, of_reports[i])))
            names[n++] = of_reports[i];
    return n;
}
