/*
 * A training log's own root key and the manifest that it signs, so that bundles can be made and checked from
 * the first day. A real facility's root key never lies on this machine: its custodians sign the manifest
 * elsewhere, and only the folder `evidence` comes here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/mem.h"
#include "init/init.h"
#include "keys/keys.h"
#include "lib/facility.h"
#include "lib/files.h"

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

/* root/passphrase: what two custodians would know. */
static int make_passphrases(const struct init *in, struct buf *ret)
{
    char part[2][20];
    int err;
    facility_make_password(part[0]);
    facility_make_password(part[1]);
    buf_printf(ret, "%s\n%s", part[0], part[1]);
    OPENSSL_cleanse(part, sizeof(part));
    buf_addc(ret, '\n');
    err = put(in, "root/passphrase", ret->data, ret->len, 0400);
    ret->data[--ret->len] = '\0';
    return err;
}

static int make_root(const struct init *in, struct key **ret_key, struct note_key *ret_root)
{
    char *key_path = files_join(in->dir, "root/key"),
         *root_path = files_join(in->dir, "evidence/keys/root.txt");
    struct buf both;
    buf_init(&both);
    buf_reserve(&both, 64);
    int err = put_folder(in, "root", 0700);
    if (!err)
        err = make_passphrases(in, &both);
    if (!err)
        err = root_make(in->origin, key_path, root_path, both.data, in->light, ret_key, ret_root);
    buf_wipe(&both);
    free(key_path);
    free(root_path);
    return err;
}

static int sign_first(const struct init *in, const char *vkey, const struct key *key,
                      const struct note_key *root)
{
    const char *const words[] = {"add", "log", vkey, "0"};
    char *path = files_join(in->dir, "evidence/keys/manifest.txt");
    struct keymanifest *m = xcalloc(1, sizeof(*m));
    m->serial = 1;
    int err = manifest_change(m, words, 4);
    if (!err)
        err = manifest_write(m, root, key, path);
    free(m);
    free(path);
    return err;
}

int init_evidence(const struct init *in)
{
    struct key *key = NULL;
    struct note_key root;
    char *path = files_join(in->dir, "vkey"), *vkey = files_line(path);
    int err = put_folder(in, "evidence/keys", 0755);
    if (!err && in->training && vkey) {
        err = make_root(in, &key, &root);
        if (!err)
            err = sign_first(in, vkey, key, &root);
        if (err)
            say_error("%s: %s", say("根鍵を作れません", "cannot make the root key"), cpf_strerror(err));
    }
    key_free(key);
    free(vkey);
    free(path);
    return err;
}
