/* `cpfctl keys`: the ceremony of doc/keys.md, command by command. Needs no daemon and no network. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/instruction.h"
#include "base/keyring.h"
#include "base/log.h"
#include "base/mem.h"
#include "ctl/ctl.h"
#include "keys/keys.h"
#include "lib/files.h"

struct papers {
    const char *root, *key, *custodian[2];
    struct note_key root_key;
};

static void read_papers(struct ctl *c, struct papers *p)
{
    *p = (struct papers){.root = args_get(&c->args, "root"), .key = args_get(&c->args, "key")};
    for (int i = 0; i < 2; i++)
        p->custodian[i] = args_each(&c->args, "custodian-file", i);
}

static int unknown(struct ctl *c, const struct ctl_command *cmd)
{
    const char *bad = args_unknown(&c->args);
    return bad ? ctl_usage(cmd, say("知らないオプション: --%s", "unknown option --%s"), bad) : EXIT_FINE;
}

static int lacks(const struct ctl_command *cmd, const char *what)
{
    return ctl_usage(cmd, say("%s が必要です", "%s is needed"), what);
}

/* ---- root ---- */

static int run_root(struct ctl *c, const struct ctl_command *cmd)
{
    const char *origin = args_get(&c->args, "origin");
    bool light = args_flag(&c->args, "light");
    struct key *key = NULL;
    struct papers p;
    struct buf both;
    read_papers(c, &p);
    if (unknown(c, cmd))
        return EXIT_USAGE;
    if (!origin || !p.key || !p.root)
        return lacks(cmd, "--origin --key --root");
    if (light && !log_is_training(origin))
        return ctl_usage(cmd, "%s", say("--light は訓練用だけです", "--light is for training logs only"));
    buf_init(&both);
    int err = root_passphrases(p.custodian, true, &both);
    if (!err)
        err = root_make(origin, p.key, p.root, both.data, light, &key, &p.root_key);
    buf_wipe(&both);
    if (!err) {
        struct buf line;
        buf_init(&line);
        note_key_format(&p.root_key, &line);
        printf("%s\n", line.data);
        buf_fini(&line);
    }
    key_free(key);
    return err ? EXIT_USAGE : EXIT_FINE;
}

/* ---- sign ---- */

static void warn_gap(const struct keymanifest *m)
{
    uint64_t gap = keymanifest_gap(m);
    if (gap != KEYMANIFEST_ALWAYS)
        fprintf(stderr,
                say("注意: %" PRIu64 " 件の時点で有効な log 鍵がありません\n",
                    "mind: no log key counts at size %" PRIu64 "\n"),
                gap);
}

/* The text stands before both custodians' eyes before they type. */
static void show_text(const struct keymanifest *m)
{
    struct buf text;
    buf_init(&text);
    keymanifest_format(m, &text);
    fprintf(stderr, "%s\n\n%s\n", say("次の文に署名します:", "This will be signed:"), text.data);
    buf_fini(&text);
    warn_gap(m);
}

static int sign_with(struct papers *p, const struct keymanifest *m, const char *out)
{
    struct key *key = NULL;
    struct buf both;
    show_text(m);
    buf_init(&both);
    int err = root_passphrases(p->custodian, false, &both);
    if (!err)
        err = root_open(p->key, &p->root_key, both.data, &key);
    buf_wipe(&both);
    if (!err)
        err = manifest_write(m, &p->root_key, key, out);
    key_free(key);
    return err;
}

static int run_sign(struct ctl *c, const struct ctl_command *cmd)
{
    const char *old = args_get(&c->args, "manifest"), *out = args_get(&c->args, "out");
    struct papers p;
    read_papers(c, &p);
    if (unknown(c, cmd))
        return EXIT_USAGE;
    if (!p.root || !p.key || !out)
        return lacks(cmd, "--root --key --out");
    struct keymanifest *m = xcalloc(1, sizeof(*m));
    int err = root_read(p.root, &p.root_key);
    if (!err && old)
        err = manifest_read(old, &p.root_key, m);
    m->serial++;
    if (!err)
        err = manifest_change(m, c->args.word, c->args.nwords);
    if (!err && !*m->origin) {
        say_error("%s", say("log の鍵が要ります", "a log key is needed"));
        err = CPF_E_INVAL;
    }
    if (!err)
        err = sign_with(&p, m, out);
    free(m);
    return err ? EXIT_USAGE : EXIT_FINE;
}

