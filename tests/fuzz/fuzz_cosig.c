/* What others send to be put behind a note: cosignature lines; and the log's key file. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/cosig.h"
#include "base/keyring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char text[] = "fuzz.example/log\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";

/* Ours, made once: signing takes longer than all the rest. */
static struct own {
    bool made;
    struct note_key witness, log;
    struct buf note; /* with the log's signature and the witness's line */
} own;

static void make_own(void)
{
    static const uint8_t seed[KEY_SEED] = {1};
    uint8_t pub[KEY_PUB];
    struct key *key;
    struct buf line;
    if (own.made)
        return;
    own.made = true;
    require(key_from_seed(seed, &key) == 0);
    key_public(key, pub);
    require(cosig_key_make(&own.witness, "fuzz.example/witness", pub) == 0);
    require(note_key_make(&own.log, "fuzz.example/log", pub) == 0);
    buf_init(&own.note);
    buf_init(&line);
    require(note_sign(text, sizeof(text) - 1, own.log.name, key, &own.note) == 0);
    require(cosig_sign(text, sizeof(text) - 1, own.witness.name, key, 1790000000, &line) == 0);
    cosig_add_lines(&own.note, line.data);
    buf_fini(&line);
    key_free(key);
}

/* Whatever lines come, the note stays one, with its text, its log's signature and our witness's. */
static void lines_case(const char *lines)
{
    struct note n;
    struct buf note;
    int64_t at = 0;
    buf_init(&note);
    buf_add(&note, own.note.data, own.note.len);
    cosig_add_lines(&note, lines);
    require(note.len >= own.note.len && memcmp(note.data, own.note.data, own.note.len) == 0);
    if (note.len > own.note.len && note.len <= BOUND_NOTE_BYTES) {
        require(note_parse(&n, note.data, note.len) == 0);
        require(n.text_len == sizeof(text) - 1 && memcmp(n.text, text, n.text_len) == 0);
        require(note_verify(&n, &own.log) == 0);
        require(cosig_verify(&n, &own.witness, &at) == 0 && at == 1790000000);
    }
    buf_fini(&note);
}

/* A note from outside: nothing in it verifies by a key of ours, who signed nothing. */
static void note_case(const char *msg, size_t len)
{
    struct note n;
    int64_t at = -1;
    if (note_parse(&n, msg, len) == 0)
        require(cosig_verify(&n, &own.witness, &at) != 0 && at == -1);
}

static void key_case(const char *line)
{
    struct note_key k;
    struct keyring r;
    struct buf b;
    buf_init(&b);
    if (cosig_key_parse(&k, line) == 0) {
        cosig_key_format(&k, &b);
        require(strcmp(b.data, line) == 0);
    }
    if (keyring_parse(&r, line) == 0)
        require(r.n >= 1 && r.n <= KEYRING_MAX && strcmp(r.key[0].name, r.key[r.n - 1].name) == 0);
    buf_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *s = calloc(1, size + 1);
    if (size)
        memcpy(s, data, size);
    make_own();
    lines_case(s);
    note_case(s, size);
    key_case(s);
    free(s);
    return 0;
}
