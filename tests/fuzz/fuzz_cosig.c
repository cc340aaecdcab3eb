/* What others send to be put behind a note: cosignature lines; and the log's key file. */
#include <stdlib.h>
#include <string.h>
#include "base/cosig.h"
#include "base/keyring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char text[] = "fuzz.example/log\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";

static struct key *own_key(const char *name, struct note_key *witness, struct note_key *log)
{
    static const uint8_t seed[KEY_SEED] = {1};
    uint8_t pub[KEY_PUB];
    struct key *key;

    require(key_from_seed(seed, &key) == 0);
    key_public(key, pub);
    require(cosig_key_make(witness, name, pub) == 0 && note_key_make(log, "fuzz.example/log", pub) == 0);
    return key;
}

/* Whatever lines come, the note stays one, with its text, its log's signature and ours if there was room. */
static void lines_case(const char *lines)
{
    struct note_key witness, log;
    struct key *key = own_key("fuzz.example/witness", &witness, &log);
    struct note n;
    struct buf note, ours;
    int64_t at = 0;

    buf_init(&note);
    buf_init(&ours);
    require(note_sign(text, sizeof(text) - 1, log.name, key, &note) == 0);
    require(cosig_sign(text, sizeof(text) - 1, witness.name, key, 1790000000, &ours) == 0);
    cosig_add_lines(&note, ours.data);
    cosig_add_lines(&note, lines);
    if (note.len <= BOUND_NOTE_BYTES) {
        require(note_parse(&n, note.data, note.len) == 0);
        require(n.text_len == sizeof(text) - 1 && memcmp(n.text, text, n.text_len) == 0);
        require(note_verify(&n, &log) == 0);
        require(cosig_verify(&n, &witness, &at) == 0 && at == 1790000000);
    }
    key_free(key);
    buf_fini(&note);
    buf_fini(&ours);
}

/* A note from outside: nothing in it verifies by a key of ours, who signed nothing. */
static void note_case(const char *msg, size_t len)
{
    struct note_key witness, log;
    struct key *key = own_key("fuzz.example/other", &witness, &log);
    struct note n;
    int64_t at = -1;

    if (note_parse(&n, msg, len) == 0)
        require(cosig_verify(&n, &witness, &at) != 0 && at == -1);
    key_free(key);
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
    lines_case(s);
    note_case(s, size);
    key_case(s);
    free(s);
    return 0;
}
