/*
 * A training log's own root key and the manifest that it signs, so that bundles can be made and checked from
 * the first day. A real facility's root key never lies on this machine: its custodians sign the manifest
 * elsewhere, and only the folder `evidence` comes here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/enc.h"
#include "base/keymanifest.h"
#include "base/mem.h"
#include "ctl_init.h"
#include "facility.h"
#include "files.h"

static int put(const struct init *in, const char *name, const void *data, size_t len, mode_t mode)
{
    char *path = files_join(in->dir, name);
    int err = files_write(path, data, len, mode);

    if (err)
        say_error("%s: %s", path, cpf_strerror(err));
    free(path);
    return err;
}

static int put_folder(const struct init *in, const char *name, mode_t mode)
{
    char *path = files_join(in->dir, name);
    int err = files_mkdir(path, mode);

    if (err)
        say_error("%s: %s", path, cpf_strerror(err));
    free(path);
    return err;
}

/* root/key, sealed under root/passphrase. */
static int keep_root(const struct init *in, const uint8_t seed[KEY_SEED])
{
    char a[20], b[20], line[48];
    struct buf sealed, text;
    int err;

    buf_init(&sealed);
    buf_init(&text);
    facility_make_password(a);
    facility_make_password(b);
    snprintf(line, sizeof(line), "%s-%s", a, b);
    err = key_seal(seed, KEY_SEED, line, in->light, &sealed);
    buf_printf(&text, "%s\n", line);
    if (!err)
        err = put(in, "root/passphrase", text.data, text.len, 0400);
    if (!err)
        err = put(in, "root/key", sealed.data, sealed.len, 0400);
    OPENSSL_cleanse(line, sizeof(line));
    OPENSSL_cleanse(a, sizeof(a));
    OPENSSL_cleanse(b, sizeof(b));
    buf_wipe(&text);
    buf_fini(&sealed);
    return err;
}

static int sign_manifest(const struct init *in, const char *vkey, const struct key *root)
{
    struct keymanifest m = {.serial = 1, .n = 1};
    struct note_key name;
    uint8_t pub[KEY_PUB];
    struct buf text;
    int err;

    buf_init(&text);
    snprintf(m.origin, sizeof(m.origin), "%s", in->origin);
    m.line[0] = (struct keymanifest_line){.role = KEYMANIFEST_LOG, .until = KEYMANIFEST_ALWAYS};
    err = note_key_parse(&m.line[0].key, vkey);
    key_public(root, pub);
    char *root_name = NULL;
    require(asprintf(&root_name, "%s/root", in->origin) >= 0);
    if (!err)
        err = note_key_make(&name, root_name, pub);
    if (!err)
        err = keymanifest_sign(&m, root_name, root, &text);
    if (!err)
        err = put(in, "evidence/keys/manifest.txt", text.data, text.len, 0644);
    buf_clear(&text);
    if (!err) {
        note_key_format(&name, &text);
        buf_addc(&text, '\n');
        err = put(in, "evidence/keys/root.txt", text.data, text.len, 0644);
    }
    free(root_name);
    buf_fini(&text);
    return err;
}

int init_evidence(const struct init *in)
{
    uint8_t seed[KEY_SEED];
    struct key *root = NULL;
    char *path = files_join(in->dir, "vkey"), *vkey = files_line(path);
    int err = put_folder(in, "evidence/keys", 0755);

    free(path);
    if (err || !in->training || !vkey) {
        free(vkey);
        return err;
    }
    enc_random(seed, sizeof(seed));
    err = put_folder(in, "root", 0700);
    if (!err)
        err = keep_root(in, seed);
    if (!err)
        err = key_from_seed(seed, &root);
    if (!err)
        err = sign_manifest(in, vkey, root);
    if (err)
        say_error("%s: %s", say("根鍵を作れません", "cannot make the root key"), cpf_strerror(err));
    key_free(root);
    OPENSSL_cleanse(seed, sizeof(seed));
    free(vkey);
    return err;
}
