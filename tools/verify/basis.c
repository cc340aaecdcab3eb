/*
 * What report.json says that it was made with, against what the log has in force at this checkpoint: the
 * newest basis.changed in support/, and who accepted it. This shows a report by the right program from other
 * files; who makes a report by hand can copy the right digests into it, so that it still proves nothing.
 */
#include <string.h>

#include "base/basis.h"
#include "base/clock.h"
#include "verify_int.h"

#define CHANGED  "basis.changed"
#define ACCEPTED "basis.accepted"

struct in_force {
    const struct record *changed, *by[2]; /* by: in the order of the log; NULL: nobody yet */
    const char *digest, *state;
};

static bool is(const struct record *r, const char *kind)
{
    return r->proven && strcmp(r->e.stream, "facility") == 0 && strcmp(r->e.kind, kind) == 0;
}

static const char *text_of(const struct json *o, const char *name)
{
    const char *s = json_get_str(o, name);
    return s ? s : "";
}

static bool same(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* One of management and one of quality, each once. */
static void take_accepted(struct in_force *f, const struct record *r)
{
    const char *dept = text_of(r->e.body, "dept");
    size_t n = f->by[0] != NULL;
    if (!f->digest || !same(text_of(r->e.body, "basis"), f->digest) || f->by[1] || !r->e.act ||
        r->act == ACT_BAD)
        return;
    if (n && (same(text_of(f->by[0]->e.body, "dept"), dept) ||
              same(text_of(f->by[0]->e.actor, "performed"), text_of(r->e.actor, "performed"))))
        return;
    if (same(dept, "management") || same(dept, "quality"))
        f->by[n] = r;
}

static struct in_force find(const struct verify *v)
{
    struct in_force f = {.state = "none"};
    for (size_t i = 0; i < v->nsupport; i++) { /* in the order of the log */
        const struct record *r = &v->support[i];
        if (is(r, CHANGED))
            f = (struct in_force){.changed = r, .digest = json_get_str(r->e.body, "digest")};
        else if (is(r, ACCEPTED))
            take_accepted(&f, r);
    }
    if (f.changed) /* the set-up begins the stream, and vouches for nothing later */
        f.state = f.changed->e.sseq == 1 ? "setup" : f.by[1] ? "accepted" : "unaccepted";
    return f;
}

static struct basis_items items_of(struct verify *v, const struct json *list)
{
    size_t n = 0, most = list && list->type == JSON_ARRAY ? list->len : 0;
    struct basis_item *item = arena_alloc(&v->a, (most + 1) * sizeof(*item));
    if (most)
        json_each(i, list)
            if (i->type == JSON_OBJECT && json_get_str(i, "name"))
                item[n++] = (struct basis_item){json_get_str(i, "name"), json_get_str(i, "sha256"),
                                                json_get_str(i, "text")};
    return (struct basis_items){n, item};
}

static bool same_by(const struct json *list, const struct in_force *f)
{
    size_t n = 0, i = 0;
    while (n < 2 && f->by[n])
        n++;
    if (!list || list->type != JSON_ARRAY || list->len != n)
        return false;
    json_each(x, list) {
        if (i == n)
            return false;
        const struct entry *e = &f->by[i++]->e;
        char at[CLOCK_TEXT];
        clock_format(e->at, at);
        if (json_get_int(x, "idx", -1) != (int64_t)e->idx || !same(text_of(x, "at"), at) ||
            !same(text_of(x, "person"), text_of(e->actor, "performed")) ||
            !same(text_of(x, "dept"), text_of(e->body, "dept")))
            return false;
    }
    return true;
}

/* What the report says wrongly of the log, or NULL. */
static const char *contradicts(const struct json *o, const struct in_force *f, const struct basis_items *log)
{
    char text[CLOCK_TEXT], digest[44];
    if (!o)
        return f->changed ? "it names none" : NULL;
    if (!same(text_of(o, "state"), f->state))
        return "state";
    if (!f->changed)
        return json_get(o, "digest") || json_get(o, "idx") ? "digest" : NULL;
    basis_digest(log, digest);
    if (!f->digest || !same(digest, f->digest) || !same(text_of(o, "digest"), f->digest))
        return "digest";
    clock_format(f->changed->e.at, text);
    if (json_get_int(o, "idx", -1) != (int64_t)f->changed->e.idx || !same(text_of(o, "since"), text))
        return "since";
    return same_by(json_get(o, "by"), f) ? NULL : "by";
}

void verify_basis(struct verify *v, const struct json *report)
{
    const struct json *o = json_get(report, "basis");
    const struct in_force f = find(v);
    const struct basis_items log = items_of(v, f.changed ? json_get(f.changed->e.body, "items") : NULL),
                             made = items_of(v, json_get(o, "made_with"));
    const char *what = contradicts(o, &f, &log), *differs[BASIS_ITEMS];
    size_t n = f.changed && o ? basis_differ(&log, &made, differs, BASIS_ITEMS) : 0;
    if (what)
        verify_fail(v, REPORT_BASIS, BUNDLE_REPORT_JSON, "%s", what);
    for (size_t i = 0; i < n; i++)
        verify_fail(v, REPORT_WORDS, BUNDLE_REPORT_JSON, "%s", differs[i]);
    v->basis = f.state;
}
