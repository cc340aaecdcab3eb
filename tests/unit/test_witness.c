/* What a witness answers, by its rules alone: published exchanges, hostile bodies, forks. */
#include <stdio.h>
#include <string.h>

#include "anchor/witness_rule.h"
#include "base/cosig.h"
#include "other_log.h"
#include "vectors.h"

/* A witness in memory: what the database does, as one variable. */
struct memory {
    struct policy policy;
    struct arena arena;
    bool training, fork;
    struct witness_known known;
    const char *why;
};

static void memory_init(struct memory *m, const char *policy)
{
    *m = (struct memory){.why = ""};
    arena_init(&m->arena, 0);
    assert_int_equal(policy_parse(&m->policy, &m->arena, policy, strlen(policy), NULL), CPF_OK);
}

static int ask(struct memory *m, const char *body, size_t len)
{
    struct witness_ask a;
    int status = witness_read(&m->policy, m->training, body, len, &a, &m->why);
    if (status)
        return status;
    status = witness_judge(&a, &m->known, &m->fork);
    if (status == 200) {
        char note[BOUND_NOTE_BYTES + 1];
        snprintf(note, sizeof(note), "%.*s", (int)a.proof.note_len, a.proof.note);
        assert_int_equal(witness_known_read(&m->known, a.c.origin, a.c.size, note), CPF_OK);
    }
    return status;
}

/* ---- published ---- */

static void test_published_exchange(void **state)
{
    uint8_t pub[KEY_PUB];
    struct memory m;
    struct note_key log;
    struct buf policy;
    size_t i;
    (void)state;
    vectors_need("witness-protocol-litewitness");
    json_t *all = vectors_json("witness-protocol-litewitness/add-checkpoint.json"), *c,
           *cases = json_object_get(all, "cases_in_order");
    vectors_unhex(vectors_str(all, "log_public_key_hex"), pub, sizeof(pub));
    assert_int_equal(
        note_key_make(
            &log, "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562", pub),
        CPF_OK);
    buf_init(&policy);
    buf_puts(&policy, "log ");
    note_key_format(&log, &policy);
    buf_puts(&policy, "\nquorum none\n");
    memory_init(&m, policy.data);
    assert_true(json_array_size(cases) > 0);
    json_array_foreach(cases, i, c)
    {
        const char *body = vectors_str(c, "body"), *must = vectors_str(c, "assert");
        int want = (int)vectors_uint(c, "status");
        if (strstr(must, "unknown log"))
            want = 404; /* since then the protocol says so */
        if (want == 409 && !strstr(must, "\\n"))
            want = 422; /* as of 2026: another root of the same size */
        char size[32];
        assert_int_equal(ask(&m, body, strlen(body)), want);
        snprintf(size, sizeof(size), "body == \"%llu\\n\"", (unsigned long long)m.known.size);
        if (want == 409)
            assert_string_equal(must, size);
    }
    json_decref(all);
    buf_fini(&policy);
    arena_fini(&m.arena);
}

/* ---- ours ---- */

static struct other_log other;
static struct memory memory;
static struct buf body;

static int start(void **state)
{
    (void)state;
    other_init(&other, "cpf.example/other", 7);
    memory_init(&memory, other.policy);
    buf_init(&body);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    other_fini(&other);
    arena_fini(&memory.arena);
    buf_fini(&body);
    return 0;
}

static int ask_body(bool fork, uint64_t old, uint64_t size)
{
    buf_clear(&body);
    other_body(&other, fork, old, size, &body);
    return ask(&memory, body.data, body.len);
}

static void test_what_grows_is_cosigned(void **state)
{
    static const uint64_t size[] = {1, 2, 3, 7, 8, 255, 256, 257, 512, 699};
    uint64_t old = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(size) / sizeof(*size); i++) {
        assert_int_equal(ask_body(false, old, size[i]), 200);
        old = size[i];
    }
    assert_int_equal(ask_body(false, old, old), 200); /* the same again */
}

static void test_another_old_size_is_told_ours(void **state)
{
    (void)state;
    assert_int_equal(ask_body(false, 0, 5), 200);
    assert_int_equal(ask_body(false, 0, 9), 409);
    assert_int_equal(ask_body(false, 4, 9), 409);
    assert_int_equal(ask_body(false, 7, 9), 409);
    assert_int_equal(ask_body(false, 0, 3), 409); /* back */
    assert_int_equal(memory.known.size, 5);
    assert_false(memory.fork);
}

static void test_second_root_of_a_size_is_a_fork(void **state)
{
    (void)state;
    assert_int_equal(ask_body(false, 0, 5), 200);
    assert_int_equal(ask_body(true, 5, 5), 422);
    assert_true(memory.fork);
    assert_int_equal(ask_body(true, 5, 9), 422);
    assert_int_equal(ask_body(true, 0, 5), 409);
    assert_true(memory.fork); /* whatever old size it names */
    assert_int_equal(ask_body(false, 5, 9), 200);
}

