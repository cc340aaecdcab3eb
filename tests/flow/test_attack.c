/*
 * The attacks of the database's owner that start and audit must notice. The attacker is a superuser with the
 * triggers out of the way (session_replication_role) who computes whatever needs no key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <libpq-fe.h>
#include "base/enc.h"
#include "base/merkle.h"
#include "rig.h"

/* Open streams: log, batch/open. Closed: batch/shut (first). 1 + 300 + 1 + 300 entries. */
static void begin(struct rig *r, void **state)
{
    struct node n;
    rig_up(r, *state);
    node_start(&n, r);
    node_until_ready(&n);
    for (int i = 0; i < 100; i++)
        node_submit(&n, "batch/shut", 3);
    node_submit_kind(&n, "batch/shut", "batch.closed");
    node_until_settled(&n, 101);
    for (int i = 0; i < 100; i++)
        node_submit(&n, "batch/open", 3);
    node_until_settled(&n, 201);
    node_stop(&n);
    rig_audit_ok(r);
}

#define OFF "set session_replication_role = replica; "

static void test_attack_entry_edited_in_an_open_stream(void **state)
{
    struct rig r;
    begin(&r, state);
    rig_sql(&r, OFF "update cpf.entry set body = replace(body, 'accepted', 'accepteD') where idx = 400");
    rig_audit_fails(&r, "entry 400 (batch/open): its bytes do not give its leaf");
    node_refused(&r, "entry 400 (batch/open): its bytes do not give the leaf that was signed");
    rig_down(&r);
}

static void test_attack_entry_edited_in_a_closed_stream(void **state)
{
    struct rig r;
    begin(&r, state);
    rig_sql(&r, OFF "update cpf.entry set body = replace(body, 'accepted', 'accepteD') where idx = 100");
    rig_audit_fails(&r, "entry 100 (batch/shut): its bytes do not give its leaf");
    rig_down(&r);
}

static void test_attack_column_edited(void **state)
{
    struct rig r;
    static const char *const column[] = {"kind = 'x'", "at = at + interval '1 ms'", "id = gen_random_uuid()"};
    begin(&r, state);
    for (size_t i = 0; i < 3; i++) {
        char want[64] = "column ";
        strncat(want, column[i], strcspn(column[i], " "));
        rig_sql(&r, "create table keep as select * from cpf.entry where idx = 400");
        rig_sql(&r, OFF "update cpf.entry set %s where idx = 400", column[i]);
        rig_audit_fails(&r, want);
        node_refused(&r, "entry 400 (batch/open): its columns are not what its bytes say");
        rig_sql(&r, OFF
                "update cpf.entry e set kind = k.kind, at = k.at, id = k.id from keep k where e.idx = k.idx; "
                "drop table keep");
    }
    node_accepted(&r);
    rig_down(&r);
}

/* Recomputes leaf, tiles and root as the attacker would, after one body was changed; returns the root as hex.
 */
static const char *rewrite_tree(struct rig *r)
{
    static struct buf hex;
    struct merkle_edge edge;
    uint8_t root[HASH_LEN];
    char conninfo[600];
    rig_sql(r, OFF "update cpf.entry set leaf = sha256('\\x00'::bytea || convert_to(body, 'UTF8'))");
    rig_sql(r, OFF
            "update cpf.tile t set data = (select string_agg(leaf, ''::bytea order by idx) from cpf.entry e "
            "where e.idx / 256 = t.n) where level = 0");
    snprintf(conninfo, sizeof(conninfo), "host=%s/run user=postgres dbname=%s", r->cluster->dir, r->db);
    PGconn *pg = PQconnectdb(conninfo);
    PGresult *res = PQexecParams(pg, "select leaf from cpf.entry order by idx", 0, NULL, NULL, NULL, NULL, 1);
    merkle_edge_init(&edge);
    for (int i = 0; i < PQntuples(res); i++)
        merkle_edge_add(&edge, (const uint8_t *)PQgetvalue(res, i, 0));
    PQclear(res);
    PQfinish(pg);
    merkle_edge_root(&edge, root);
    buf_clear(&hex);
    enc_hex(&hex, root, HASH_LEN);
    return hex.data;
}

static void test_attack_everything_rewritten_consistently(void **state)
{
    struct rig r;
    begin(&r, state);
    rig_sql(&r, OFF "update cpf.entry set body = replace(body, 'accepted', 'accepteD') where idx = 301");
    const char *root = rewrite_tree(&r);
    node_refused(&r, "do not give the signed root"); /* head still as signed */
    rig_audit_fails(&r, "checkpoint ");
    rig_sql(&r, OFF "update cpf.log_head set root = '\\x%s'", root);
    node_refused(&r, "is not what its signed note says");
    rig_audit_fails(&r, "is not what its checkpoint says");
    rig_down(&r);
}

