/* A request to this witness from anybody: as it comes, and with its checkpoint signed by a log that is known.
 */
#include <stdlib.h>
#include <string.h>
#include "anchor/witness_rule.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct policy *logs, const char *body, size_t len)
{
    static const struct witness_known known[] = {{0}, {1, {0}}, {7, {1}}, {UINT64_C(1) << 40, {2}}};
    struct witness_ask a;
    const char *why = NULL;
    bool fork;
    int status = witness_read(logs, true, body, len, &a, &why);
    if (status) {
        require(status == 400 || status == 403 || status == 404);
        return;
    }
    require(a.proof.index <= a.c.size && strcmp(a.key->name, a.c.origin) == 0);
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
        fork = false;
        int said = witness_judge(&a, &known[i], &fork);
        require(said == 200 || said == 409 || said == 422);
        /* nothing is cosigned that does not grow from what was cosigned before */
        require(said != 200 || (a.proof.index == known[i].size && a.c.size >= known[i].size && !fork));
    }
}

/* head, an empty line, the checkpoint's text: signed here, so that what lies behind the signature is reached.
 */
static void signed_case(const struct policy *logs, const struct key *key, const char *name, const char *s)
{
    const char *text = strstr(s, "\n\n");
    struct buf b;
    if (!text || !text[2] || strstr(text + 2, "\n\n") || text[strlen(text) - 1] != '\n')
        return;
    buf_init(&b);
    buf_add(&b, s, (size_t)(text + 2 - s));
    if (note_sign(text + 2, strlen(text + 2), name, key, &b) == 0)
        ask(logs, b.data, b.len);
    buf_fini(&b);
}

/* Made once. */
static struct own {
    struct policy logs;
    struct note_key name;
    struct key *key;
    struct arena arena;
} own;

static void make_own(void)
{
    static const uint8_t seed[KEY_SEED] = {1};
    struct buf b;
    uint8_t pub[KEY_PUB];
    int line;
    if (own.key)
        return;
    arena_init(&own.arena, 0);
    buf_init(&b);
    require(key_from_seed(seed, &own.key) == 0);
    key_public(own.key, pub);
    require(note_key_make(&own.name, "training.fuzz/log", pub) == 0);
    buf_puts(&b, "log ");
    note_key_format(&own.name, &b);
    buf_puts(&b, "\nquorum none\n");
    require(policy_parse(&own.logs, &own.arena, b.data, b.len, &line) == 0);
    buf_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *s = calloc(1, size + 1);
    make_own();
    if (size)
        memcpy(s, data, size);
    ask(&own.logs, s, size);
    signed_case(&own.logs, own.key, own.name.name, s);
    free(s);
    return 0;
}
