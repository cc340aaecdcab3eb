/* Anchors: a round now, and the key of a witness. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "lib/admin.h"
#include "base/bounds.h"
#include "base/cosig.h"
#include "base/enc.h"
#include "base/mem.h"
#include "ctl.h"
#include "lib/facility.h"
#include "lib/files.h"

#define ROUND_MS 90000 /* a few posts of 15 s to each witness, side by side, and one for the stamp */

/* ---- a round ---- */

/* The gravest of what a member `state` says. */
static int worse(int code, const char *state)
{
    if (!state || strcmp(state, "cosigned") == 0 || strcmp(state, "stamped") == 0 ||
        strcmp(state, "not-asked") == 0)
        return code;
    if (strcmp(state, "fork") == 0 || strcmp(state, "rolled-back") == 0 ||
        strcmp(state, "bad-cosignature") == 0)
        return EXIT_UNVERIFIED;
    if (code == EXIT_UNVERIFIED)
        return code;
    return strcmp(state, "refused") == 0 ? EXIT_REFUSED : code ? code : EXIT_UNREACHABLE;
}

static const char *text(const json_t *o, const char *name)
{
    const char *s = json_string_value(json_object_get(o, name));
    return s ? s : "";
}

static long long number(const json_t *o, const char *name)
{
    return (long long)json_integer_value(json_object_get(o, name));
}

static int tell(struct ctl *c, const json_t *v)
{
    const json_t *stamp = json_object_get(v, "stamp"), *quorum = json_object_get(v, "quorum"),
                 *alarm = json_object_get(v, "alarm"), *w;
    int code = EXIT_FINE;
    size_t i;
    json_array_foreach((json_t *)json_object_get(v, "witnesses"), i, w) code = worse(code, text(w, "state"));
    if (stamp)
        code = worse(code, text(stamp, "state"));
    if (c->json) {
        ctl_print_json(v);
        return code;
    }
    static const char *const columns[] = {"name:立会人:witness", "size:件数:size",     "at:時刻:time",
                                          "state:状態:state",    "detail:詳細:detail", NULL};
    if (!json_object_size(v)) {
        ctl_printf("%s\n",
                   say("立会人も時刻認証局も設定されていません (doc/anchors.md)",
                       "neither witnesses nor a time-stamping authority are configured (doc/anchors.md)"));
        return EXIT_FINE;
    }
    ctl_printf(say("記録の件数 %lld\n", "size of the log: %lld\n"), number(v, "size"));
    if (json_object_get(v, "witnesses"))
        ctl_print_table(json_object_get(v, "witnesses"), columns);
    if (stamp)
        ctl_printf(say("タイムスタンプ: %lld 件まで %s %s %s\n", "time stamp: size %lld %s %s %s\n"),
                   number(stamp, "size"), text(stamp, "at"), text(stamp, "state"), text(stamp, "detail"));
    ctl_printf(say("方針 (%s) を満たす最新の件数: %lld\n", "newest size that meets the policy (%s): %lld\n"),
               text(quorum, "of"), number(quorum, "size"));
    if (alarm)
        ctl_printf(say("警報 %s: %s %s (%s)\n", "ALARM %s: %s %s (%s)\n"), text(alarm, "at"),
                   text(alarm, "who"), text(alarm, "what"), text(alarm, "detail"));
    return code;
}

static int run_anchor(struct ctl *c, const struct ctl_command *cmd)
{
    const char *given = args_get(&c->args, "admin-socket");
    json_t *body = json_pack("{}"), *v = NULL;
    int status = 0, code = EXIT_UNREACHABLE;
    if (args_unknown(&c->args)) {
        json_decref(body);
        return ctl_usage(cmd, say("知らないオプション: --%s", "unknown option --%s"), args_unknown(&c->args));
    }
    char *socket = given ? xstrdup(given) : ctl_admin_socket(c->dir);
    int err = socket ? admin_post(socket, "/v1/anchor", body, ROUND_MS, &status, &v) : CPF_E_IO;
    if (err)
        say_error(say("%s につながりません: %s", "cannot reach %s: %s"), socket ? socket : "cpfd",
                  cpf_strerror(err));
    else if (status != 200)
        code = ctl_failed(c, status, v, NULL);
    else
        code = tell(c, v);
    json_decref(v);
    json_decref(body);
    free(socket);
    return code;
}