static void test_attack_head_signed_with_another_key(void **state)
{
    struct rig r;
    struct key *key;
    struct checkpoint c = {.size = 602};
    struct buf text, note;
    uint8_t seed[KEY_SEED] = {7};
    begin(&r, state);
    rig_sql(&r, OFF "update cpf.entry set body = replace(body, 'accepted', 'accepteD') where idx = 100");
    const char *root = rewrite_tree(&r);
    assert_int_equal(enc_unhex(root, 64, c.root, HASH_LEN), 0);
    snprintf(c.origin, sizeof(c.origin), "%s", r.origin);
    buf_init(&text);
    buf_init(&note);
    checkpoint_format(&c, &text);
    assert_int_equal(key_from_seed(seed, &key), 0);
    assert_int_equal(note_sign(text.data, text.len, r.origin, key, &note), 0);
    rig_sql(&r, OFF "update cpf.log_head set root = '\\x%s', note = '%s'", root, note.data);
    rig_sql(&r, OFF "update cpf.checkpoint set note = '%s' where size = 602", note.data);
    node_refused(&r, "is not what its signed note says");
    rig_audit_fails(&r, "is not signed by the key given");
    key_free(key);
    buf_fini(&text);
    buf_fini(&note);
    rig_down(&r);
}

static void test_attack_forged_entry_at_the_tail(void **state)
{
    struct rig r;
    begin(&r, state);
    rig_sql(&r, "insert into cpf.entry (idx, stream, sseq, kind, at, body, leaf) select 602, stream, sseq + "
                "1, kind, at, "
                "body, leaf from cpf.entry where idx = 601");
    node_refused(&r, "rows beyond the head");
    rig_audit_fails(&r, "rows beyond the head");
    rig_sql(&r, OFF "update cpf.log_head set size = 603");
    rig_sql(&r, "insert into cpf.checkpoint select 603, note from cpf.checkpoint where size = 602");
    node_refused(&r, "is not what its signed note says");
    rig_audit_fails(&r, "is not what its checkpoint says");
    rig_down(&r);
}

static void cut_tail(struct rig *r)
{
    rig_sql(
        r, OFF
        "delete from cpf.checkpoint where size > (select min(size) from cpf.checkpoint where size >= 302)");
    rig_sql(r, OFF "delete from cpf.entry where idx >= (select max(size) from cpf.checkpoint)");
    rig_sql(r, OFF "delete from cpf.disclosure where idx >= (select max(size) from cpf.checkpoint)");
    rig_sql(r, OFF "delete from cpf.tile where (n + 1) * 256 > (select max(size) from cpf.checkpoint)");
}

/* By itself the smaller log is flawless: the signer's own mark is what catches it. */
static void test_attack_tail_cut(void **state)
{
    struct rig r;
    begin(&r, state);
    cut_tail(&r);
    node_refused(&r, "the tail is cut");
    rig_audit_fails(&r, "the newest checkpoint is for size");
    char root[80];
    snprintf(root, sizeof(root), "%s",
             rig_sql(&r, "select encode(decode(split_part(note, e'\\n', 3), 'base64'), 'hex') "
                         "from cpf.checkpoint order by size desc limit 1"));
    rig_sql(&r,
            OFF "update cpf.log_head set root = '\\x%s', size = c.size, note = c.note from (select * from "
                "cpf.checkpoint order by size desc limit 1) c",
            root);
    rig_audit_ok(&r);
    node_refused(&r, "signer.behind");
    rig_down(&r);
}

static void test_attack_old_backup_restored(void **state)
{
    struct rig r;
    struct node n;
    char old[32];
    begin(&r, state);
    snprintf(old, sizeof(old), "%s", r.db);
    struct rig backup = r;
    snprintf(backup.db, sizeof(backup.db), "%s", "postgres");
    rig_sql(&backup, "drop database if exists backup");
    rig_sql(&backup, "create database backup template %s", old);
    node_start(&n, &r);
    node_until_ready(&n);
    node_submit(&n, "batch/open", 3);
    node_until_settled(&n, 1);
    node_stop(&n);
    rig_sql(&backup, "drop database %s with (force)", old);
    rig_sql(&backup, "alter database backup rename to %s", old);
    rig_audit_ok(&r);
    node_refused(&r, "signer.behind");
    rig_down(&r);
}

#define NO_BODY "body = null, stream = null, sseq = null, kind = null, at = null, id = null"

