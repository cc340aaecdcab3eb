/* The offline root key: made and opened by two custodians together. */
#include "base/log.h"
#include "keys/keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/bounds.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/mem.h"
#include "ctl/ctl.h"
#include "lib/files.h"

/* ---- passphrases ---- */

static int add_part(struct buf *ret, const char *part)
{
    if (strlen(part) < BOUND_PASSWORD_MIN || strlen(part) > BOUND_SECRET_BYTES) {
        say_error(say("パスフレーズは %d 文字以上にしてください", "a passphrase has at least %d characters"),
                  BOUND_PASSWORD_MIN);
        return CPF_E_SECRET;
    }
    if (ret->len && strcmp(ret->data, part) == 0) {
        say_error("%s", say("二人のパスフレーズが同じです", "the two passphrases are the same"));
        return CPF_E_SECRET;
    }
    if (ret->len)
        buf_addc(ret, '\n');
    buf_puts(ret, part);
    return CPF_OK;
}

static int ask_part(int custodian, bool twice, struct buf *ret)
{
    char prompt[160];
    char *a, *b = NULL;
    int err;
    snprintf(prompt, sizeof(prompt), say("保管者 %d のパスフレーズ: ", "Custodian %d, passphrase: "),
             custodian);
    a = say_ask(prompt, true);
    if (a && twice)
        b = say_ask(say("  もう一度: ", "  again: "), true);
    if (!a || (twice && (!b || strcmp(a, b) != 0))) {
        say_error("%s", say("一致しません", "they differ"));
        err = CPF_E_SECRET;
    } else {
        err = add_part(ret, a);
    }
    ctl_wipe(a);
    ctl_wipe(b);
    return err;
}

static int file_parts(const char *path, struct buf *ret)
{
    struct buf text;
    char *save = NULL;
    buf_init(&text);
    buf_reserve(&text, 4096);
    int err = file_read(path, 2048, &text);
    if (err)
        say_error("%s: %s", path, cpf_strerror(err));
    else
        buf_addc(&text, '\0');
    for (char *p = err ? NULL : strtok_r(text.data, "\r\n", &save); p && !err;
         p = strtok_r(NULL, "\r\n", &save))
        err = add_part(ret, p);
    buf_wipe(&text);
    return err;
}

int root_passphrases(const char *const files[2], bool twice, struct buf *ret)
{
    int err = CPF_OK;
    buf_reserve(ret, 4 * BOUND_SECRET_BYTES); /* at once: growing would leave copies behind */
    for (int i = 0; i < 2 && !err; i++) {
        if (files[0] && files[i])
            err = file_parts(files[i], ret);
        else if (!files[0])
            err = ask_part(i + 1, twice, ret);
    }
    const char *second = err ? NULL : strchr(ret->data, '\n');
    if (!err && (!second || strchr(second + 1, '\n'))) {
        say_error("%s",
                  say("パスフレーズは二人分が必要です", "the passphrases of two custodians are needed"));
        err = CPF_E_SECRET;
    }
    return err;
}

/* ---- making ---- */

int papers_write(const char *path, const void *data, size_t len, mode_t mode)
{
    int err = access(path, F_OK) == 0 ? CPF_E_DUPLICATE : files_write(path, data, len, mode);
    if (err == CPF_E_DUPLICATE)
        say_error(say("%s はすでにあります。上書きしません", "%s is there already: it is never overwritten"),
                  path);
    else if (err)
        say_error("%s: %s", path, cpf_strerror(err));
    return err;
}

static int write_sealed(const uint8_t seed[KEY_SEED], const char *path, const char *passphrases, bool light)
{
    struct buf sealed;
    buf_init(&sealed);
    int err = key_seal(seed, KEY_SEED, passphrases, light, &sealed);
    if (err)
        say_error("%s", cpf_strerror(err));
    buf_addc(&sealed, '\n');
    if (!err)
        err = papers_write(path, sealed.data, sealed.len, 0400);
    buf_fini(&sealed);
    return err;
}

static int name_root(const char *origin, const struct key *key, const char *path, struct note_key *ret)
{
    uint8_t pub[KEY_PUB];
    char *name;
    struct buf line;
    buf_init(&line);
    key_public(key, pub);
    require(asprintf(&name, "%s/root", origin) >= 0);
    int err = note_key_make(ret, name, pub);
    if (err) {
        say_error(say("origin %s は鍵の名前にできません", "origin %s cannot name a key"), origin);
    } else {
        note_key_format(ret, &line);
        buf_addc(&line, '\n');
        err = papers_write(path, line.data, line.len, 0644);
    }
    free(name);
    buf_fini(&line);
    return err;
}

int root_make(const char *origin, const char *key_path, const char *root_path, const char *passphrases,
              bool light, struct key **ret_key, struct note_key *ret_root)
{
    uint8_t seed[KEY_SEED];
    struct key *key = NULL;
    enc_random(seed, sizeof(seed));
    int err = key_from_seed(seed, &key);
    if (!err)
        err = write_sealed(seed, key_path, passphrases, light);
    if (!err)
        err = name_root(origin, key, root_path, ret_root);
    OPENSSL_cleanse(seed, sizeof(seed));
    if (err)
        key_free(key);
    else
        *ret_key = key;
    return err;
}

/* ---- opening ---- */

int root_read(const char *path, struct note_key *ret)
{
    char *line = files_line(path);
    int err = note_key_parse(ret, line ? line : path);
    if (err)
        say_error(
            say("%s: 根鍵の検証鍵（一行）が必要です", "%s: the root's verifier key, one line, is needed"),
            path);
    free(line);
    return err;
}

int root_open(const char *key_path, const struct note_key *root, const char *passphrases, struct key **ret)
{
    char *sealed = files_line(key_path);
    struct key *key = NULL;
    uint8_t pub[KEY_PUB];
    struct buf seed;
    buf_init(&seed);
    bool light = log_is_training(root->name);
    int err = sealed ? key_unseal(sealed, passphrases, light, &seed) : CPF_E_IO;
    if (!err && seed.len != KEY_SEED)
        err = CPF_E_SECRET;
    if (!err)
        err = key_from_seed((const uint8_t *)seed.data, &key);
    if (err) {
        say_error(say("%s を開けません: %s", "cannot open %s: %s"), key_path,
                  err == CPF_E_IO ? strerror(errno) : cpf_strerror(err));
    } else {
        key_public(key, pub);
        if (memcmp(pub, root->pub, KEY_PUB) != 0) {
            say_error(say("%s は %s の鍵ではありません", "%s is not the key of %s"), key_path, root->name);
            err = CPF_E_MISMATCH;
        }
    }
    buf_wipe(&seed);
    free(sealed);
    if (err)
        key_free(key);
    else
        *ret = key;
    return err;
}
