/* Rotation of the log's key: overlap, end of the old key, revocation, and what is refused on the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <unistd.h>
#include "base/enc.h"
#include "base/keymanifest.h"
#include "rig.h"
#include "softhsm.h"

#define OFF "set session_replication_role = replica; "

struct keys {
    char old_file[400], new_file[400], old[256], new[256];
};

/* A log with some entries under its first key, and a second one that waits. */
static void begin(struct rig *r, struct keys *k, void **state)
{
    struct node n;
    memset(k, 0, sizeof(*k));
    rig_up(r, *state);
    snprintf(k->old, sizeof(k->old), "%.255s", r->vkey);
    memcpy(k->old_file, r->key, sizeof(k->old_file));
    snprintf(k->new_file, sizeof(k->new_file), "%s/key2", r->dir);
    node_start(&n, r);
    node_until_ready(&n);
    node_submit(&n, "batch/A", 3);
    node_until_settled(&n, 1);
    node_stop(&n);
    snprintf(r->next, sizeof(r->next), "%s", k->new_file);
    rig_newkey(r, k->new);
    *r->next = '\0';
}

/* What the signer holds, and what stands in the vkey file; "" for none. */
static void use(struct rig *r, const char *key, const char *next, const char *line, const char *line2)
{
    rig_signer_kill(r);
    snprintf(r->key, sizeof(r->key), "%s", key);
    snprintf(r->next, sizeof(r->next), "%s", next);
    snprintf(r->vkey, sizeof(r->vkey), "%s%s%s", line, *line2 ? "\n" : "", line2);
    rig_signer_start(r);
}

/* Each run has its own stream: a node knows those it folded, and their chains. */
static void work(struct rig *r, const char *stream)
{
    struct node n;
    node_start(&n, r);
    node_until_ready(&n);
    node_submit(&n, stream, 2);
    node_submit(&n, stream, 1);
    node_until_settled(&n, 2);
    node_stop(&n);
    rig_audit_ok(r);
}

static int signatures(struct rig *r, const char *which)
{
    return atoi(rig_sql(r,
                        "select coalesce(sum(length(note) - length(replace(note, '\u2014', ''))), 0) "
                        "from cpf.checkpoint where size = (select %s(size) from cpf.checkpoint)",
                        which));
}

static void test_rotation_overlap_and_end(void **state)
{
    struct rig r;
    struct keys k;
    begin(&r, &k, state);
    assert_int_equal(signatures(&r, "max"), 1);
    use(&r, k.old_file, k.new_file, k.old, k.new);
    work(&r, "batch/B");
    assert_int_equal(signatures(&r, "max"), 2);
    assert_string_equal(
        rig_sql(&r, "select body::json->'body'->>'old' from cpf.entry where kind = 'key.rotated'"), k.old);
    assert_string_equal(
        rig_sql(&r, "select body::json->'body'->>'new' from cpf.entry where kind = 'key.rotated'"), k.new);
    assert_string_equal(rig_sql(&r, "select (body::json->'body'->>'from')::int8 - idx from cpf.entry "
                                    "where kind = 'key.rotated'"),
                        "1");
    work(&r, "batch/C"); /* a restart within the overlap says nothing again */
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.entry where kind = 'key.rotated'"), "1");
    use(&r, k.new_file, "", k.new, "");
    work(&r, "batch/D");
    assert_int_equal(signatures(&r, "max"), 1);
    assert_int_equal(signatures(&r, "min"), 1);
    snprintf(r.vkey, sizeof(r.vkey), "%s", k.old);
    node_refused(&r, "is not what its signed note says"); /* a vkey file from before */
    rig_audit_fails(&r, "is not signed by the key given");
    rig_down(&r);
}

static void test_rotation_needs_both_keys_in_the_signer(void **state)
{
    struct rig r;
    struct keys k;
    begin(&r, &k, state);
    use(&r, k.old_file, "", k.old, k.new);
    node_refused(&r, "does not sign with the key");
    use(&r, k.old_file, k.new_file, k.old, k.new); /* what was signed alone becomes void */
    work(&r, "batch/B");
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.entry where body is null"), "1");
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.entry where kind = 'key.rotated'"), "1");
    rig_down(&r);
}