/* Leaves 0 and 1 are the same in both histories: so far they are one. */
static void test_forks_are_cosigned_up_to_where_they_part(void **state)
{
    (void)state;
    assert_int_equal(ask_body(true, 0, 2), 200);
    assert_int_equal(ask_body(false, 2, 9), 200);
    assert_int_equal(ask_body(true, 9, 12), 422);
}

static void test_empty_tree(void **state)
{
    (void)state;
    assert_int_equal(ask_body(false, 0, 0), 200);
    assert_int_equal(ask_body(false, 0, 4), 200);
    assert_int_equal(ask_body(false, 0, 0), 409);
}

/* Of the empty tree there is one root. */
static void test_empty_tree_of_another_root_is_refused(void **state)
{
    struct buf note;
    struct checkpoint c = {.size = 0, .root = {1}};
    (void)state;
    buf_init(&note);
    snprintf(c.origin, sizeof(c.origin), "%s", other.vkey.name);
    checkpoint_format(&c, &note);
    buf_puts(&body, "old 0\n\n");
    assert_int_equal(note_sign(note.data, note.len, c.origin, other.key, &body), CPF_OK);
    assert_int_equal(ask(&memory, body.data, body.len), 422);
    assert_false(memory.fork);
    buf_fini(&note);
}

static void test_wrong_proofs_do_not_hold(void **state)
{
    (void)state;
    assert_int_equal(ask_body(false, 0, 5), 200);
    buf_clear(&body);
    other_body(&other, false, 5, 300, &body);
    for (char *line = strchr(body.data, '\n') + 1; *line != '\n'; line = strchr(line, '\n') + 1) {
        char was = line[3];
        line[3] = was == 'A' ? 'B' : 'A';
        assert_int_equal(ask(&memory, body.data, body.len), 422);
        line[3] = was;
    }
    /* a line missing, a line too many */
    struct buf cut;
    buf_init(&cut);
    buf_puts(&cut, "old 5\n");
    buf_puts(&cut, strchr(strchr(body.data, '\n') + 1, '\n') + 1);
    assert_int_equal(ask(&memory, cut.data, cut.len), 422);
    buf_clear(&cut);
    buf_puts(&cut, "old 5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
    buf_puts(&cut, strchr(body.data, '\n') + 1);
    assert_int_equal(ask(&memory, cut.data, cut.len), 422);
    buf_fini(&cut);
    assert_int_equal(ask(&memory, body.data, body.len), 200);
}

/* A proof where none may be. */
static void test_proof_for_the_first_checkpoint_is_refused(void **state)
{
    struct buf note;
    (void)state;
    buf_init(&note);
    other_note(&other, false, 3, &note);
    buf_puts(&body, "old 0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n");
    buf_add(&body, note.data, note.len);
    assert_int_equal(ask(&memory, body.data, body.len), 422);
    buf_fini(&note);
}

static void test_hostile_bodies_are_malformed(void **state)
{
    static const char *const heads[] = {"",
                                        "\n",
                                        "old\n\n",
                                        "old \n\n",
                                        "old -1\n\n",
                                        "old 00\n\n",
                                        "old 01\n\n",
                                        "old 0 \n\n",
                                        "old 0\r\n\r\n",
                                        "OLD 0\n\n",
                                        "old 0\n",
                                        "old 0\n\n\n",
                                        "old 18446744073709551616\n\n",
                                        "old 0x1\n\n",
                                        "old 0\nAAAA\n\n",
                                        "old 0\n!!!!\n\n",
                                        "old 0\n\n\xff"};
    struct buf note;
    (void)state;
    buf_init(&note);
    other_note(&other, false, 3, &note);
    for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
        buf_clear(&body);
        buf_puts(&body, heads[i]);
        buf_add(&body, note.data, note.len);
        assert_int_equal(ask(&memory, body.data, body.len), 400);
    }
    /* 64 lines */
    buf_clear(&body);
    buf_puts(&body, "old 1\n");
    for (int i = 0; i < 64; i++)
        buf_puts(&body, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
    buf_addc(&body, '\n');
    buf_add(&body, note.data, note.len);
    assert_int_equal(ask(&memory, body.data, body.len), 400);
    /* cut anywhere: never taken */
    buf_clear(&body);
    other_body(&other, false, 0, 3, &body);
    for (size_t n = 0; n < body.len; n++)
        assert_int_not_equal(ask(&memory, body.data, n), 200);
    assert_int_equal(memory.known.size, 0);
    buf_fini(&note);
}

static void test_old_above_size_is_malformed(void **state)
{
    struct buf note;
    (void)state;
    buf_init(&note);
    other_note(&other, false, 3, &note);
    buf_puts(&body, "old 4\n\n");
    buf_add(&body, note.data, note.len);
    assert_int_equal(ask(&memory, body.data, body.len), 400);
    buf_fini(&note);
}

static void test_unknown_logs_are_not_found(void **state)
{
    struct other_log stranger;
    (void)state;
    other_init(&stranger, "cpf.example/stranger", 8);
    other_body(&stranger, false, 0, 3, &body);
    assert_int_equal(ask(&memory, body.data, body.len), 404);
    other_fini(&stranger);
}

static void test_a_thief_of_the_name_is_forbidden(void **state)
{
    struct other_log thief;
    (void)state;
    other_init(&thief, "cpf.example/other", 9);
    other_body(&thief, false, 0, 3, &body);
    assert_int_equal(ask(&memory, body.data, body.len), 403);
    other_fini(&thief);
}

static void test_training_and_real_do_not_mix(void **state)
{
    struct other_log course;
    struct memory m;
    (void)state;
    memory.training = true;
    assert_int_equal(ask_body(false, 0, 3), 404);
    other_init(&course, "training.example/course", 3);
    memory_init(&m, course.policy);
    buf_clear(&body);
    other_body(&course, false, 0, 3, &body);
    assert_int_equal(ask(&m, body.data, body.len), 404);
    m.training = true;
    assert_int_equal(ask(&m, body.data, body.len), 200);
    arena_fini(&m.arena);
    other_fini(&course);
}

/* During a rotation a log has two keys: the signature of either will do. */
static void test_either_key_of_a_rotation_counts(void **state)
{
    struct other_log next;
    struct memory m;
    char policy[900];
    (void)state;
    other_init(&next, "cpf.example/other", 11);
    snprintf(policy, sizeof(policy), "%.*s%s", (int)(strcspn(other.policy, "\n") + 1), other.policy,
             next.policy);
    memory_init(&m, policy);
    buf_clear(&body);
    other_body(&other, false, 0, 3, &body);
    assert_int_equal(ask(&m, body.data, body.len), 200);
    buf_clear(&body);
    other_body(&next, false, 3, 6, &body);
    assert_int_equal(ask(&m, body.data, body.len), 200);
    arena_fini(&m.arena);
    other_fini(&next);
}

static void test_stored_row_of_another_log_is_refused(void **state)
{
    struct witness_known k;
    struct buf note;
    (void)state;
    buf_init(&note);
    other_note(&other, false, 3, &note);
    assert_int_equal(witness_known_read(&k, "cpf.example/other", 3, note.data), CPF_OK);
    assert_int_equal(witness_known_read(&k, "cpf.example/other", 4, note.data), CPF_E_MISMATCH);
    assert_int_equal(witness_known_read(&k, "cpf.example/stranger", 3, note.data), CPF_E_MISMATCH);
    assert_int_equal(witness_known_read(&k, "cpf.example/other", 3, "nothing"), CPF_E_MISMATCH);
    buf_fini(&note);
}

/* ---- lines behind a note ---- */

static void test_add_lines_keeps_one_of_each_key(void **state)
{
    struct buf note, lines;
    struct note n;
    struct note_key w;
    uint8_t seed[KEY_SEED] = {1}, pub[KEY_PUB];
    struct key *key;
    int64_t time;
    (void)state;
    buf_init(&note);
    buf_init(&lines);
    other_note(&other, false, 3, &note);
    assert_int_equal(note_parse(&n, note.data, note.len), CPF_OK);
    for (uint8_t i = 1; i <= 40; i++) {
        seed[0] = i;
        assert_int_equal(key_from_seed(seed, &key), 0);
        assert_int_equal(cosig_sign(n.text, n.text_len, "w.example", key, 1000 + i, &lines), 0);
        assert_int_equal(cosig_sign(n.text, n.text_len, "w.example", key, 2000 + i, &lines), 0);
        key_free(key);
    }
    struct buf whole;
    buf_init(&whole);
    buf_add(&whole, note.data, note.len);
    cosig_add_lines(&whole, "no line at all\n\n");
    assert_int_equal(whole.len, note.len);
    cosig_add_lines(&whole, lines.data);
    assert_int_equal(note_parse(&n, whole.data, whole.len), CPF_OK);
    assert_int_equal(n.nsigs, BOUND_NOTE_SIGS);
    assert_int_equal(note_verify(&n, &other.vkey), CPF_OK);
    seed[0] = 1;
    assert_int_equal(key_from_seed(seed, &key), 0);
    key_public(key, pub);
    assert_int_equal(cosig_key_make(&w, "w.example", pub), 0);
    assert_int_equal(cosig_verify(&n, &w, &time), CPF_OK);
    assert_int_equal(time, 1001); /* the first of each */
    key_free(key);
    buf_fini(&whole);
    buf_fini(&lines);
    buf_fini(&note);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_##name, start, stop)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_exchange),
        T(what_grows_is_cosigned),
        T(another_old_size_is_told_ours),
        T(second_root_of_a_size_is_a_fork),
        T(forks_are_cosigned_up_to_where_they_part),
        T(empty_tree),
        T(empty_tree_of_another_root_is_refused),
        T(wrong_proofs_do_not_hold),
        T(proof_for_the_first_checkpoint_is_refused),
        T(hostile_bodies_are_malformed),
        T(old_above_size_is_malformed),
        T(unknown_logs_are_not_found),
        T(a_thief_of_the_name_is_forbidden),
        T(training_and_real_do_not_mix),
        T(either_key_of_a_rotation_counts),
        T(stored_row_of_another_log_is_refused),
        T(add_lines_keeps_one_of_each_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
