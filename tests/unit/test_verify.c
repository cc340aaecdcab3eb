/*
 * Bundles, whole and doctored: each doctored one must end with its class, naming file and rule. Except where
 * a case is about MANIFEST.sha256 itself, the forger has made it anew.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/batchmap.h"
#include "base/cosig.h"
#include "base/enc.h"
#include "base/json.h"
#include "seeded.h"
#include "verify_cases.h"

struct buf held[4];

void give(struct verify_text *t, int i, const char *name)
{
    *t = (struct verify_text){name, held[i].data, held[i].len};
}

/* ---- playing them ---- */

static void tell(const struct verify *v)
{
    const struct verify_failure *f;
    size_t n = verify_failures(v, &f);
    for (size_t i = 0; i < n && i < 8; i++)
        print_message("# %s %s: %s (%s)\n", f[i].rule, f[i].file, f[i].en, f[i].detail ? f[i].detail : "");
}

static bool names(const struct verify *v, const char *rule, const char *file)
{
    const struct verify_failure *f;
    size_t n = verify_failures(v, &f);
    for (size_t i = 0; i < n; i++)
        if (strcmp(f[i].rule, rule) == 0 && strcmp(f[i].file, file) == 0)
            return true;
    return false;
}

static void test_case(void **state)
{
    const struct doctored *d = *state;
    struct verify_options opt = {0};
    struct bundle_rig r;
    struct buf zip;
    for (size_t i = 0; i < 4; i++)
        buf_init(&held[i]);
    buf_init(&zip);
    rig_init(&r, &d->plan);
    if (d->doctor)
        d->doctor(&r, &opt);
    if (!d->unsealed)
        rig_seal(&r);
    rig_zip(&r, &zip);
    struct verify *v = verify_run(zip.data, zip.len, &opt);
    if (verify_class(v) != d->class || (d->rule && !names(v, d->rule, d->file)))
        tell(v);
    assert_int_equal(verify_class(v), d->class);
    if (d->rule)
        assert_true(names(v, d->rule, d->file));
    verify_free(v);
    rig_fini(&r);
    buf_fini(&zip);
    for (size_t i = 0; i < 4; i++)
        buf_fini(&held[i]);
}

/* ---- reports ---- */

static void report(const struct rig_plan *plan, doctor_fn doctor, bool json, struct buf *ret)
{
    struct verify_options opt = {0};
    struct bundle_rig r;
    struct buf zip;
    buf_init(&zip);
    rig_init(&r, plan);
    if (doctor)
        doctor(&r, &opt);
    rig_seal(&r);
    rig_zip(&r, &zip);
    struct verify *v = verify_run(zip.data, zip.len, &opt);
    if (json)
        verify_report_json(v, ret);
    else
        verify_report_text(v, true, ret);
    verify_free(v);
    rig_fini(&r);
    buf_fini(&zip);
}

static void test_json_report_tells_brackets(void **state)
{
    const struct rig_plan plan = {FULL};
    const struct json *o;
    struct arena a;
    struct buf b;
    (void)state;
    arena_init(&a, 0);
    buf_init(&b);
    report(&plan, NULL, true, &b);
    assert_int_equal(json_parse(&a, b.data, b.len - 1, &o, NULL), CPF_OK);
    assert_true(json_get_bool(o, "ok"));
    const struct json *first = json_get(o, "entries")->child, *last = json_get(o, "entries")->last;
    /* before the earlier stamp, and between the two */
    assert_null(json_get_str(first, "without"));
    assert_non_null(json_get_str(first, "with"));
    assert_non_null(json_get_str(last, "without"));
    assert_true(strcmp(json_get_str(last, "without"), json_get_str(last, "with")) < 0);
    assert_true(strcmp(json_get_str(first, "with"), json_get_str(last, "with")) < 0);
    assert_true(strcmp(json_get_str(last, "without"), json_get_str(last, "at")) < 0);
    buf_fini(&b);
    arena_fini(&a);
}

