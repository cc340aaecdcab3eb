/* Documents about a batch: fetched from cpfd, which has cpf-report make them. */
#include "ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/http.h>

#include "base/enc.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "lib/client.h"
#include "lib/files.h"

#define DOCUMENT_MOST (256UL * 1024 * 1024)
#define TRY_MS        300000 /* others may be waiting for theirs */
#define PATIENCE_MS   120000

struct order {
    const char *kind, *out;
    bool disclosures, force;
    char *path;
    json_t *request; /* NULL: a GET */
};

/* ---- the order ---- */

/* The one of bundle, pdf, csv, json; NULL if two are named. */
static const char *kind_of(struct ctl *c)
{
    static const char *const name[] = {"pdf", "csv", "json"};
    const char *kind = NULL;
    for (size_t i = 0; i < 3; i++)
        if (args_flag(&c->args, name[i])) {
            if (kind)
                return NULL;
            kind = name[i];
        }
    return kind ? kind : "bundle";
}

static bool good_sizes(const char *s)
{
    return !s || (strspn(s, "0123456789,") == strlen(s) && *s);
}

static char *make_path(const struct order *o, const char *batch, const char *known)
{
    struct buf b;
    char *name = evhttp_uriencode(batch, -1, 0);
    buf_init(&b);
    buf_printf(&b, "/v1/batches/%s/%s", name, o->kind);
    if (!o->disclosures)
        buf_puts(&b, "?disclosures=none");
    if (known)
        buf_printf(&b, "%cconsistent=%s", o->disclosures ? '?' : '&', known);
    free(name);
    return b.data;
}

static int read_order(struct ctl *c, const struct ctl_command *cmd, struct order *o)
{
    const char *known = args_get(&c->args, "known");
    *o = (struct order){.kind = kind_of(c), .out = args_get(&c->args, "out")};
    o->disclosures = !args_flag(&c->args, "without-disclosures");
    o->force = args_flag(&c->args, "force");
    c->json = false; /* here it names a document */
    if (args_unknown(&c->args))
        return ctl_usage(cmd, say("知らないオプション: --%s", "unknown option --%s"), args_unknown(&c->args));
    if (c->args.nwords != 1)
        return ctl_usage(cmd, "%s", say("製造番号を一つ指定してください", "name one batch"));
    if (!o->kind)
        return ctl_usage(cmd, "%s", say("--pdf --csv --json は一つだけです", "one of --pdf --csv --json"));
    if (!o->out || !*o->out)
        return ctl_usage(cmd, "%s", say("--out でファイルを指定してください", "name the file: --out FILE"));
    if (!good_sizes(known))
        return ctl_usage(cmd, "%s",
                         say("--known は件数をコンマで区切ります", "--known wants sizes: 1200,3400"));
    if (!o->force && access(o->out, F_OK) == 0) {
        say_error(say("%s は既にあります（上書きは --force）", "%s is there already (--force overwrites it)"),
                  o->out);
        return EXIT_USAGE;
    }
    o->path = make_path(o, c->args.word[0], known);
    return EXIT_FINE;
}

/* Personal data is shown to a person: by password here, or to whoever acts at the station of the token. */
static int sign_order(struct ctl *c, struct order *o)
{
    char *badge = NULL, *password = NULL;
    if (!o->disclosures || !args_get(&c->args, "as"))
        return EXIT_FINE;
    int code = ctl_signer(c, &badge, &password);
    if (!code)
        o->request = json_pack("{s:o,s:s,s:s}", "id", ctl_id(), "badge", badge, "password", password);
    free(badge);
    ctl_wipe(password);
    return code;
}

/* ---- the file ---- */

static int cannot(const char *path)
{
    say_error("%s: %s", path, strerror(errno));
    return EXIT_USAGE;
}

/* Not over a file that came there meanwhile, where the file system can tell. */
static int put_in_place(const char *part, const struct order *o)
{
    if (!o->force) {
        if (renameat2(AT_FDCWD, part, AT_FDCWD, o->out, RENAME_NOREPLACE) == 0)
            return EXIT_FINE;
        if (errno != EINVAL && errno != ENOSYS)
            return cannot(o->out);
    }
    return rename(part, o->out) == 0 ? EXIT_FINE : cannot(o->out);
}

