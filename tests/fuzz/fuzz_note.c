/* Signed notes, checkpoints and verifier keys from outside. */
#include <string.h>
#include "base/enc.h"
#include "base/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An accepted note, signed again by us, holds the same text. */
static void note_case(const char *msg, size_t len)
{
    static const uint8_t seed[KEY_SEED] = {1};
    struct note n, again;
    struct note_key k;
    struct key *key;
    struct buf out;
    uint8_t pub[KEY_PUB];
    if (note_parse(&n, msg, len) != 0)
        return;
    require(n.text_len < len && n.nsigs >= 1 && n.nsigs <= BOUND_NOTE_SIGS && n.text[n.text_len - 1] == '\n');
    require(key_from_seed(seed, &key) == 0);
    key_public(key, pub);
    require(note_key_make(&k, "fuzz.example/log", pub) == 0);
    require(note_verify(&n, &k) != 0);
    buf_init(&out);
    require(note_sign(n.text, n.text_len, k.name, key, &out) == 0);
    if (out.len <= BOUND_NOTE_BYTES) {
        require(note_parse(&again, out.data, out.len) == 0 && note_verify(&again, &k) == 0);
        require(again.text_len == n.text_len && memcmp(again.text, n.text, n.text_len) == 0);
    }
    buf_fini(&out);
    key_free(key);
}

/* A checkpoint's text begins with its own three lines, whatever extends it. */
static void checkpoint_case(const char *text, size_t len)
{
    struct checkpoint c;
    struct buf out;
    if (checkpoint_parse(&c, text, len) != 0)
        return;
    require(c.origin[0] != '\0');
    buf_init(&out);
    checkpoint_format(&c, &out);
    require(out.len <= len && memcmp(out.data, text, out.len) == 0);
    buf_fini(&out);
}

static void key_case(const char *text)
{
    struct note_key k;
    struct buf out;
    buf_init(&out);
    if (note_key_parse(&k, text) == 0) {
        note_key_format(&k, &out);
        require(strcmp(out.data, text) == 0);
    }
    buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[512];
    size_t len = size < sizeof(text) - 1 ? size : sizeof(text) - 1;
    note_case((const char *)data, size);
    checkpoint_case((const char *)data, size);
    if (len > 0)
        memcpy(text, data, len);
    text[len] = '\0';
    key_case(text);
    return 0;
}
