/*
 * The custodians' ceremony in small, for tests: adds lines to a training facility's key manifest and signs it
 * anew.
 *
 *   anchor_manifest FACILITY LINE...    LINE: as in the manifest, e.g. "tsa <hex> 0 -"
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/keymanifest.h"

static void slurp(const char *dir, const char *name, struct buf *ret)
{
    char path[1024], chunk[4096];
    size_t n;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "re");
    require(f);
    while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
        buf_add(ret, chunk, n);
    fclose(f);
}

static struct key *open_root(const char *dir)
{
    struct buf sealed, pass, seed;
    struct key *key;
    buf_init(&sealed);
    buf_init(&pass);
    buf_init(&seed);
    slurp(dir, "root/key", &sealed);
    slurp(dir, "root/passphrase", &pass);
    sealed.data[strcspn(sealed.data, "\r\n")] = '\0';
    pass.data[strcspn(pass.data, "\r\n")] = '\0';
    require(key_unseal(sealed.data, pass.data, true, &seed) == CPF_OK);
    require(key_from_seed((const uint8_t *)seed.data, &key) == CPF_OK);
    buf_fini(&sealed);
    buf_wipe(&pass);
    buf_wipe(&seed);
    return key;
}

int main(int argc, char **argv)
{
    struct buf note, text;
    struct note_key root;
    struct keymanifest *m = calloc(1, sizeof(*m));
    if (argc < 3 || !m)
        return 2;
    buf_init(&note);
    buf_init(&text);
    slurp(argv[1], "evidence/keys/root.txt", &text);
    text.data[strcspn(text.data, "\r\n")] = '\0';
    require(note_key_parse(&root, text.data) == CPF_OK);
    slurp(argv[1], "evidence/keys/manifest.txt", &note);
    require(keymanifest_open(m, note.data, note.len, &root) == CPF_OK);
    m->serial++;
    buf_clear(&text);
    keymanifest_format(m, &text);
    for (int i = 2; i < argc; i++)
        buf_printf(&text, "%s\n", argv[i]);
    if (keymanifest_parse(m, text.data, text.len)) {
        fprintf(stderr, "anchor_manifest: a line is not of its form\n");
        return 1;
    }
    struct key *key = open_root(argv[1]);
    buf_clear(&note);
    require(keymanifest_sign(m, root.name, key, &note) == CPF_OK);
    char path[1024];
    snprintf(path, sizeof(path), "%s/evidence/keys/manifest.txt", argv[1]);
    FILE *f = fopen(path, "we");
    require(f && fwrite(note.data, 1, note.len, f) == note.len && fclose(f) == 0);
    key_free(key);
    buf_fini(&note);
    buf_fini(&text);
    free(m);
    return 0;
}