/* ---- the key of a witness ---- */

/* The passphrase of the file, or a new one in a new file. */
static char *take_passphrase(const char *path)
{
    char a[20], b[20], line[48];
    if (access(path, F_OK) == 0)
        return files_line(path);
    facility_make_password(a);
    facility_make_password(b);
    int n = snprintf(line, sizeof(line), "%s-%s\n", a, b);
    int err = files_write(path, line, (size_t)n, 0400);
    line[n - 1] = '\0';
    char *ret = err ? NULL : xstrdup(line);
    OPENSSL_cleanse(line, sizeof(line));
    OPENSSL_cleanse(a, sizeof(a));
    OPENSSL_cleanse(b, sizeof(b));
    return ret;
}

static int make_key(const char *name, const char *path, const char *passphrase, bool light)
{
    uint8_t seed[KEY_SEED], pub[KEY_PUB];
    struct key *key = NULL;
    struct note_key vkey;
    struct buf text;
    buf_init(&text);
    enc_random(seed, sizeof(seed));
    int err = key_from_seed(seed, &key);
    if (!err) {
        key_public(key, pub);
        err = cosig_key_make(&vkey, name, pub);
    }
    if (!err)
        err = key_seal(seed, sizeof(seed), passphrase, light, &text);
    OPENSSL_cleanse(seed, sizeof(seed));
    if (!err) {
        buf_addc(&text, '\n');
        err = files_write(path, text.data, text.len, 0400);
    }
    if (!err) {
        buf_clear(&text);
        cosig_key_format(&vkey, &text);
        ctl_printf("%s\n", text.data);
    }
    key_free(key);
    buf_fini(&text);
    return err;
}

static int run_init(struct ctl *c, const struct ctl_command *cmd)
{
    const char *name = args_get(&c->args, "name"), *path = args_get(&c->args, "key");
    const char *secret = args_get(&c->args, "passphrase-file");
    bool light = args_flag(&c->args, "light");
    if (args_unknown(&c->args))
        return ctl_usage(cmd, say("知らないオプション: --%s", "unknown option --%s"), args_unknown(&c->args));
    if (!name || !path || !secret)
        return ctl_usage(cmd, say("--name、--key、--passphrase-file が必要です",
                                  "--name, --key and --passphrase-file are needed"));
    if (access(path, F_OK) == 0) {
        say_error(say("%s は既にあります。上書きしません", "%s is there already: a key is never overwritten"),
                  path);
        return EXIT_USAGE;
    }
    char *passphrase = take_passphrase(secret);
    if (!passphrase || strlen(passphrase) < BOUND_PASSWORD_MIN) {
        say_error(say("%s: %d 文字以上の一行が必要です", "%s: one line of at least %d characters is needed"),
                  secret, BOUND_PASSWORD_MIN);
        ctl_wipe(passphrase);
        return EXIT_USAGE;
    }
    int err = make_key(name, path, passphrase, light);
    if (err)
        say_error("%s: %s", path, cpf_strerror(err));
    ctl_wipe(passphrase);
    return err ? EXIT_USAGE : EXIT_FINE;
}

const struct ctl_command ctl_anchor_commands[] = {
    {"anchor", NULL, "[--admin-socket PATH] [--json]", "立会人と時刻認証局に今すぐ送り、終わるまで待つ",
     "ask witnesses and the time stamp now, and wait",
     "最新のチェックポイントを送り、各立会人と時刻認証局の答えを示します (doc/anchors.md)。",
     "Sends the newest checkpoint and shows what each of them answered (doc/anchors.md).", run_anchor, NULL},
    {"witness", "init", "--name NAME --key FILE --passphrase-file FILE [--light]",
     "他施設の記録に立会う鍵を作る", "make the key with which other logs are witnessed",
     "封印した鍵をFILEに書き、検証鍵を表示します。合言葉のファイルがなければ作ります。--light "
     "は訓練用だけです。",
     "Writes the sealed key and prints its verifier key. The passphrase file is made if it is not there. "
     "--light is "
     "for training logs only.",
     run_init, NULL},
    {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
};