static int fetch(struct ctl *c, const struct order *o, FILE *to, const char *part)
{
    json_t *answer = NULL;
    char *why = NULL;
    int status = client_fetch(c->client, o->path, c->token, o->request, to, DOCUMENT_MOST, &answer, &why);
    const char *said = json_string_value(json_object_get(answer, "code"));
    int code = status == 200 ? EXIT_FINE : ctl_failed(c, status, answer, why);
    if (code && said && strncmp(said, "evidence.", 9) == 0)
        code = EXIT_UNVERIFIED; /* not "no", but "this log is not the one it was" */
    if (!code && (ferror(to) || fflush(to) || fsync(fileno(to))))
        code = cannot(part);
    json_decref(answer);
    free(why);
    return code;
}

static int fetch_file(struct ctl *c, const struct order *o)
{
    char *part;
    require(asprintf(&part, "%s.part", o->out) >= 0);
    unlink(part); /* of an export that was broken off */
    int fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600), code = EXIT_USAGE;
    FILE *to = fd >= 0 ? fdopen(fd, "w+") : NULL;
    if (!to) {
        cannot(part);
        goto out;
    }
    code = fetch(c, o, to, part);
    if (fclose(to) && !code)
        code = cannot(part);
    if (!code)
        code = put_in_place(part, o);
    if (code)
        unlink(part);
out:
    free(part);
    return code;
}

/* ---- what was written ---- */

static int tell(const struct order *o)
{
    struct buf file, hex;
    uint8_t digest[HASH_LEN];
    buf_init(&file);
    buf_init(&hex);
    int err = file_read(o->out, DOCUMENT_MOST, &file);
    if (err) {
        say_error("%s: %s", o->out, cpf_strerror(err));
    } else {
        hash_sha256(file.data, file.len, digest);
        enc_hex(&hex, digest, sizeof(digest));
        printf("%s  %zu bytes\nsha256  %s\n", o->out, file.len, hex.data);
    }
    buf_fini(&file);
    buf_fini(&hex);
    if (!err && strcmp(o->kind, "bundle") == 0)
        printf(
            say("検証: cpf-verify --root ROOT %s  （ROOT: 別の経路で受け取った根鍵。手作業の手順は "
                "README.txt）\n",
                "verify: cpf-verify --root ROOT %s  (ROOT: the root key as you received it apart from this; "
                "by hand: README.txt inside)\n"),
            o->out);
    return err ? EXIT_USAGE : EXIT_FINE;
}

static int run_export(struct ctl *c, const struct ctl_command *cmd)
{
    struct order o = {0};
    int code = read_order(c, cmd, &o);
    c->timeout_ms = TRY_MS;
    c->patience_ms = PATIENCE_MS;
    if (!code)
        code = ctl_connect(c);
    if (!code)
        code = sign_order(c, &o);
    if (!code)
        code = fetch_file(c, &o);
    if (!code)
        code = tell(&o);
    json_decref(o.request);
    free(o.path);
    return code;
}

int ctl_fetch_page(struct ctl *c, const struct ctl_command *cmd, const char *path, const char *out,
                   bool force)
{
    struct order o = {.kind = "pdf", .out = out, .force = force, .path = xstrdup(path)};
    int code = EXIT_FINE;
    if (args_unknown(&c->args) || c->args.nwords)
        code = ctl_usage(cmd, "%s", say("余分な引数です", "too many arguments"));
    if (!code && !force && access(out, F_OK) == 0) {
        say_error(say("%s は既にあります（上書きは --force）", "%s is there already (--force overwrites it)"),
                  out);
        code = EXIT_USAGE;
    }
    c->timeout_ms = TRY_MS;
    c->patience_ms = PATIENCE_MS;
    if (!code)
        code = ctl_connect(c);
    if (!code)
        code = fetch_file(c, &o);
    if (!code)
        code = tell(&o);
    free(o.path);
    return code;
}

const struct ctl_command ctl_export_commands[] = {
    {"export", "batch",
     "BATCH --out FILE [--pdf|--csv|--json] [--without-disclosures] [--known SIZE,...] [--force] "
     "[--as PERSON [--password-file FILE]]",
     "証拠一式または記録書を書き出す", "write the evidence bundle, or the record, of a batch",
     "    既定は証拠一式（ZIP）。--pdf --csv --json は製造記録書だけ\n"
     "    --known                検査する側が既に持つチェックポイントの件数（整合性の証明を添える）\n"
     "    --without-disclosures  個人情報なし。付けない場合は --as の職員、または端末にサインイン中の職員に\n"
     "                           対する開示として記録される",
     "    A bundle (ZIP) by default; --pdf, --csv, --json: the batch record alone.\n"
     "    --known                sizes of checkpoints that the verifier already holds: proofs of "
     "consistency\n"
     "    --without-disclosures  no personal data; otherwise it is recorded that they were shown to --as "
     "PERSON,\n"
     "                           or to whoever is signed in at the station of the token",
     run_export, NULL},
    {0},
};
