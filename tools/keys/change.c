/* Manifests: read, changed by words, written. */
#include "keys/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/enc.h"
#include "base/file.h"
#include "base/keyring.h"
#include "base/mem.h"
#include "lib/files.h"
#include "lib/say.h"

/* ---- files ---- */

int manifest_read(const char *path, const struct note_key *root, struct keymanifest *ret)
{
    struct buf note;
    struct note n = {0};
    buf_init(&note);
    int err = file_read(path, BOUND_NOTE_BYTES, &note);
    if (!err && root)
        err = keymanifest_open(ret, note.data ? note.data : "", note.len, root);
    else if (!err && !(err = note_parse(&n, note.data ? note.data : "", note.len)))
        err = keymanifest_parse(ret, n.text, n.text_len);
    if (err == CPF_E_NOTFOUND || err == CPF_E_SIGNATURE)
        say_error(say("%s に根鍵の正しい署名がありません", "%s is not signed by that root key"), path);
    else if (err)
        say_error("%s: %s", path, cpf_strerror(err));
    buf_fini(&note);
    return err;
}

int manifest_write(const struct keymanifest *m, const struct note_key *root, const struct key *key,
                   const char *path)
{
    struct buf note;
    buf_init(&note);
    int err = keymanifest_sign(m, root->name, key, &note);
    if (err == CPF_E_DUPLICATE)
        say_error("%s", say("同じ行が二つあります", "a line stands twice"));
    else if (err)
        say_error("%s: %s", path, cpf_strerror(err));
    else
        err = papers_write(path, note.data, note.len, 0644);
    buf_fini(&note);
    return err;
}

/* ---- values ---- */

static bool number(const char *s, uint64_t *ret)
{
    char *end;
    if (strspn(s, "0123456789") != strlen(s) || !*s || strlen(s) > 18 || (*s == '0' && s[1]))
        return false;
    *ret = strtoull(s, &end, 10);
    return true;
}

/* The key itself, or a file of which it is the newest. */
static int read_log_key(const char *value, struct note_key *ret)
{
    struct buf text;
    struct keyring r = {0};
    buf_init(&text);
    int err = file_read(value, 4096, &text);
    buf_addc(&text, '\0');
    err = keyring_parse(&r, err ? value : text.data);
    if (!err)
        *ret = r.key[r.n - 1];
    buf_fini(&text);
    return err;
}

static int digest_of_certificate(const char *path, uint8_t ret[HASH_LEN])
{
    FILE *f = fopen(path, "re");
    X509 *x = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
    unsigned char *der = NULL;
    int len = x ? i2d_X509(x, &der) : -1;
    if (len > 0)
        hash_sha256(der, (size_t)len, ret);
    OPENSSL_free(der);
    X509_free(x);
    if (f)
        fclose(f);
    return len > 0 ? CPF_OK : CPF_E_SYNTAX;
}

static int digest_of_file(const char *path, uint8_t ret[HASH_LEN])
{
    struct buf text;
    buf_init(&text);
    int err = file_read(path, BOUND_POLICY_BYTES, &text);
    if (!err)
        hash_sha256(text.data ? text.data : "", text.len, ret);
    buf_fini(&text);
    return err;
}

static int read_value(const char *value, struct keymanifest_line *l)
{
    switch (l->role) {
    case KEYMANIFEST_LOG:
        return read_log_key(value, &l->key);
    case KEYMANIFEST_STAMP:
        return number(value, &l->seconds) ? CPF_OK : CPF_E_SYNTAX;
    case KEYMANIFEST_POLICY:
    case KEYMANIFEST_TSA:
        break;
    }
    if (strlen(value) == 2 * HASH_LEN && enc_unhex(value, 2 * HASH_LEN, l->digest, HASH_LEN) == CPF_OK)
        return CPF_OK;
    return l->role == KEYMANIFEST_TSA ? digest_of_certificate(value, l->digest)
                                      : digest_of_file(value, l->digest);
}

/* ---- changes ---- */

static int add(struct keymanifest *m, const struct keymanifest_line *l)
{
    if (l->role == KEYMANIFEST_LOG && !*m->origin)
        snprintf(m->origin, sizeof(m->origin), "%s", l->key.name);
    if (l->role == KEYMANIFEST_LOG && strcmp(m->origin, l->key.name) != 0) {
        say_error(say("鍵は %s のもので、%s のものではありません", "the key is of %s, not of %s"),
                  l->key.name, m->origin);
        return CPF_E_MISMATCH;
    }
    if (m->n == BOUND_MANIFEST_LINES)
        return CPF_E_LIMIT;
    m->line[m->n++] = *l;
    return CPF_OK;
}

/* By its 8-digit id, as `keys show` prints it. */
static bool by_id(const struct keymanifest_line *l, const char *value)
{
    char id[9];
    snprintf(id, sizeof(id), "%08x", l->key.id);
    return l->role == KEYMANIFEST_LOG && strcmp(id, value) == 0;
}

static int end(struct keymanifest *m, const struct keymanifest_line *want, const char *value, uint64_t until)
{
    struct keymanifest_line *found = NULL;
    for (size_t i = 0; i < m->n; i++) {
        struct keymanifest_line *l = &m->line[i];
        if (l->role != want->role || !(by_id(l, value) || keymanifest_same(l, want)) || l->until <= until)
            continue;
        if (found)
            return CPF_E_DUPLICATE;
        found = l;
    }
    if (!found || until < found->from)
        return CPF_E_NOTFOUND;
    found->until = until;
    return CPF_OK;
}

static int change(struct keymanifest *m, const char *const w[4])
{
    struct keymanifest_line l = {.until = KEYMANIFEST_ALWAYS};
    bool adds = strcmp(w[0], "add") == 0;
    uint64_t size;
    if ((!adds && strcmp(w[0], "end") != 0) || keymanifest_role_of(w[1], &l.role) || !number(w[3], &size))
        return CPF_E_SYNTAX;
    int err = read_value(w[2], &l);
    if (err && (adds || l.role != KEYMANIFEST_LOG || strlen(w[2]) != 8))
        return err;
    l.from = size;
    return adds ? add(m, &l) : end(m, &l, w[2], size);
}

int manifest_change(struct keymanifest *m, const char *const words[], int n)
{
    int err = n % 4 == 0 && n > 0 ? CPF_OK : CPF_E_SYNTAX;
    if (err)
        say_error("%s", say("add|end 種別 値 件数 の四語ずつで指定してください",
                            "give add|end ROLE VALUE SIZE, four words each"));
    for (int i = 0; i < n && !err; i += 4) {
        err = change(m, words + i);
        if (err)
            say_error("%s %s %s %s: %s", words[i], words[i + 1], words[i + 2], words[i + 3],
                      cpf_strerror(err));
    }
    return err;
}