static void test_text_report_names_rule_and_file(void **state)
{
    const struct rig_plan plan = {CLOSED};
    const struct doctored *d = cases_log;
    struct buf b;
    (void)state;
    buf_init(&b);
    while (strcmp(d->name, "entry_edited") != 0)
        d++;
    report(&plan, d->doctor, false, &b);
    assert_non_null(strstr(b.data, "不合格"));
    assert_non_null(strstr(b.data, "[proof.inclusion] entries/00003.json"));
    buf_fini(&b);
}

static void test_nothing_of_other_batches_inside(void **state)
{
    const struct rig_plan plan = {FULL};
    struct bundle_rig r;
    (void)state;
    rig_init(&r, &plan);
    for (size_t i = 0; i < r.nfiles; i++)
        assert_null(memmem(r.file[i].data.data, r.file[i].data.len, RIG_MARKER, strlen(RIG_MARKER)));
    rig_fini(&r);
}

/* Any byte of any file changed, sealed anew: never "everything holds". */
static void test_any_bent_byte_is_noticed(void **state)
{
    const struct rig_plan plan = {.steps = 3, .others = 1, .map = true, .witness = true, .voids = true};
    struct seeded s = {42};
    (void)state;
    for (int round = 0; round < 400; round++) {
        struct verify_options opt = {0};
        struct bundle_rig r;
        struct buf zip;
        buf_init(&zip);
        rig_init(&r, &plan);
        struct rig_file *f = &r.file[seeded_below(&s, r.nfiles)];
        size_t at = seeded_below(&s, f->data.len);
        char name[BUNDLE_NAME];
        f->data.data[at] ^= (char)(1 << seeded_below(&s, 7));
        snprintf(name, sizeof(name), "%s", f->name);
        if (strcmp(name, BUNDLE_MANIFEST) != 0)
            rig_seal(&r);
        rig_zip(&r, &zip);
        struct verify *v = verify_run(zip.data, zip.len, &opt);
        if (verify_class(v) <= VERIFY_LESSER)
            fail_msg("byte %zu of %s", at, name);
        verify_free(v);
        rig_fini(&r);
        buf_fini(&zip);
    }
}

static bool in_tables(const char *rule)
{
    static const struct doctored *const tables[] = {cases_log,   cases_keys,  cases_known,
                                                    cases_files, cases_rules, cases_basis};
    for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
        for (const struct doctored *d = tables[i]; d->name; d++)
            if (d->rule && strcmp(d->rule, rule) == 0)
                return true;
    return strncmp(rule, "zip.", 4) == 0 || strcmp(rule, "layout.unknown") == 0; /* test_verify_zip */
}

static void test_every_rule_has_a_bundle_that_breaks_it(void **state)
{
    const struct verify_failure *f;
    (void)state;
    for (size_t i = 0; (f = verify_rule(i)); i++)
        if (!in_tables(f->rule))
            fail_msg("no bundle breaks %s", f->rule);
}

static void test_every_rule_is_told_in_both_languages(void **state)
{
    const struct verify_failure *f;
    (void)state;
    for (size_t i = 0; (f = verify_rule(i)); i++) {
        assert_non_null(f->rule);
        assert_true(f->class >= VERIFY_LESSER && f->class <= VERIFY_REPORT);
        assert_true(strlen(f->ja) > 3 && strlen(f->en) > 3);
    }
}

static void read_doc(struct buf *ret)
{
    FILE *in = fopen(EVIDENCE_DOC, "r");
    assert_non_null(in);
    buf_init(ret);
    for (int c; (c = fgetc(in)) != EOF;)
        buf_addc(ret, (char)c);
    fclose(in);
}

static void test_every_rule_is_documented(void **state)
{
    const struct verify_failure *f;
    char row[100];
    struct buf doc;
    (void)state;
    read_doc(&doc);
    for (size_t i = 0; (f = verify_rule(i)); i++) {
        snprintf(row, sizeof(row), "| %d | `%s` | ", (int)f->class, f->rule);
        if (!strstr(doc.data, row))
            fail_msg("doc/evidence-bundle.md does not tell %s", f->rule);
    }
    buf_fini(&doc);
}