/* ---- instruct ---- */

static int write_instruction(struct papers *p, const struct instruction *i, const char *out)
{
    struct key *key = NULL;
    struct buf both, note;
    buf_init(&both);
    buf_init(&note);
    instruction_format(i, &note);
    fprintf(stderr, "%s\n\n%s\n", say("次の文に署名します:", "This will be signed:"), note.data);
    buf_clear(&note);
    int err = root_passphrases(p->custodian, false, &both);
    if (!err)
        err = root_open(p->key, &p->root_key, both.data, &key);
    if (!err)
        err = instruction_sign(i, p->root_key.name, key, &note);
    if (err && key)
        say_error("%s", say("職員 ID か公開鍵が違います", "not a person's id, or not a public key"));
    else if (!err)
        err = papers_write(out, note.data, note.len, 0644);
    buf_wipe(&both);
    buf_fini(&note);
    key_free(key);
    return err;
}

#define INSTRUCTED_DAYS 7 /* where nobody says how long */

/* The root's name is the origin and "/root" (root_make). */
static int take_words(const struct args *a, const char *until, struct instruction *i, const char *root_name)
{
    size_t origin = strlen(root_name) - strlen("/root");
    snprintf(i->origin, sizeof(i->origin), "%.*s", (int)origin, root_name);
    snprintf(i->person, sizeof(i->person), "%s", a->word[1]);
    snprintf(i->key, sizeof(i->key), "%s", a->word[2]);
    i->until = clock_day(clock_now_ms()) + INSTRUCTED_DAYS;
    if (until && clock_day_parse(until, &i->until))
        return CPF_E_SYNTAX;
    return instruction_word_of(a->word[0], &i->word);
}

static int run_instruct(struct ctl *c, const struct ctl_command *cmd)
{
    const char *out = args_get(&c->args, "out"), *until = args_get(&c->args, "until");
    struct instruction i = {0};
    struct papers p;
    read_papers(c, &p);
    if (unknown(c, cmd))
        return EXIT_USAGE;
    if (!p.root || !p.key || !out)
        return lacks(cmd, "--root --key --out");
    if (root_read(p.root, &p.root_key))
        return EXIT_USAGE;
    if (c->args.nwords != 3 || take_words(&c->args, until, &i, p.root_key.name))
        return lacks(cmd, "reset PERSON PUBLIC-KEY");
    return write_instruction(&p, &i, out) ? EXIT_USAGE : EXIT_FINE;
}

/* ---- show ---- */

static void show_line(const struct keymanifest_line *l)
{
    struct buf value;
    char until[24] = "-";
    buf_init(&value);
    if (l->role == KEYMANIFEST_LOG)
        note_key_format(&l->key, &value);
    else if (l->role == KEYMANIFEST_STAMP)
        buf_printf(&value, "%" PRIu64 " s", l->seconds);
    else
        enc_hex(&value, l->digest, HASH_LEN);
    if (l->until != KEYMANIFEST_ALWAYS)
        snprintf(until, sizeof(until), "%" PRIu64, l->until);
    if (l->role == KEYMANIFEST_LOG)
        printf("%-6s %08x  %12" PRIu64 " %12s  %s\n", keymanifest_role_name(l->role), l->key.id, l->from,
               until, value.data);
    else
        printf("%-6s %-8s  %12" PRIu64 " %12s  %s\n", keymanifest_role_name(l->role), "", l->from, until,
               value.data);
    buf_fini(&value);
}

