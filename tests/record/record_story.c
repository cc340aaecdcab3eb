#include "record_story.h"
#include "core/entry/basis.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/enc.h"
#include "../unit/scratch.h"

static const char form[] = "sample:\n"
                           "  retention: {years: 10, why: {ja: 提供日から, en: from provision}}\n"
                           "  items:\n"
                           "    product: [product]\n"
                           "    collection: [{at: fill}, {field: fill.volume}]\n"
                           "    course: [{days: [fill, count]}]\n"
                           "    provision: [{at: end}]\n";

/* ---- the story ---- */

static void begin(struct rig *r)
{
    accepted(rig_order(r, "KA-0002", "P999999"));
    rig_begin(r, STORY_BATCH);
    for (const char *const *t = (const char *const[]){"T1", "T2", "T3", NULL}; *t; t++)
        accepted(rig_scan(r, arena_printf(&r->arena, "C:" STORY_BATCH "-%s", *t)));
    refused(rig_scan(r, "C:KA-0002-T1"), "ident.foreign");
    rig_acknowledge(r);
    accepted(rig_scan(r, "C:" STORY_BATCH "-W1"));
    accepted_as(rig_scan(r, "L:TB1"), "accepted.step-done");
}

static void draw(struct rig *r)
{
    rig_wait(r, RIG_MINUTE);
    accepted(rig_scan(r, "C:" STORY_BATCH "-T1"));
    refused(rig_scan(r, "gibberish"), "scan.unknown");
    accepted(rig_scan(r, "C:" STORY_BATCH "-T2"));
    accepted(rig_scan(r, "L:IL1-U7"));
    accepted_as(rig_scan(r, "45.0"), "accepted.step-done");
    rig_wait(r, RIG_MINUTE);
    accepted(rig_scan(r, "C:" STORY_BATCH "-T1"));
    accepted(rig_scan(r, "C:" STORY_BATCH "-T2"));
    accepted(rig_scan(r, "C:" STORY_BATCH "-W1"));
    accepted(rig_scan(r, "44.0"));
    accepted_as(rig_scan(r, "P:OP2"), "accepted.step-done");
}

static void work(struct rig *r)
{
    rig_wait(r, RIG_MINUTE);
    accepted(rig_scan(r, "1.200"));
    alert(rig_scan(r, "0.200"), "value.alert"); /* viability 85.7 */
    accepted_as(rig_scan(r, "44.0"), "accepted.step-done");
    accepted(rig_scan(r, "E:CF-1"));
    deviation(rig_sure(r, NULL, "35.0"), "value.action");
    deviation(rig_skip(r, "OP1", STORY_BATCH, "wipe"), "skip.recorded");
    alert(rig_record(r, "OP1", "correction",
                     "batch=" STORY_BATCH "|step=count|field=live|value=1.300|reason=misread|witness=P:OP2"),
          "value.alert"); /* still: 86.7 */
    accepted_as(rig_scan(r, "L:IL1-U7"), "accepted.step-done");
}

static void decide(struct story *s)
{
    struct rig *r = &s->rig;
    rig_at(r, "QA1");
    rig_wait(r, RIG_HOUR);
    accepted(rig_sign(r, "QM", STORY_BATCH, "results",
                      arena_printf(&s->arena, "note=%s|audit-trail=seen", s->note)));
    for (const char *const *d = (const char *const[]){"DV1", "DV2", NULL}; *d; d++) {
        const char *dev = arena_printf(&s->arena, "batch=" STORY_BATCH "|dev=" STORY_BATCH "-%s|", *d);
        accepted(rig_record(r, "QC2", "deviation.assessed",
                            arena_printf(&s->arena, "%sgrade=minor|reason=small", dev)));
        accepted(rig_record(r, "QM", "deviation.confirmed", dev));
        accepted(rig_record(r, "QM", "deviation.closed", arena_printf(&s->arena, "%sreason=done", dev)));
    }
    accepted(rig_sign(r, "QM", STORY_BATCH, "decision", "disposition=released"));
    s->decided = r->n;
}

static void late(struct rig *r)
{
    rig_clock(r, 3, 10, 0);
    rig_at(r, "QC1S");
    hold(rig_sign(r, "QC1", STORY_BATCH, "sterility", "growth=growth"), "option.hold");
}

static const char *steps_of(struct story *s)
{
    struct buf b;
    char part[4096];
    size_t n;
    FILE *f = fopen(RECORD_DIR "/steps.yaml", "r");
    assert_non_null(f);
    buf_init(&b);
    while ((n = fread(part, 1, sizeof(part), f)) > 0)
        buf_add(&b, part, n);
    fclose(f);
    const char *text = arena_strdup(&s->arena, b.data);
    buf_fini(&b);
    return text;
}

static void write_file(const struct story *s, const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", s->dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
}

/* ---- the log as a source ---- */

static int checkpoint(void *arg, uint64_t size, struct arena *a, const char **ret, size_t *ret_len)
{
    struct story *s = arg;
    struct checkpoint c = {.origin = "training.example/story", .size = size ? size : s->rig.n};
    uint8_t seed[KEY_SEED] = {7};
    struct key *key;
    struct buf text, note;
    if (c.size > s->rig.n)
        return CPF_E_NOTFOUND;
    buf_init(&text);
    buf_init(&note);
    assert_int_equal(key_from_seed(seed, &key), 0);
    checkpoint_format(&c, &text);
    assert_int_equal(note_sign(text.data, text.len, c.origin, key, &note), 0);
    *ret = arena_strndup(a, note.data, note.len);
    *ret_len = note.len;
    key_free(key);
    buf_fini(&text);
    buf_fini(&note);
    return 0;
}

