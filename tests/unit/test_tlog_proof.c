/* Proof texts and cosignatures: C2SP tlog-proof, tlog-witness, tlog-cosignature. */
#include <string.h>

#include "vectors.h"

#include "base/cosig.h"
#include "base/enc.h"
#include "base/merkle.h"
#include "base/tlog_proof.h"

#define HASH_LINE "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
#define NOTE      "log.example\n2\n" HASH_LINE "\n\xe2\x80\x94 log.example AAAAAAA=\n"

static void round_trip(const char *text, bool inclusion)
{
    struct tlog_proof p;
    struct buf b;
    buf_init(&b);
    assert_int_equal(inclusion ? tlog_proof_parse(&p, text, strlen(text))
                               : tlog_consistency_parse(&p, text, strlen(text)),
                     CPF_OK);
    if (inclusion)
        tlog_proof_format(&p, &b);
    else
        tlog_consistency_format(&p, &b);
    assert_string_equal(b.data, text);
    buf_fini(&b);
}

static void test_parse_gives_back_what_format_wrote(void **state)
{
    (void)state;
    round_trip("c2sp.org/tlog-proof@v1\nindex 0\n\n" NOTE, true);
    round_trip("c2sp.org/tlog-proof@v1\nindex 1\n" HASH_LINE "\n" NOTE, true);
    round_trip("c2sp.org/tlog-proof@v1\nextra AAEC\nindex 9223372036854775807\n" HASH_LINE HASH_LINE
               "\n" NOTE,
               true);
    round_trip("old 0\n\n" NOTE, false);
    round_trip("old 1\n" HASH_LINE "\n" NOTE, false);
}

static void test_parse_refuses_other_forms(void **state)
{
    static const char *const bad[] = {
        "",
        "c2sp.org/tlog-proof@v2\nindex 0\n\n" NOTE,
        "c2sp.org/tlog-proof@v1\n\n" NOTE,
        "c2sp.org/tlog-proof@v1\nindex 00\n\n" NOTE,
        "c2sp.org/tlog-proof@v1\nindex 01\n\n" NOTE,
        "c2sp.org/tlog-proof@v1\nindex +1\n\n" NOTE,
        "c2sp.org/tlog-proof@v1\nindex -1\n\n" NOTE,
        "c2sp.org/tlog-proof@v1\nindex \n\n" NOTE,
        "c2sp.org/tlog-proof@v1\nindex 1 \n\n" NOTE,
        "c2sp.org/tlog-proof@v1\r\nindex 1\n\n" NOTE,
        "c2sp.org/tlog-proof@v1\nindex 99999999999999999999\n\n" NOTE,
        "c2sp.org/tlog-proof@v1\nindex 1\nKgE=\n\n" NOTE,
        "c2sp.org/tlog-proof@v1\nindex 1\nKgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n\n" NOTE,
        "c2sp.org/tlog-proof@v1\nindex 1\n" HASH_LINE NOTE,
        "c2sp.org/tlog-proof@v1\nindex 1\n" HASH_LINE "\n",
        "c2sp.org/tlog-proof@v1\nindex 1\n" HASH_LINE,
        "c2sp.org/tlog-proof@v1\nextra \nindex 1\n\n" NOTE,
        "c2sp.org/tlog-proof@v1\nextra !\nindex 1\n\n" NOTE,
        "c2sp.org/tlog-proof@v1\nextra AAEC\nextra AAEC\nindex 1\n\n" NOTE,
    };
    struct tlog_proof p;
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        if (tlog_proof_parse(&p, bad[i], strlen(bad[i])) == CPF_OK)
            fail_msg("accepted: %s", bad[i]);
    assert_int_not_equal(tlog_consistency_parse(&p, "old 01\n\n" NOTE, strlen("old 01\n\n" NOTE)), CPF_OK);
    assert_int_not_equal(tlog_consistency_parse(&p, "index 1\n\n" NOTE, strlen("index 1\n\n" NOTE)), CPF_OK);
}

static void test_parse_bounds_hashes(void **state)
{
    struct tlog_proof p;
    struct buf b;
    (void)state;
    for (int n = 63; n <= 64; n++) {
        buf_init(&b);
        buf_puts(&b, "old 5\n");
        for (int i = 0; i < n; i++)
            buf_puts(&b, HASH_LINE);
        buf_puts(&b, "\n" NOTE);
        assert_int_equal(tlog_consistency_parse(&p, b.data, b.len), n == 63 ? CPF_OK : CPF_E_LIMIT);
        buf_fini(&b);
    }
}

/* Each leaf of a real log of 15 entries, proved to its own checkpoint. */
struct tile {
    uint8_t leaf[15][HASH_LEN];
};

static int node_of(void *arg, unsigned level, uint64_t index, uint8_t ret[HASH_LEN])
{
    const struct tile *t = arg;
    struct merkle_edge e;
    merkle_edge_init(&e);
    for (uint64_t i = index << level; i < (index + 1) << level; i++)
        merkle_edge_add(&e, t->leaf[i]);
    merkle_edge_root(&e, ret);
    return CPF_OK;
}