static int run_show(struct ctl *c, const struct ctl_command *cmd)
{
    const char *root = args_get(&c->args, "root");
    struct note_key key;
    if (unknown(c, cmd))
        return EXIT_USAGE;
    if (c->args.nwords != 1)
        return lacks(cmd, "FILE");
    if (root && root_read(root, &key))
        return EXIT_USAGE;
    struct keymanifest *m = xcalloc(1, sizeof(*m));
    int err = manifest_read(c->args.word[0], root ? &key : NULL, m);
    if (!err) {
        printf("%s  %s %" PRIu64 "  %s\n", m->origin, say("通し番号", "serial"), m->serial,
               root ? say("根鍵の署名を確認しました", "signed by that root key")
                    : say("署名は確認していません（--root）", "signature not checked (--root)"));
        printf("%-6s %-8s  %12s %12s  %s\n", say("種別", "role"), say("識別", "id"), say("件数から", "from"),
               say("まで", "until"), say("値", "value"));
        for (size_t i = 0; i < m->n; i++)
            show_line(&m->line[i]);
        warn_gap(m);
    }
    free(m);
    return err == CPF_E_SIGNATURE || err == CPF_E_NOTFOUND ? EXIT_UNVERIFIED : err ? EXIT_USAGE : EXIT_FINE;
}

/* ---- check ---- */

static int check_older(const char *path, const struct note_key *root, const struct keymanifest *m)
{
    struct keymanifest *old = xcalloc(1, sizeof(*old));
    const struct keymanifest_line *lost = NULL;
    int err = manifest_read(path, root, old);
    struct buf text;
    buf_init(&text);
    if (!err && (err = keymanifest_follows(old, m, &lost))) {
        if (lost)
            keymanifest_format_line(lost, &text);
        say_error(say("%s に続くものではありません: %s %s", "does not follow %s: %s %s"), path,
                  lost ? say("次の行が失われたか変えられた", "this line was lost or changed:")
                       : cpf_strerror(err),
                  text.data ? text.data : "");
    }
    buf_fini(&text);
    free(old);
    return err;
}

/* Each key of cpfd's vkey file must count for sizes to come. */
static int check_vkeys(const char *path, const struct keymanifest *m)
{
    struct buf text;
    struct keyring r = {0};
    buf_init(&text);
    int err = file_read(path, 4096, &text);
    buf_addc(&text, '\0');
    err = keyring_parse(&r, err ? path : text.data);
    buf_fini(&text);
    if (err)
        say_error("%s: %s", path, cpf_strerror(err));
    for (size_t i = 0; i < r.n && !err; i++) {
        err = CPF_E_NOTFOUND;
        for (size_t k = 0; k < m->n; k++)
            if (m->line[k].role == KEYMANIFEST_LOG && m->line[k].until == KEYMANIFEST_ALWAYS &&
                memcmp(m->line[k].key.pub, r.key[i].pub, KEY_PUB) == 0)
                err = CPF_OK;
        if (err)
            say_error(say("%s の鍵 %08x は今後の件数で有効ではありません",
                          "%s: key %08x does not count for sizes to come"),
                      path, r.key[i].id);
    }
    return err;
}

static int check_note(const char *path, const struct keymanifest *m)
{
    struct buf text;
    struct note n = {0};
    struct checkpoint cp;
    buf_init(&text);
    int err = file_read(path, BOUND_NOTE_BYTES, &text);
    if (!err)
        err = note_parse(&n, text.data ? text.data : "", text.len);
    if (!err)
        err = checkpoint_parse(&cp, n.text, n.text_len);
    if (!err && strcmp(cp.origin, m->origin) != 0)
        err = CPF_E_MISMATCH;
    if (!err)
        err = keymanifest_verify(m, &n, cp.size, NULL);
    if (err)
        say_error("%s: %s", path,
                  err == CPF_E_STALE
                      ? say("署名した鍵はその件数で有効ではない（失効または交代）",
                            "the key that signed does not count at its size (revoked, or not yet)")
                      : cpf_strerror(err));
    buf_fini(&text);
    return err;
}

