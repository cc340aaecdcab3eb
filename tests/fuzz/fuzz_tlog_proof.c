/* Proof texts and cosigned notes from hostile bytes. What is accepted is written again as the same bytes. */
#include <string.h>
#include "base/cosig.h"
#include "base/tlog_proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(const struct buf *b, const char *text, size_t len)
{
    require(b->len == len && memcmp(b->data, text, len) == 0);
}

/* A checkpoint with any root is proved by chance only. */
static void judge(const struct tlog_proof *p, struct checkpoint *c)
{
    uint8_t leaf[HASH_LEN] = {1}, root[HASH_LEN] = {2};
    struct note n;
    if (note_parse(&n, p->note, p->note_len) != 0 || checkpoint_parse(c, n.text, n.text_len) != 0)
        return;
    require(tlog_proof_verify(p, leaf, c) == CPF_E_PROOF ||
            (c->size == 1 && memcmp(c->root, leaf, HASH_LEN) == 0));
    (void)!tlog_consistency_verify(p, root, c);
}

static void cosigned(const char *text, size_t len)
{
    static const uint8_t seed[KEY_SEED] = {1};
    struct note n;
    struct note_key k;
    struct key *key;
    uint8_t pub[KEY_PUB];
    int64_t time;
    if (note_parse(&n, text, len) != 0)
        return;
    require(key_from_seed(seed, &key) == 0);
    key_public(key, pub);
    require(cosig_key_make(&k, "w", pub) == 0);
    (void)!cosig_verify(&n, &k, &time);
    key_free(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct tlog_proof p;
    struct checkpoint c;
    struct buf b;
    buf_init(&b);
    if (tlog_proof_parse(&p, text, size) == 0) {
        tlog_proof_format(&p, &b);
        same(&b, text, size);
        judge(&p, &c);
        cosigned(p.note, p.note_len);
    }
    buf_clear(&b);
    if (tlog_consistency_parse(&p, text, size) == 0) {
        tlog_consistency_format(&p, &b);
        same(&b, text, size);
        judge(&p, &c);
    }
    cosigned(text, size);
    buf_fini(&b);
    return 0;
}