static void test_proofs_lead_to_published_checkpoints(void **state)
{
    struct buf note, raw;
    struct tile t;
    (void)state;
    vectors_need("tlog-tiles-tessera");
    for (uint64_t size = 1; size <= 15; size++) {
        char path[100];
        struct note n;
        struct checkpoint c;
        buf_init(&note);
        buf_init(&raw);
        snprintf(path, sizeof(path), "tlog-tiles-tessera/log/checkpoint.%d", (int)size);
        vectors_read(path, &note);
        snprintf(path, sizeof(path), "tlog-tiles-tessera/log/tile/0/000.p/%d", (int)size);
        vectors_read(path, &raw);
        memcpy(t.leaf, raw.data, raw.len);
        assert_int_equal(note_parse(&n, note.data, note.len), CPF_OK);
        assert_int_equal(checkpoint_parse(&c, n.text, n.text_len), CPF_OK);
        for (uint64_t i = 0; i < size; i++) {
            struct tlog_proof p = {.index = i, .note = note.data, .note_len = note.len}, again;
            struct buf text;
            buf_init(&text);
            assert_int_equal(merkle_prove_inclusion(i, size, node_of, &t, p.hash, &p.n), CPF_OK);
            tlog_proof_format(&p, &text);
            assert_int_equal(tlog_proof_parse(&again, text.data, text.len), CPF_OK);
            assert_int_equal(tlog_proof_verify(&again, t.leaf[i], &c), CPF_OK);
            assert_int_equal(again.note_len, note.len);
            again.index ^= 1;
            assert_int_equal(tlog_proof_verify(&again, t.leaf[i], &c), CPF_E_PROOF);
            buf_fini(&text);
        }
        buf_fini(&note);
        buf_fini(&raw);
    }
}

/* The conversation of a witness: what it took, its roots chain; what it refused for its proof, they do not.
 */
static void test_consistency_agrees_with_published_witness(void **state)
{
    uint8_t root[16][HASH_LEN] = {{0}};
    size_t i, good = 0, bad = 0;
    json_t *it;
    (void)state;
    vectors_need("witness-protocol-litewitness");
    json_t *all = vectors_json("witness-protocol-litewitness/add-checkpoint.json");
    hash_empty(root[0]);
    json_array_foreach(json_object_get(all, "cases_in_order"), i, it)
    {
        const char *body = vectors_str(it, "body");
        uint64_t status = vectors_uint(it, "status");
        struct tlog_proof p;
        struct note n;
        struct checkpoint c;
        assert_int_equal(tlog_consistency_parse(&p, body, strlen(body)), CPF_OK);
        if (status == 403) /* a bad signature, whose base64 is none, or another log */
            continue;
        assert_int_equal(note_parse(&n, p.note, p.note_len), CPF_OK);
        assert_int_equal(checkpoint_parse(&c, n.text, n.text_len), CPF_OK);
        assert_true(c.size < 16 && p.index < 16);
        if (status == 200) {
            assert_int_equal(tlog_consistency_verify(&p, root[p.index], &c), CPF_OK);
            memcpy(root[c.size], c.root, HASH_LEN);
            good++;
        } else if (status == 422) {
            assert_int_equal(tlog_consistency_verify(&p, root[p.index], &c), CPF_E_PROOF);
            bad++;
        }
    }
    assert_true(good >= 3 && bad >= 2);
    json_decref(all);
}

/* ---- cosignatures ---- */

static const char text[] = "log.example\n2\n" HASH_LINE;

static struct key *witness(uint8_t n)
{
    uint8_t seed[KEY_SEED] = {n};
    struct key *k;
    assert_int_equal(key_from_seed(seed, &k), CPF_OK);
    return k;
}

static void cosigned(const struct key *k, const char *name, int64_t time, struct buf *ret)
{
    buf_puts(ret, text);
    buf_addc(ret, '\n');
    assert_int_equal(cosig_sign(text, strlen(text), name, k, time, ret), CPF_OK);
}

static void test_cosignature_is_over_the_documented_bytes(void **state)
{
    struct key *k = witness(1);
    struct buf note, raw, msg;
    struct note n;
    uint8_t pub[KEY_PUB], h[HASH_LEN];
    (void)state;
    buf_init(&note);
    buf_init(&raw);
    buf_init(&msg);
    cosigned(k, "w.example", 1679315147, &note);
    assert_int_equal(note_parse(&n, note.data, note.len), CPF_OK);
    assert_int_equal(enc_unb64(n.sig[0].b64, n.sig[0].b64_len, &raw), CPF_OK);
    assert_int_equal(raw.len, 4 + 8 + 64);
    assert_memory_equal(raw.data + 4, "\0\0\0\0\x64\x18\x50\xcb", 8);
    key_public(k, pub);
    buf_puts(&msg, "w.example\n\x04");
    buf_add(&msg, pub, KEY_PUB);
    hash_sha256(msg.data, msg.len, h);
    assert_memory_equal(raw.data, h, 4);
    buf_clear(&msg);
    buf_printf(&msg, "cosignature/v1\ntime 1679315147\n%s", text);
    assert_int_equal(key_verify(pub, msg.data, msg.len, (const uint8_t *)raw.data + 12), CPF_OK);
    buf_fini(&note);
    buf_fini(&raw);
    buf_fini(&msg);
    key_free(k);
}