static int run_check(struct ctl *c, const struct ctl_command *cmd)
{
    const char *root = args_get(&c->args, "root"), *older = args_get(&c->args, "older");
    const char *vkey = args_get(&c->args, "vkey"), *note = args_get(&c->args, "checkpoint");
    struct note_key key;
    if (unknown(c, cmd))
        return EXIT_USAGE;
    if (c->args.nwords != 1 || !root)
        return lacks(cmd, "FILE --root");
    if (root_read(root, &key))
        return EXIT_USAGE;
    struct keymanifest *m = xcalloc(1, sizeof(*m));
    int err = manifest_read(c->args.word[0], &key, m);
    if (!err && older)
        err = check_older(older, &key, m);
    if (!err && vkey)
        err = check_vkeys(vkey, m);
    if (!err && note)
        err = check_note(note, m);
    if (!err) {
        printf(say("合格: %s 通し番号 %" PRIu64 "\n", "ok: %s serial %" PRIu64 "\n"), m->origin, m->serial);
        warn_gap(m);
    }
    free(m);
    return err ? EXIT_UNVERIFIED : EXIT_FINE;
}

const struct ctl_command ctl_keys_commands[] = {
    {"keys", "root", "--origin ORIGIN --key FILE --root FILE [--custodian-file FILE]... [--light]",
     "根鍵を作る（オフラインの機械で）", "make the root key, on an offline machine",
     "    --key には二人の保管者のパスフレーズで封印した鍵、--root には検証鍵を書きます。",
     "    Writes the key, sealed under two custodians' passphrases, to --key and its verifier key to --root.",
     run_root, NULL},
    {"keys", "sign",
     "--root FILE --key FILE [--manifest OLD] --out NEW [--custodian-file FILE]...\n"
     "             {add ROLE VALUE FROM | end ROLE VALUE UNTIL}...",
     "鍵の一覧に署名する（オフラインの機械で）", "sign the next key manifest, on an offline machine",
     "    ROLE: log（検証鍵かそのファイル）、policy（ファイル）、tsa（PEM 証明書）、stamp（秒）。\n"
     "    --manifest がなければ最初の一覧（通し番号 1）。FROM と UNTIL は記録の件数です。",
     "    ROLE: log (verifier key or its file), policy (file), tsa (PEM certificate), stamp (seconds).\n"
     "    Without --manifest it is the first one (serial 1). FROM and UNTIL are sizes of the log.",
     run_sign, NULL},
    {"keys", "show", "FILE [--root FILE]", "鍵の一覧を表示する", "show a key manifest", NULL, NULL, run_show,
     NULL},
    {"keys", "check", "FILE --root FILE [--older FILE] [--vkey FILE] [--checkpoint FILE]",
     "鍵の一覧を検証する", "check a key manifest",
     "    --older: 前の一覧に続くか。--vkey: cpfd の鍵が今後有効か。--checkpoint: その署名鍵が有効か。",
     "    --older: does it follow that one? --vkey: do cpfd's keys count from now on? --checkpoint: does the "
     "key\n"
     "    that signed it count at its size?",
     run_check, NULL},
    {"keys", "instruct",
     "--root FILE --key FILE --out FILE [--custodian-file FILE]... [--until DAY] {reset | resume} PERSON "
     "PUBLIC-KEY",
     "保管者の指示書に署名する（オフラインの機械で）",
     "sign the custodians' instruction, on an offline machine",
     "    施設で誰も再設定できない時に。PUBLIC-KEY は今の公開鍵（cpfctl log search --stream person/PERSON "
     "の最新の key）。resume は業務停止も解く。\n"
     "    使うのは cpfctl person reset PERSON --custodians FILE。一度だけ、--until "
     "の日まで有効（既定は7日後、"
     "31日以内）",
     "    For when nobody of the facility can. PUBLIC-KEY: the newest `key` in cpfctl log search --stream "
     "person/PERSON. resume also ends a\n"
     "    suspension. Used by cpfctl person reset PERSON --custodians FILE, once, until the day of --until "
     "(a week "
     "from now; at most 31 days).",
     run_instruct, NULL},
    {0},
};