static void test_rotation_refuses_a_key_alone_that_the_log_does_not_know(void **state)
{
    struct rig r;
    struct keys k;
    begin(&r, &k, state);
    use(&r, k.old_file, k.new_file, k.new, k.old);
    node_refused(&r, "does not know the key");
    use(&r, k.old_file, k.new_file, k.new, "");
    node_refused(&r, "is not what its signed note says");
    use(&r, k.old_file, k.new_file, k.old, ""); /* the signer may be ahead */
    work(&r, "batch/B");
    assert_int_equal(signatures(&r, "max"), 2);
    rig_down(&r);
}

/* ---- killed at each moment ---- */

static void test_rotation_survives_kills(void **state)
{
    struct rig r;
    struct keys k;
    struct node n;
    begin(&r, &k, state);
    use(&r, k.old_file, k.new_file, k.old, k.new);
    node_start(&n, &r);
    for (int ms = 0; ms < 40; ms += 4) {
        rig_run(&r, ms);
        node_stop(&n);
        rig_signer_kill(&r);
        rig_signer_start(&r);
        node_start(&n, &r);
    }
    node_until_ready(&n);
    node_stop(&n);
    work(&r, "batch/B");
    assert_string_equal(rig_sql(&r, "select count(*) from cpf.entry where kind = 'key.rotated'"), "1");
    use(&r, k.new_file, "", k.new, "");
    work(&r, "batch/C");
    rig_down(&r);
}

static bool was_away(void *arg)
{
    return ((struct node *)arg)->away > 0;
}

/* A living daemon sees the signer start again with a second key, and takes its notes. */
static void test_rotation_of_the_signer_under_a_living_daemon(void **state)
{
    struct rig r;
    struct keys k;
    struct node n;
    begin(&r, &k, state);
    node_start(&n, &r);
    node_until_ready(&n);
    rig_signer_kill(&r);
    snprintf(r.next, sizeof(r.next), "%s", k.new_file);
    rig_signer_start(&r);
    assert_true(rig_until(&r, was_away, &n, 10000));
    node_until_ready(&n);
    node_submit(&n, "batch/B", 2);
    node_until_settled(&n, 1);
    assert_int_equal(signatures(&r, "max"), 2);
    node_stop(&n);
    rig_audit_ok(&r);
    rig_down(&r);
}

/* ---- the manifest ---- */

struct paper {
    struct key *root;
    char manifest[400], root_file[400];
    struct keymanifest m;
};

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void add_line(struct paper *p, const char *vkey, uint64_t from, uint64_t until)
{
    struct keymanifest_line *l = &p->m.line[p->m.n++];
    *l = (struct keymanifest_line){.role = KEYMANIFEST_LOG, .from = from, .until = until};
    assert_int_equal(note_key_parse(&l->key, vkey), 0);
}

static void sign_paper(struct paper *p)
{
    struct buf note;
    buf_init(&note);
    p->m.serial++;
    assert_int_equal(keymanifest_sign(&p->m, "test/root", p->root, &note), 0);
    write_file(p->manifest, note.data);
    buf_fini(&note);
}

static void make_paper(struct paper *p, const struct rig *r)
{
    uint8_t seed[KEY_SEED] = {42}, pub[KEY_PUB];
    struct note_key name;
    struct buf line;
    memset(p, 0, sizeof(*p));
    assert_int_equal(key_from_seed(seed, &p->root), 0);
    key_public(p->root, pub);
    assert_int_equal(note_key_make(&name, "test/root", pub), 0);
    snprintf(p->m.origin, sizeof(p->m.origin), "%s", r->origin);
    snprintf(p->manifest, sizeof(p->manifest), "%s/manifest", r->dir);
    snprintf(p->root_file, sizeof(p->root_file), "%s/root", r->dir);
    buf_init(&line);
    note_key_format(&name, &line);
    write_file(p->root_file, line.data);
    buf_fini(&line);
}

static void audit_says(struct rig *r, const struct paper *p, const char *what)
{
    const char *text;
    int code = rig_audit_manifest(r, p->manifest, p->root_file, &text);
    if (code != (what ? 4 : 0) || (what && !strstr(text, what)))
        fail_msg("audit should say \"%s\", says %d: %s", what ? what : "ok", code, text);
}

static uint64_t number(struct rig *r, const char *sql)
{
    return strtoull(rig_sql(r, "%s", sql), NULL, 10);
}