static void test_cosignature_tells_its_time(void **state)
{
    struct key *k = witness(1), *other = witness(2);
    struct buf note;
    struct note n;
    struct note_key wk, ok;
    uint8_t pub[KEY_PUB];
    int64_t time = 0;
    (void)state;
    buf_init(&note);
    key_public(k, pub);
    assert_int_equal(cosig_key_make(&wk, "w.example", pub), CPF_OK);
    key_public(other, pub);
    assert_int_equal(cosig_key_make(&ok, "w.example", pub), CPF_OK);
    cosigned(k, "w.example", 1000, &note);
    assert_int_equal(cosig_sign(text, strlen(text), "w.example", k, 2000, &note), CPF_OK);
    assert_int_equal(note_parse(&n, note.data, note.len), CPF_OK);
    assert_int_equal(cosig_verify(&n, &wk, &time), CPF_OK);
    assert_int_equal(time, 2000);
    assert_int_equal(cosig_verify(&n, &ok, &time), CPF_E_NOTFOUND);
    buf_fini(&note);
    key_free(k);
    key_free(other);
}

/* A log's signature by the same key is no cosignature, nor the other way round. */
static void test_cosignature_and_signature_do_not_mix(void **state)
{
    struct key *k = witness(1);
    struct buf note, co;
    struct note n;
    struct note_key wk, lk;
    uint8_t pub[KEY_PUB];
    int64_t time;
    (void)state;
    buf_init(&note);
    buf_init(&co);
    key_public(k, pub);
    assert_int_equal(cosig_key_make(&wk, "w.example", pub), CPF_OK);
    assert_int_equal(note_key_make(&lk, "w.example", pub), CPF_OK);
    assert_int_not_equal(wk.id, lk.id);
    assert_int_equal(note_sign(text, strlen(text), "w.example", k, &note), CPF_OK);
    assert_int_equal(note_parse(&n, note.data, note.len), CPF_OK);
    assert_int_equal(cosig_verify(&n, &wk, &time), CPF_E_NOTFOUND);
    cosigned(k, "w.example", 5, &co);
    assert_int_equal(note_parse(&n, co.data, co.len), CPF_OK);
    assert_int_equal(note_verify(&n, &lk), CPF_E_NOTFOUND);
    buf_fini(&note);
    buf_fini(&co);
    key_free(k);
}

static void test_cosignature_over_other_text_or_time_is_refused(void **state)
{
    struct key *k = witness(1);
    struct buf note;
    struct note n;
    struct note_key wk;
    uint8_t pub[KEY_PUB];
    int64_t time;
    (void)state;
    key_public(k, pub);
    assert_int_equal(cosig_key_make(&wk, "w.example", pub), CPF_OK);
    for (int i = 0; i < 2; i++) {
        buf_init(&note);
        cosigned(k, "w.example", 1000, &note);
        char *c =
            i ? strstr(note.data, "\n2\n") + 1 : strstr(note.data, "w.example ") + 10 + 12; /* size; time */
        *c = *c == '3' ? '4' : '3';
        assert_int_equal(note_parse(&n, note.data, note.len), CPF_OK);
        assert_int_equal(cosig_verify(&n, &wk, &time), CPF_E_SIGNATURE);
        buf_fini(&note);
    }
    assert_int_equal(cosig_sign(text, strlen(text), "w.example", k, -1, &note), CPF_E_INVAL);
    key_free(k);
}

static void test_cosignature_key_text_is_its_own(void **state)
{
    struct key *k = witness(1);
    struct note_key wk, again;
    uint8_t pub[KEY_PUB];
    struct buf b;
    (void)state;
    buf_init(&b);
    key_public(k, pub);
    assert_int_equal(cosig_key_make(&wk, "w.example", pub), CPF_OK);
    cosig_key_format(&wk, &b);
    assert_int_equal(cosig_key_parse(&again, b.data), CPF_OK);
    assert_int_equal(again.id, wk.id);
    assert_int_equal(note_key_parse(&again, b.data), CPF_E_KEY);
    buf_fini(&b);
    key_free(k);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_gives_back_what_format_wrote),
        cmocka_unit_test(test_parse_refuses_other_forms),
        cmocka_unit_test(test_parse_bounds_hashes),
        cmocka_unit_test(test_proofs_lead_to_published_checkpoints),
        cmocka_unit_test(test_consistency_agrees_with_published_witness),
        cmocka_unit_test(test_cosignature_is_over_the_documented_bytes),
        cmocka_unit_test(test_cosignature_tells_its_time),
        cmocka_unit_test(test_cosignature_and_signature_do_not_mix),
        cmocka_unit_test(test_cosignature_over_other_text_or_time_is_refused),
        cmocka_unit_test(test_cosignature_key_text_is_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
