/*
 * Entries and disclosures from hostile bytes. What is accepted reads the same
 * twice, and can be built again: reading and building know the same rules.
 */
#include <string.h>
#include "base/enc.h"
#include "base/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_and_build(struct arena *a, const char *text, size_t len)
{
    struct entry first = {0}, second = {0}, built;
    if (entry_read(&first, a, text, len) != 0)
        return;
    require(entry_read(&second, a, text, len) == 0);
    require(memcmp(first.leaf, second.leaf, HASH_LEN) == 0);
    require(first.body != NULL && first.actor != NULL && first.clock != NULL);
    built = first;
    built.text = NULL;
    require(entry_build(&built, a) == 0);
    require(built.len == len); /* only the nonce is another */
    require(entry_read(&second, a, built.text, built.len) == 0);
    require(second.at == first.at && second.sseq == first.sseq && strcmp(second.stream, first.stream) == 0);
}

static void open_disclosure(struct arena *a, const uint8_t *data, size_t size)
{
    struct buf salted;
    uint8_t h[HASH_LEN];
    char digest[44];
    const char *name = NULL, *value = NULL;
    buf_init(&salted);
    enc_b64url(&salted, data, size);
    hash_sha256(salted.data, salted.len, h);
    enc_digest(h, digest);
    if (disclosure_open(a, salted.data, digest, &name, &value) == 0)
        require(enc_utf8_ok(name, strlen(name)) && enc_utf8_ok(value, strlen(value)));
    buf_fini(&salted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    arena_init(&a, 0);
    read_and_build(&a, (const char *)data, size);
    open_disclosure(&a, data, size);
    arena_fini(&a);
    return 0;
}
