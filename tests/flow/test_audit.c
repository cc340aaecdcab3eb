/*
 * The audit's ranges and memory: however many threads read it, one log gives one opinion; and what the last
 * audit left behind is either what the log goes on from, or a reason to fail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <sys/wait.h>
#include <unistd.h>
#include "rig.h"

#define OFF "set session_replication_role = replica; "

/* ---- a log of some ranges: 256 entries is the least a range has ---- */

static void play(struct node *n, size_t commands)
{
    size_t want = n->settled + commands;
    for (size_t i = 0; i < commands; i++)
        node_submit(n, i % 3 ? "batch/a" : "batch/b", 10);
    node_until_settled(n, want);
}

static void begin(struct rig *r, struct node *n, void **state)
{
    rig_up(r, *state);
    node_start(n, r);
    node_until_ready(n);
    play(n, 120);
}

static const char *state_file(struct rig *r)
{
    static char path[400];
    snprintf(path, sizeof(path), "%s/audit-state", r->dir);
    return path;
}

/* Exit status; what it said is in a static buffer. */
static int audit(struct rig *r, const char *options, const char **ret_text)
{
    static char text[4096];
    char command[2000];
    snprintf(command, sizeof(command),
             "LC_ALL=C %s audit --quiet --json --database 'host=%s/run user=cpf_reader dbname=%s' "
             "--vkey '%s' %s",
             getenv("CPF_AUDIT"), r->cluster->dir, r->db, r->vkey, options);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
    int status = pclose(f);
    *ret_text = text;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void passes(struct rig *r, const char *options, const char *what)
{
    const char *text;
    if (audit(r, options, &text) != 0 || !strstr(text, what))
        fail_msg("audit %s should pass with %s, says: %s", options, what, text);
}

static void fails(struct rig *r, const char *options, const char *what)
{
    const char *text;
    if (audit(r, options, &text) != 4 || !strstr(text, what))
        fail_msg("audit %s should say \"%s\", says: %s", options, what, text);
}

static const char *with_state(struct rig *r, const char *more)
{
    static char options[500];
    snprintf(options, sizeof(options), "--state '%s' %s", state_file(r), more);
    return options;
}

static char *slurp(const char *path, size_t *ret_len)
{
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    char *text = xcalloc(1 << 16, 1);
    *ret_len = fread(text, 1, (1 << 16) - 1, f);
    fclose(f);
    return text;
}

static void spit(const char *path, const char *text, size_t len)
{
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

/* ---- ranges ---- */

/* The members that say what was found; jobs and times differ. */
static void opinion(const char *text, char ret[4096])
{
    const char *jobs = strstr(text, "\"jobs\""), *mode = strstr(text, "\"mode\"");
    const char *from = strstr(text, "\"checkpoints\"");
    assert_non_null(jobs);
    assert_non_null(mode);
    assert_non_null(from);
    snprintf(ret, 4096, "%.*s%s", (int)(jobs - from), from, mode);
}

static void test_audit_jobs_agree(void **state)
{
    static const char *const options[] = {"--jobs 1", "--jobs 2 --signatures", "--jobs 7", "--jobs 64"};
    char want[4096], got[4096];
    const char *text;
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    node_stop(&n);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(audit(&r, options[i], &text), 0);
        opinion(text, i ? got : want);
        if (i == 1)
            continue; /* it verified more signatures */
        if (i)
            assert_string_equal(got, want);
    }
    rig_down(&r);
}

static void test_audit_earliest_fault_named(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    node_stop(&n);
    rig_sql(&r,
            OFF "update cpf.entry set body = replace(body, 'accepted', 'accepteD') where idx in (900, 300)");
    fails(&r, "--jobs 1", "entry 300 (batch/");
    fails(&r, "--jobs 6", "entry 300 (batch/");
    rig_sql(&r, OFF "delete from cpf.entry where idx = 255");
    fails(&r, "--jobs 6", "entry 255 is missing");
    rig_down(&r);
}

/* A daemon that forgets an entry of a stream, in another range than the one before it. */
static void test_audit_chain_broken_between_ranges(void **state)
{
    struct rig r;
    struct node n;
    rig_up(&r, *state);
    node_start(&n, &r);
    node_until_ready(&n);
    node_submit(&n, "batch/c", 3);
    play(&n, 120);
    for (size_t i = 0; i < n.nchains; i++)
        if (strcmp(n.chain[i].stream, "batch/c") == 0)
            n.chain[i].sseq++;
    node_submit(&n, "batch/c", 1);
    node_until_settled(&n, 122);
    node_stop(&n);
    fails(&r, "--jobs 1", "entry 1204 (batch/c): an entry of its stream is missing before it (sseq)");
    fails(&r, "--jobs 4", "entry 1204 (batch/c): an entry of its stream is missing before it (sseq)");
    rig_down(&r);
}

static void test_audit_upper_tile_edited(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    node_stop(&n);
    rig_sql(&r, OFF "update cpf.tile set data = set_byte(data, 9, get_byte(data, 9) # 1) where n = 2");
    fails(&r, "--jobs 1", "tile 0/2 is not what the entries give");
    /* A later range takes its beginning from that tile: the earlier range is heard first. */
    fails(&r, "--jobs 6", "tile 0/2 is not what the entries give");
    rig_down(&r);
}

/* ---- persons' signatures ---- */

static void test_audit_strict_wants_acts_signed(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    passes(&r, "--strict", "\"acts\":0,");
    node_submit_kind(&n, "batch/a", "step.signed");
    node_until_settled(&n, 121);
    node_stop(&n);
    passes(&r, "", "\"ok\":true");
    fails(&r, "--strict", "entry 1201 (batch/a): nobody signed it: step.signed");
    rig_down(&r);
}

/* One whom the log never enrolled. */
static void test_audit_strict_wants_an_enrolled_key(void **state)
{
    struct rig r;
    struct node n;
    rig_up(&r, *state);
    node_start(&n, &r);
    node_until_ready(&n);
    struct arena *a = &n.arena;
    struct entry e = {
        .kind = "step.signed", .stream = "batch/x", .zone = "Asia/Tokyo", .sseq = 1, .at = ++n.now};
    struct json *act = json_set_str(a, json_object(a), "key", "AAAAAAAAAAAAAAAAAAAAAA");
    char sig[87];
    memset(sig, 'A', 86);
    sig[86] = '\0';
    e.act = json_set_str(a, json_set_str(a, act, "sig", sig), "signed", "{}");
    e.actor = json_set_str(a, json_object(a), "performed", "op9");
    e.clock = json_set(a, json_object(a), "simulated", json_bool(a, true));
    e.body = json_set_str(a, json_object(a), "outcome", "accepted");
    assert_int_equal(entry_build(&e, a), 0);
    node_submit_text(&n, e.text, e.len);
    node_until_settled(&n, 1);
    node_stop(&n);
    fails(&r, "--strict", "signed by a person without a key: op9");
    rig_down(&r);
}

/* ---- what the last audit knew ---- */

static void test_audit_state_goes_on(void **state)
{
    struct rig r;
    struct node n;
    size_t len;
    begin(&r, &n, state);
    passes(&r, with_state(&r, ""), "\"mode\":\"full\"");
    passes(&r, with_state(&r, ""), "\"entries\":0,\"from\":1201");
    play(&n, 90);
    passes(&r, with_state(&r, "--jobs 3"), "\"entries\":900,\"from\":1201");
    passes(&r, with_state(&r, "--full"), "\"entries\":2101,\"from\":0");
    char *text = slurp(state_file(&r), &len);
    assert_non_null(strstr(text, "\nsize 2101\n"));
    assert_non_null(strstr(text, " batch/b\n"));
    free(text);
    node_submit(&n, "batch/new", 3);
    node_until_settled(&n, 211);
    node_stop(&n);
    passes(&r, with_state(&r, ""), "\"entries\":3,\"from\":2101");
    rig_down(&r);
}

static void test_audit_state_new_entries_are_checked(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    passes(&r, with_state(&r, ""), "\"mode\":\"full\"");
    for (size_t i = 0; i < n.nchains; i++)
        if (strcmp(n.chain[i].stream, "batch/a") == 0)
            n.chain[i].leaf[0] ^= 1;
    node_submit(&n, "batch/a", 1);
    node_until_settled(&n, 121);
    node_stop(&n);
    fails(&r, with_state(&r, ""), "entry 1201 (batch/a): it does not follow the entry before it");
    rig_down(&r);
}

/* Said in doc/operator.md: an incremental audit does not read old entries again, it counts them. */
static void test_audit_state_old_entries(void **state)
{
    struct rig r;
    struct node n;
    begin(&r, &n, state);
    passes(&r, with_state(&r, ""), "\"mode\":\"full\"");
    play(&n, 3);
    node_stop(&n);
    rig_sql(&r, OFF "update cpf.entry set body = replace(body, 'accepted', 'accepteD') where idx = 300");
    passes(&r, with_state(&r, ""), "\"entries\":30,");
    fails(&r, with_state(&r, "--full"), "entry 300 (batch/");
    rig_sql(&r, OFF "delete from cpf.entry where idx = 301");
    fails(&r, with_state(&r, ""), "of the first 1231 entries, which the last audit saw, 1230 are left");
    rig_down(&r);
}

/* A log of the same name that was written anew, with its own notes by the same key, as an owner of both
 * could. */
static void test_audit_state_of_another_history(void **state)
{
    struct rig r, other;
    struct node n;
    char file[400], key[500];
    begin(&r, &n, state);
    passes(&r, with_state(&r, ""), "\"mode\":\"full\"");
    node_stop(&n);
    snprintf(file, sizeof(file), "%s", state_file(&r));
    begin(&other, &n, state);
    node_stop(&n);
    snprintf(key, sizeof(key), "--state '%s'", file);
    fails(&other, key, "are not those of the last audit: the log was rewritten");
    snprintf(key, sizeof(key), "--state '%s' --full --jobs 3", file);
    fails(&other, key, "are not those of the last audit: the log was rewritten");
    rig_down(&other);
    rig_down(&r);
}

static void test_audit_state_log_cut(void **state)
{
    struct rig r;
    struct node n;
    size_t len;
    begin(&r, &n, state);
    rig_sql(&r, "create table keep as select * from cpf.log_head");
    play(&n, 3);
    node_stop(&n);
    passes(&r, with_state(&r, ""), "\"mode\":\"full\"");
    char *before = slurp(state_file(&r), &len);
    rig_sql(&r, OFF
            "update cpf.log_head h set size = k.size, root = k.root, note = k.note from keep k; "
            "delete from cpf.entry where idx >= 1201; delete from cpf.checkpoint where size > 1201; "
            "delete from cpf.disclosure where idx >= 1201; delete from cpf.tile where (n + 1) * 256 > 1201; "
            "drop table keep");
    passes(&r, "", "\"mode\":\"full\"");
    fails(&r, with_state(&r, ""), "the last audit saw 1231 entries, now there are 1201");
    fails(&r, with_state(&r, "--full"), "the last audit saw 1231 entries, now there are 1201");
    char *after = slurp(state_file(&r), &len);
    assert_string_equal(before, after); /* a failure forgets nothing */
    free(before);
    free(after);
    rig_down(&r);
}

static void test_audit_state_damaged(void **state)
{
    struct rig r;
    struct node n;
    size_t len;
    begin(&r, &n, state);
    node_stop(&n);
    passes(&r, with_state(&r, ""), "\"mode\":\"full\"");
    char *text = slurp(state_file(&r), &len);
    for (size_t i = 3; i < len; i += len / 29) {
        text[i] ^= 1;
        spit(state_file(&r), text, len);
        fails(&r, with_state(&r, ""), "does not fit");
        text[i] ^= 1;
    }
    spit(state_file(&r), text, len - 1);
    fails(&r, with_state(&r, ""), "it is damaged");
    spit(state_file(&r), text, 0);
    fails(&r, with_state(&r, ""), "it is damaged");
    spit(state_file(&r), text, len);
    passes(&r, with_state(&r, ""), "\"mode\":\"incremental\"");
    free(text);
    rig_down(&r);
}

static void test_audit_result_file(void **state)
{
    struct rig r;
    struct node n;
    size_t len;
    char options[500], path[400];
    begin(&r, &n, state);
    node_stop(&n);
    snprintf(path, sizeof(path), "%s/result", r.dir);
    snprintf(options, sizeof(options), "--result '%s'", path);
    passes(&r, options, "\"ok\":true");
    rig_sql(&r, OFF "delete from cpf.entry where idx = 301");
    fails(&r, options, "entry 301 is missing");
    char *text = slurp(path, &len);
    assert_non_null(strstr(text, "\"fault\":\"entry 301 is missing"));
    assert_non_null(strstr(text, "\"ok\":false"));
    free(text);
    rig_down(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_audit_jobs_agree),
        cmocka_unit_test(test_audit_earliest_fault_named),
        cmocka_unit_test(test_audit_chain_broken_between_ranges),
        cmocka_unit_test(test_audit_upper_tile_edited),
        cmocka_unit_test(test_audit_strict_wants_acts_signed),
        cmocka_unit_test(test_audit_strict_wants_an_enrolled_key),
        cmocka_unit_test(test_audit_state_goes_on),
        cmocka_unit_test(test_audit_state_new_entries_are_checked),
        cmocka_unit_test(test_audit_state_old_entries),
        cmocka_unit_test(test_audit_state_of_another_history),
        cmocka_unit_test(test_audit_state_log_cut),
        cmocka_unit_test(test_audit_state_damaged),
        cmocka_unit_test(test_audit_result_file),
    };
    return cmocka_run_group_tests(tests, rig_cluster_up, rig_cluster_down);
}