static void test_attack_bodies_removed_to_pass_as_void(void **state)
{
    struct rig r;
    begin(&r, state);
    rig_sql(&r, OFF "update cpf.entry set " NO_BODY " where idx >= 599");
    node_refused(&r, "are not those that cpf-signer gave up");
    rig_audit_fails(&r, "have no body and no log.void names them");
    rig_down(&r);

    begin(&r, state);
    rig_sql(&r, OFF "update cpf.entry set " NO_BODY " where idx = 100");
    node_refused(&r, "no log.void names them");
    rig_audit_fails(&r, "it is not the log.void that must name them");
    rig_down(&r);
}

static void test_attack_entry_deleted_or_reordered(void **state)
{
    struct rig r;
    begin(&r, state);
    rig_sql(&r, OFF "delete from cpf.entry where idx = 100");
    rig_audit_fails(&r, "entry 100 is missing");
    rig_down(&r);

    begin(&r, state);
    rig_sql(
        &r, OFF
        "update cpf.entry set idx = 100000 where idx = 599; update cpf.entry set idx = 599 where idx = 600; "
        "update cpf.entry set idx = 600 where idx = 100000");
    rig_audit_fails(&r, "entry 599 (batch/open): an entry of its stream is missing before it");
    node_refused(&r, "do not give the signed root");
    rig_down(&r);
}

static void test_attack_tile_edited(void **state)
{
    struct rig r;
    begin(&r, state);
    rig_sql(
        &r, OFF
        "update cpf.tile set data = set_byte(data, 7, 255 - get_byte(data, 7)) where level = 0 and n = 1");
    rig_audit_fails(&r, "tile 0/1 is not what the entries give");
    node_refused(&r, "do not give the signed root");
    rig_sql(&r, OFF "delete from cpf.tile where level = 0 and n = 1");
    rig_audit_fails(&r, "tile 0/1 is missing");
    node_refused(&r, "tiles of level 0");
    rig_down(&r);
}

static void test_attack_disclosure_edited_or_deleted(void **state)
{
    struct rig r;
    begin(&r, state);
    rig_sql(
        &r, OFF
        "update cpf.disclosure set salted = (select salted from cpf.disclosure where idx = 1) where idx = 4");
    rig_audit_fails(&r, "entry 4 (batch/shut): the disclosure of donor_name is not what its digest says");
    rig_sql(&r, OFF "delete from cpf.disclosure where idx = 4");
    rig_audit_fails(
        &r, "entry 4 (batch/shut): the disclosure of donor_name is gone and no redacted entry says so");
    rig_sql(&r, "insert into cpf.disclosure values (5, 'x', 'y')");
    rig_audit_fails(&r, "a disclosure for entry 5");
    rig_down(&r);
}

static void test_attack_guard_removed(void **state)
{
    struct rig r;
    begin(&r, state);
    rig_sql(&r, "alter table cpf.entry disable trigger keep");
    rig_audit_fails(&r, "trigger entry CREATE TRIGGER keep");
    node_refused(&r, "trigger entry CREATE TRIGGER keep");
    rig_sql(&r, "alter table cpf.entry enable trigger keep");
    rig_sql(&r, "grant delete on cpf.entry to cpf_writer");
    rig_audit_fails(&r, "the catalogue has \"grant DELETE on entry to cpf_writer\"");
    node_refused(&r, "the catalogue has \"grant DELETE on entry to cpf_writer\"");
    rig_sql(&r, "revoke delete on cpf.entry from cpf_writer");
    rig_sql(&r, "create or replace function cpf.log_swap(old_size bigint, old_epoch bigint, new_size bigint, "
                "new_root "
                "bytea, new_note text) returns void language sql begin atomic select 1; end");
    node_refused(&r, "function cpf.log_swap");
    rig_down(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attack_entry_edited_in_an_open_stream),
        cmocka_unit_test(test_attack_entry_edited_in_a_closed_stream),
        cmocka_unit_test(test_attack_column_edited),
        cmocka_unit_test(test_attack_everything_rewritten_consistently),
        cmocka_unit_test(test_attack_head_signed_with_another_key),
        cmocka_unit_test(test_attack_forged_entry_at_the_tail),
        cmocka_unit_test(test_attack_tail_cut),
        cmocka_unit_test(test_attack_old_backup_restored),
        cmocka_unit_test(test_attack_bodies_removed_to_pass_as_void),
        cmocka_unit_test(test_attack_entry_deleted_or_reordered),
        cmocka_unit_test(test_attack_tile_edited),
        cmocka_unit_test(test_attack_disclosure_edited_or_deleted),
        cmocka_unit_test(test_attack_guard_removed),
    };
    return cmocka_run_group_tests(tests, rig_cluster_up, rig_cluster_down);
}
