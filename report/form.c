#include "form.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "base/buf.h"
#include "base/file.h"
#include "core/protocol/ytree.h"

struct reader {
    struct arena *a;
    const struct protocol *p;
    struct diag d;
};

#define fault(r, n, ...) diag_put(&(r)->d, (n)->line, (n)->column, NULL, __VA_ARGS__)

static const char *scalar(struct reader *r, const struct ynode *n)
{
    if (n && n->kind == YNODE_SCALAR)
        return n->str;
    if (n)
        fault(r, n, "a text is wanted here");
    return NULL;
}

static struct text read_text(struct reader *r, const struct ynode *n)
{
    const char *ja = n && n->kind == YNODE_MAP ? scalar(r, ynode_get(n, "ja")) : NULL;
    const char *en = n && n->kind == YNODE_MAP ? scalar(r, ynode_get(n, "en")) : NULL;
    if (!ja || !en) {
        if (n)
            fault(r, n, "a text needs ja and en");
        return (struct text){NULL, NULL};
    }
    return (struct text){ja, en};
}

static int read_step(struct reader *r, const struct ynode *n)
{
    const char *id = scalar(r, n);
    int step = id ? protocol_step(r->p, id) : -1;
    if (id && step < 0)
        fault(r, n, "protocol %s has no step `%.60s`", r->p->id, id);
    return step;
}

/* Step ids have dots: the last one divides. */
static struct ref read_ref(struct reader *r, const struct ynode *n)
{
    const char *s = scalar(r, n), *dot = s ? strrchr(s, '.') : NULL;
    struct ref ref = {-1, -1};
    if (dot) {
        const char *step = arena_strndup(r->a, s, (size_t)(dot - s));
        ref.step = protocol_step(r->p, step);
        ref.field = ref.step < 0 ? -1 : step_field(&r->p->step[ref.step], dot + 1);
    }
    if (s && ref.field < 0)
        fault(r, n, "protocol %s has no field `%.80s`", r->p->id, s);
    return ref;
}

static void read_days(struct reader *r, const struct ynode *v, struct form_part *ret)
{
    if (v->kind != YNODE_LIST || v->len != 2) {
        fault(r, v, "`days` wants two steps");
        return;
    }
    ret->ref.step = read_step(r, v->first->value);
    ret->until = read_step(r, v->last->value);
}

static struct form_part read_part(struct reader *r, const struct ynode *n)
{
    struct form_part part = {.ref = {-1, -1}, .until = -1};
    if (n->kind == YNODE_SCALAR && strcmp(n->str, "product") == 0) {
        part.kind = FORM_PRODUCT;
        return part;
    }
    if (n->kind != YNODE_MAP || n->len != 1) {
        fault(r, n, "a part is `product`, or one of text, field, clinic, by, at, days");
        return part;
    }
    const char *key = n->first->key->str;
    const struct ynode *v = n->first->value;
    if (strcmp(key, "text") == 0) {
        part.kind = FORM_TEXT;
        part.text = read_text(r, v);
    } else if (strcmp(key, "field") == 0 || strcmp(key, "clinic") == 0) {
        part.kind = *key == 'f' ? FORM_FIELD : FORM_CLINIC;
        part.ref = read_ref(r, v);
    } else if (strcmp(key, "by") == 0 || strcmp(key, "at") == 0) {
        part.kind = *key == 'b' ? FORM_BY : FORM_AT;
        part.ref.step = read_step(r, v);
    } else if (strcmp(key, "days") == 0) {
        part.kind = FORM_DAYS;
        read_days(r, v, &part);
    } else {
        fault(r, n, "unknown part `%.40s`", key);
    }
    return part;
}

static void read_items(struct reader *r, const struct ynode *items, struct form *f)
{
    if (!items || items->kind != YNODE_MAP)
        return;
    f->item = arena_alloc(r->a, (items->len + 1) * sizeof(*f->item));
    ynode_each(it, items) {
        struct form_item *item = &f->item[f->nitems++];
        item->id = it->key->str;
        if (it->value->kind != YNODE_LIST) {
            fault(r, it->value, "an item is a list of parts");
            continue;
        }
        item->part = arena_alloc(r->a, (it->value->len + 1) * sizeof(*item->part));
        ynode_each(part, it->value)
            item->part[item->nparts++] = read_part(r, part->value);
    }
}

static void read_form(struct reader *r, const struct ynode *form, struct form *f)
{
    const struct ynode *retention = ynode_get(form, "retention");
    const char *years = retention ? scalar(r, ynode_get(retention, "years")) : NULL;
    if (retention) {
        f->retention_years = years ? atoi(years) : 0;
        f->retention_why = read_text(r, ynode_get(retention, "why"));
        if (f->retention_years < 1 || f->retention_years > 100)
            fault(r, retention, "`years` must be 1 to 100");
    }
    read_items(r, ynode_get(form, "items"), f);
}

int form_load(const char *path, struct arena *a, const struct protocol *p, struct form *ret, char **ret_error)
{
    struct protocol_error first;
    struct reader r = {.a = a, .p = p};
    struct buf text;
    *ret = (struct form){0};
    buf_init(&text);
    diag_init(&r.d, &first, 1);
    int err = file_read(path, BOUND_PROTOCOL_BYTES, &text);
    if (err)
        require(asprintf(ret_error, "%s: %s", path, file_strerror(err)) >= 0);
    const struct ynode *root = err ? NULL : ytree_parse(a, a, text.data, text.len, &r.d);
    const struct ynode *form = root && root->kind == YNODE_MAP ? ynode_get(root, p->id) : NULL;
    if (form && form->kind == YNODE_MAP)
        read_form(&r, form, ret);
    buf_fini(&text);
    if (!err && r.d.rc) {
        err = r.d.rc;
        require(asprintf(ret_error, "%s:%d:%d: %s", path, first.line, first.column, first.text) >= 0);
    }
    return err;
}