/* Whoever changes README.txt adds its digest to the table: the bundles of today must verify in thirty years.
 */
static void test_readme_of_this_version_is_in_the_table(void **state)
{
    struct buf digest;
    (void)state;
    buf_init(&digest);
    bundle_readme_digest(&digest);
    assert_string_equal(digest.data, bundle_readme_newest());
    struct buf doc;
    read_doc(&doc);
    assert_non_null(strstr(doc.data, bundle_readme_newest())); /* and whoever has the page alone knows it */
    buf_fini(&doc);
    buf_fini(&digest);
}

/* The example of the document is what this program makes of it. */
static void test_example_of_the_document_is_right(void **state)
{
    static const char entry[] = "{\"actor\":{\"performed\":\"system\"},\"at\":\"2026-04-01T00:00:00.000Z\","
                                "\"body\":{\"count\":1},\"clock\":{"
                                "\"state\":\"synchronised\"},\"kind\":\"batch.closed\",\"n\":"
                                "\"AAECAwQFBgcICQoLDA0ODw\",\"prev\":\"\",\"sseq\":1,"
                                "\"stream\":\"batch/X\",\"v\":1,\"zone\":\"Asia/Tokyo\"}";
    static const char salted[] = "WyJBQUVDQXdRRkJnY0lDUW9MREEwT0R4QVJFaE1VRlJZWEdCa2FHeHdkSGg4IiwiZG9ub3JfbmF"
                                 "tZSIsIuWxseeUsCDoirHlrZAiXQ";
    static const uint8_t pub[KEY_PUB] = {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe,
                                         0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6,
                                         0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};
    struct entry e = {0};
    struct note_key k;
    struct arena a;
    struct buf doc, want;
    uint8_t salt[32], row[BATCHMAP_ROW], root[HASH_LEN];
    char id[23], digest[44];
    const char *name, *value;
    (void)state;
    arena_init(&a, 0);
    buf_init(&want);
    read_doc(&doc);
    for (uint8_t i = 0; i < 32; i++)
        salt[i] = i;
    assert_int_equal(strlen(entry), 231);
    assert_int_equal(entry_read(&e, &a, entry, strlen(entry)), CPF_OK);
    buf_printf(&want, "%s\n", entry);
    enc_hex(&want, e.leaf, HASH_LEN);
    enc_digest(e.leaf, digest);
    buf_printf(&want, "\n%s\n", digest);
    assert_non_null(strstr(doc.data, want.data));
    struct checkpoint c = {.origin = "cpf.example/x", .size = 1};
    memcpy(c.root, e.leaf, HASH_LEN);
    buf_clear(&want);
    checkpoint_format(&c, &want);
    assert_non_null(strstr(doc.data, want.data));
    key_id(pub, id);
    buf_clear(&want);
    enc_digest(pub, digest);
    buf_printf(&want, "%s\n%s\n", digest, id);
    assert_int_equal(note_key_make(&k, "cpf.example/x", pub), CPF_OK);
    note_key_format(&k, &want);
    buf_addc(&want, '\n');
    assert_int_equal(cosig_key_make(&k, "w.example", pub), CPF_OK);
    cosig_key_format(&k, &want);
    buf_addc(&want, '\n');
    entry_act_message(&want, "cpf.example/x", id, "{}");
    assert_non_null(strstr(doc.data, want.data));
    assert_non_null(strstr(doc.data, salted));
    assert_int_equal(
        disclosure_open(&a, salted, "PsZxZLHCUV3WCLy3TZ5eStS4r-GGTd5MsWuTuKkRuF8", &name, &value), CPF_OK);
    assert_string_equal(value, "山田 花子");
    batchmap_row(salt, "batch/X", 1, e.leaf, row);
    batchmap_root((const uint8_t(*)[BATCHMAP_ROW]) & row, 1, root);
    buf_clear(&want);
    enc_hex(&want, row, sizeof(row));
    enc_digest(root, digest);
    buf_printf(&want, "\n%s\n", digest);
    assert_non_null(strstr(doc.data, want.data));
    buf_fini(&want);
    buf_fini(&doc);
    arena_fini(&a);
}