static void test_audit_by_manifest_before_during_and_after_a_rotation(void **state)
{
    struct rig r;
    struct keys k;
    struct paper p;
    begin(&r, &k, state);
    make_paper(&p, &r);
    add_line(&p, k.old, 0, KEYMANIFEST_ALWAYS);
    sign_paper(&p);
    audit_says(&r, &p, NULL);
    use(&r, k.old_file, k.new_file, k.old, k.new);
    work(&r, "batch/B");
    audit_says(&r, &p, "key.rotated names a key that the manifest does not");
    uint64_t from =
        number(&r, "select body::json->'body'->>'from' from cpf.entry where kind = 'key.rotated'");
    add_line(&p, k.new, from, KEYMANIFEST_ALWAYS);
    sign_paper(&p);
    audit_says(&r, &p, NULL);
    uint64_t until = number(&r, "select size from cpf.log_head");
    /* Whoever has one of the keys alone: the other's line is missing. */
    rig_sql(&r,
            OFF "create table was as select * from cpf.checkpoint where size = %llu;"
                "update cpf.checkpoint set note = regexp_replace(note, '[^\n]*\n$', '') where size = %llu;"
                "update cpf.log_head set note = (select c.note from cpf.checkpoint c where c.size = %llu)",
            (unsigned long long)until, (unsigned long long)until, (unsigned long long)until);
    audit_says(&r, &p, "in an overlap both do");
    rig_sql(&r, OFF "update cpf.checkpoint c set note = w.note from was w where w.size = c.size;"
                    "update cpf.log_head set note = (select note from was); drop table was");
    audit_says(&r, &p, NULL);
    use(&r, k.new_file, "", k.new, "");
    work(&r, "batch/C");
    p.m.line[0].until = until;
    sign_paper(&p);
    audit_says(&r, &p, NULL);
    key_free(p.root);
    rig_down(&r);
}

static void test_audit_names_a_revoked_key(void **state)
{
    struct rig r;
    struct keys k;
    struct paper p;
    begin(&r, &k, state);
    make_paper(&p, &r);
    uint64_t until = number(&r, "select size from cpf.log_head");
    add_line(&p, k.old, 0, until);
    add_line(&p, k.new, until + 1, KEYMANIFEST_ALWAYS);
    sign_paper(&p);
    audit_says(&r, &p, NULL);
    work(&r, "batch/B"); /* whoever holds the stolen key goes on */
    audit_says(&r, &p, "revoked");
    key_free(p.root);
    rig_down(&r);
}

static void test_audit_wants_the_root_keys_own_manifest(void **state)
{
    struct rig r;
    struct keys k;
    struct paper p;
    const char *text;
    begin(&r, &k, state);
    make_paper(&p, &r);
    add_line(&p, k.old, 0, KEYMANIFEST_ALWAYS);
    sign_paper(&p);
    write_file(p.root_file, k.new);
    assert_int_equal(rig_audit_manifest(&r, p.manifest, p.root_file, &text), 2);
    key_free(p.root);
    rig_down(&r);
}

/* ---- a key in a token ---- */

static void test_group_commit_with_a_key_in_a_token(void **state)
{
    struct rig r = {0};
    struct softhsm hsm;
    struct node n;
    if (!softhsm_up(&hsm))
        skip();
    snprintf(r.key, sizeof(r.key), "pkcs11:token=" SOFTHSM_TOKEN ";object=log");
    r.module = hsm.module;
    r.pin = hsm.pin;
    rig_up_key(&r, *state);
    node_start(&n, &r);
    node_until_ready(&n);
    for (int i = 0; i < 200; i++)
        node_submit(&n, i % 2 ? "batch/A" : "batch/B", 1 + (size_t)(i % 3));
    node_until_settled(&n, 200);
    node_stop(&n);
    rig_audit_ok(&r);
    rig_signer_kill(&r);
    rig_signer_start(&r);
    work(&r, "batch/C");
    rig_down(&r);
    softhsm_down(&hsm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rotation_overlap_and_end),
        cmocka_unit_test(test_rotation_needs_both_keys_in_the_signer),
        cmocka_unit_test(test_rotation_refuses_a_key_alone_that_the_log_does_not_know),
        cmocka_unit_test(test_rotation_survives_kills),
        cmocka_unit_test(test_rotation_of_the_signer_under_a_living_daemon),
        cmocka_unit_test(test_audit_by_manifest_before_during_and_after_a_rotation),
        cmocka_unit_test(test_audit_names_a_revoked_key),
        cmocka_unit_test(test_audit_wants_the_root_keys_own_manifest),
        cmocka_unit_test(test_group_commit_with_a_key_in_a_token),
    };
    return cmocka_run_group_tests(tests, rig_cluster_up, rig_cluster_down);
}
