/*
 * report.json against the entries. What it says of entries is compared: which there are, their places in
 * stream and log, their times, who did them, how many acts, deviations, holds and redactions. Its words are
 * not, nor are report.pdf and report.csv: those are made by whoever made the bundle, and prove nothing. The
 * log knows the digests of the word lists; whether the reports name them is compared (basis.c).
 */
#include <string.h>

#include "base/clock.h"
#include "verify_int.h"

static void differs(struct verify *v, const char *what)
{
    verify_fail(v, REPORT_SAYS, BUNDLE_REPORT_JSON, "%s", what);
}

static const struct record *entry_at(const struct verify *v, int64_t sseq)
{
    for (size_t i = 0; i < v->nentries; i++)
        if (v->entry[i].read && (int64_t)v->entry[i].e.sseq == sseq)
            return &v->entry[i];
    return NULL;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_time(const struct json *o, const char *name, int64_t ms)
{
    char text[CLOCK_TEXT];
    if (ms)
        clock_format(ms, text);
    return same_text(json_get_str(o, name), ms ? text : NULL);
}

/* The member of `o` that the entry contradicts, or NULL. */
static const char *contradicts(const struct json *o, const struct record *r)
{
    static const char *const who[] = {"recorded", "witnessed", "station", "dept"};
    const struct entry *e = &r->e;
    const char *performed = json_get_str(e->actor, "performed");
    if (r->proven && json_get_int(o, "idx", -1) != (int64_t)e->idx)
        return "idx";
    if (!same_time(o, "at", e->at))
        return "at";
    if (!same_time(o, "occurred", e->occurred))
        return "occurred";
    if (!same_text(json_get_str(o, "late"), e->late))
        return "late";
    if (!same_text(json_get_str(o, "performed"), performed ? performed : json_get_str(e->actor, "system")))
        return "performed";
    for (size_t i = 0; i < sizeof(who) / sizeof(*who); i++)
        if (!same_text(json_get_str(o, who[i]), json_get_str(e->actor, who[i])))
            return who[i];
    return NULL;
}

/* Wherever in the report an entry is named by its place in the stream and in the log, it is that entry. */
static void check_named(struct verify *v, const struct json *o)
{
    if (o->type == JSON_OBJECT && json_get(o, "sseq") && json_get(o, "idx")) {
        int64_t sseq = json_get_int(o, "sseq", -1);
        const struct record *r = entry_at(v, sseq);
        const char *what = r ? contradicts(o, r) : "no such entry";
        if (what)
            verify_fail(v, REPORT_SAYS, BUNDLE_REPORT_JSON, "entry %lld: %s", (long long)sseq, what);
    }
    if (o->type == JSON_OBJECT || o->type == JSON_ARRAY)
        json_each(it, o)
            check_named(v, it);
}

static void check_count(struct verify *v, const struct json *o, const char *list, const char *kind)
{
    const struct json *l = json_get(o, list);
    size_t n = 0;
    for (size_t i = 0; i < v->nentries; i++) {
        const struct entry *e = &v->entry[i].e;
        n += v->entry[i].read && (kind ? strcmp(e->kind, kind) == 0 : e->act != NULL);
    }
    if (!l || l->type != JSON_ARRAY || l->len != n)
        verify_fail(v, REPORT_SAYS, BUNDLE_REPORT_JSON, "%s: %zu in the entries", list, n);
}

/* Each act by the person and the key of its entry, and called good only where it is. */
static void check_acts(struct verify *v, const struct json *o)
{
    json_each(act, json_get(o, "acts")) {
        const struct record *r = entry_at(v, json_get_int(json_get(act, "entry"), "sseq", -1));
        const char *signature = json_get_str(act, "signature");
        if (!r || !r->e.act)
            differs(v, "acts: not an act");
        else if (!same_text(json_get_str(act, "kind"), r->e.kind) ||
                 !same_text(json_get_str(act, "person"), json_get_str(r->e.actor, "performed")) ||
                 !same_text(json_get_str(act, "key"), json_get_str(r->e.act, "key")))
            differs(v, "acts: person, kind or key");
        else if (!signature || (strcmp(signature, "good") == 0 && r->act != ACT_GOOD))
            differs(v, "acts: signature");
    }
}

static void check_head(struct verify *v, const struct json *o)
{
    const char *batch = json_get_str(o, "batch"), *note = json_get_str(o, "checkpoint");
    struct checkpoint c = {0};
    struct note n;
    const char *own = stream_rest(v->info.stream, STREAM_BATCH);
    if (!batch || !own || strcmp(own, batch) != 0)
        differs(v, "batch");
    if (!same_text(json_get_str(o, "origin"), v->info.origin))
        differs(v, "origin");
    if (!note || note_parse(&n, note, strlen(note)) || checkpoint_parse(&c, n.text, n.text_len) ||
        (v->have_checkpoint &&
         (c.size != v->checkpoint.size || memcmp(c.root, v->checkpoint.root, HASH_LEN) != 0)))
        differs(v, "checkpoint");
    if (json_get_int(o, "entries", -1) != (int64_t)v->nentries)
        differs(v, "entries");
    if (json_get_bool(o, "disclosures") != v->info.disclosures)
        differs(v, "disclosures");
}

void verify_reports(struct verify *v)
{
    const struct member *m = verify_member(v, BUNDLE_REPORT_JSON);
    const struct json *o = NULL;
    if (!m)
        return;
    int r = m->len && m->data[m->len - 1] == '\n'
                ? json_parse_within(&v->a, m->data, m->len - 1, BOUND_BUNDLE_MEMBER, &o, NULL)
                : CPF_E_SYNTAX;
    if (!r && o->type != JSON_OBJECT)
        r = CPF_E_PROFILE;
    if (r) {
        verify_fail(v, REPORT_FORM, m->name, "%s", cpf_strerror(r));
        return;
    }
    check_head(v, o);
    check_named(v, o);
    check_count(v, o, "acts", NULL);
    check_count(v, o, "deviations", "deviation.opened");
    check_count(v, o, "holds", "hold.placed");
    check_count(v, o, "redactions", "redacted");
    check_acts(v, o);
    verify_basis(v, o);
}