/* A name that clears the screen, turns the line round and adds a verdict of its own. */
static void bad_name(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "bundle.json", "batch/NK-2026-0007",
             "\xc2\x9b"
             "2J\xe2\x80\xae"
             "\\nVERIFIED: everything holds");
}

static void test_names_of_a_bundle_do_not_steer_the_terminal(void **state)
{
    const struct rig_plan plan = {CLOSED};
    struct buf b;
    (void)state;
    buf_init(&b);
    for (int json = 0; json < 2; json++) {
        buf_clear(&b);
        report(&plan, bad_name, json, &b);
        assert_null(strstr(b.data, "\xc2\x9b"));
        assert_null(strstr(b.data, "\xe2\x80\xae"));
        assert_null(strstr(b.data, "\nVERIFIED"));
        assert_non_null(strstr(b.data, json ? "\\u009b" : "<U+009B>"));
    }
    buf_fini(&b);
}

static void test_lesser_statement_is_no_verdict_of_whole(void **state)
{
    const struct rig_plan plan = {BARE};
    struct buf b;
    (void)state;
    buf_init(&b);
    report(&plan, NULL, true, &b);
    assert_non_null(strstr(b.data, "\"exit\":3"));
    assert_non_null(strstr(b.data, "\"ok\":false"));
    assert_non_null(strstr(b.data, "\"rule\":\"closed.unmapped\""));
    buf_clear(&b);
    report(&plan, NULL, false, &b);
    assert_non_null(strstr(b.data, "限定合格"));
    assert_null(strstr(b.data, "すべて確認できた"));
    buf_fini(&b);
}

static void with_root(struct bundle_rig *r, struct verify_options *o)
{
    const struct buf *root = rig_file(r, "keys/root.txt");
    o->root = (struct verify_text){"root.txt", root->data, root->len};
}

/* What rests on a key of its own says so before anything else. */
static void test_whoever_brings_no_root_key_is_told_so_first(void **state)
{
    const struct rig_plan plan = {CLOSED};
    struct buf b;
    (void)state;
    buf_init(&b);
    report(&plan, with_root, false, &b);
    assert_non_null(strstr(b.data, "合格: 記録はすべて確認できた\n"));
    buf_clear(&b);
    report(&plan, NULL, false, &b);
    assert_non_null(strstr(b.data, "束の中の根鍵によれば"));
    buf_fini(&b);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(test_readme_of_this_version_is_in_the_table),
        cmocka_unit_test(test_lesser_statement_is_no_verdict_of_whole),
        cmocka_unit_test(test_whoever_brings_no_root_key_is_told_so_first),
        cmocka_unit_test(test_example_of_the_document_is_right),
        cmocka_unit_test(test_names_of_a_bundle_do_not_steer_the_terminal),
        cmocka_unit_test(test_json_report_tells_brackets),
        cmocka_unit_test(test_text_report_names_rule_and_file),
        cmocka_unit_test(test_nothing_of_other_batches_inside),
        cmocka_unit_test(test_any_bent_byte_is_noticed),
        cmocka_unit_test(test_every_rule_has_a_bundle_that_breaks_it),
        cmocka_unit_test(test_every_rule_is_told_in_both_languages),
        cmocka_unit_test(test_every_rule_is_documented),
    };
    static const struct doctored *const tables[] = {cases_log,   cases_keys,  cases_known,
                                                    cases_files, cases_rules, cases_basis};
    struct CMUnitTest tests[260];
    size_t n = 0;
    for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
        for (const struct doctored *d = tables[i]; d->name; d++) {
            assert_true(n + sizeof(others) / sizeof(*others) < sizeof(tests) / sizeof(*tests));
            tests[n++] = (struct CMUnitTest){d->name, test_case, NULL, NULL, (void *)d};
        }
    memcpy(tests + n, others, sizeof(others));
    n += sizeof(others) / sizeof(*others);
    return _cmocka_run_group_tests("verify", tests, n, NULL, NULL);
}