/* The i-th entry if it is of that stream. */
static bool entry_of(struct story *s, size_t i, const char *stream, struct entry *e)
{
    assert_int_equal(entry_read(e, &s->arena, s->rig.log[i].text, s->rig.log[i].len), 0);
    e->idx = i;
    return strcmp(e->stream, stream) == 0;
}

static int entries(void *arg, const char *stream, uint64_t size, record_entry_fn take, void *to)
{
    struct story *s = arg;
    struct entry e;
    int err = 0;
    for (size_t i = 0; i < size && !err; i++)
        if (entry_of(s, i, stream, &e))
            err = take(to, i, s->rig.log[i].text, s->rig.log[i].len);
    return err;
}

static int disclosures(void *arg, const char *stream, uint64_t size, record_disclosure_fn take, void *to)
{
    struct story *s = arg;
    struct entry e;
    int err = 0;
    for (size_t i = 0; i < size && !err; i++)
        if (entry_of(s, i, stream, &e))
            json_each(m, e.pd) {
                const char *salted = map_get(&s->rig.salted, m->str);
                if (salted && !err)
                    err = take(to, e.sseq, m->name, salted);
            }
    return err;
}

static const char *error(void *arg)
{
    (void)arg;
    return "the story cannot be read";
}

/* ---- its life ---- */

void story_init(struct story *s, const char *note)
{
    *s = (struct story){.note = note ? note : RIG_NAME};
    arena_init(&s->arena, 0);
    assert_non_null(mkdtemp(scratch(s->dir, "cpf-record")));
    write_file(s, "form.yaml", form);
    write_file(s, "staff.yaml", "staff.QM: {ja: 渡辺 浩, en: Watanabe Hiroshi}\n");
    s->source = (struct record_source){s, checkpoint, entries, disclosures, error};
    rig_init(&s->rig, steps_of(s));
    begin(&s->rig);
    draw(&s->rig);
    work(&s->rig);
    decide(s);
    late(&s->rig);
}

void story_fini(struct story *s)
{
    static const char *const name[] = {"form.yaml", "staff.yaml"};
    char path[128];
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof(path), "%s/%s", s->dir, name[i]);
        unlink(path);
    }
    rmdir(s->dir);
    rig_fini(&s->rig);
    arena_fini(&s->arena);
}

void story_entry(struct story *s, const char *kind, const char *body)
{
    rig_entry(&s->rig, "batch/" STORY_BATCH, kind, body);
}

void story_basis(struct story *s, const char *words)
{
    struct arena *a = &s->arena;
    struct basis made = {.a = a};
    basis_file(&made, BASIS_CATALOGUE, ETC_DIR "/catalogue.yaml");
    basis_file(&made, BASIS_CLAUSES, ETC_DIR "/clauses.yaml");
    basis_file(&made, BASIS_FORMS, arena_printf(a, "%s/form.yaml", s->dir));
    basis_file(&made, BASIS_STAFF, arena_printf(a, "%s/staff.yaml", s->dir));
    basis_file(&made, BASIS_WORDS, ETC_DIR "/report-words.yaml");
    basis_text(&made, BASIS_PROGRAM, CPF_VERSION);
    basis_text(&made, BASIS_ZONE, "Asia/Tokyo");
    basis_text(&made, "late_after_s", "300");
    for (size_t i = 0; words && i < made.n; i++)
        if (strcmp(made.item[i].name, BASIS_WORDS) == 0)
            made.item[i].sha256 = words;
    struct basis_changed c = {.items = basis_list(&made)};
    char digest[44];
    struct buf b;
    basis_digest(&c.items, digest);
    c.digest = digest;
    buf_init(&b);
    json_write(&b, kind_build(kind_of(KIND_BASIS_CHANGED), &c, NULL, a));
    rig_entry(&s->rig, "facility", "basis.changed", b.data);
    buf_fini(&b);
}

void story_accepts(struct story *s, const char *person)
{
    struct rig *r = &s->rig;
    rig_at(r, "QA1");
    accepted(
        rig_record(r, person, "basis.accepted", arena_printf(&s->arena, "basis=%s", r->book.basis.digest)));
}

static size_t newest(const struct story *s, const char *kind, struct entry *e)
{
    for (size_t i = s->rig.n; i-- > 0;)
        if (entry_of((struct story *)s, i, "batch/" STORY_BATCH, e) && strcmp(e->kind, kind) == 0)
            return i;
    fail_msg("no entry %s", kind);
    return 0;
}

void story_forget(struct story *s, const char *kind, const char *name)
{
    struct entry e;
    newest(s, kind, &e);
    assert_non_null(map_remove(&s->rig.salted, json_get_str(e.pd, name)));
}

uint64_t story_idx(const struct story *s, const char *kind)
{
    struct entry e;
    return newest(s, kind, &e);
}

struct record *story_record_of(struct story *s, const char *batch, uint64_t size, bool disclosures_too)
{
    char forms[128], staff[128], *why = NULL;
    struct record *r = NULL;
    snprintf(forms, sizeof(forms), "%s/form.yaml", s->dir);
    snprintf(staff, sizeof(staff), "%s/staff.yaml", s->dir);
    struct record_query q = {.batch = batch,
                             .size = size,
                             .disclosures = disclosures_too,
                             .catalogue = ETC_DIR "/catalogue.yaml",
                             .clauses = ETC_DIR "/clauses.yaml",
                             .words = ETC_DIR "/report-words.yaml",
                             .form = forms,
                             .staff = staff};
    if (record_make(&s->source, &q, &r, &why) != 0)
        fail_msg("%s", why ? why : "no record");
    return r;
}

struct record *story_record(struct story *s, uint64_t size, bool disclosures_too)
{
    return story_record_of(s, STORY_BATCH, size, disclosures_too);
}
