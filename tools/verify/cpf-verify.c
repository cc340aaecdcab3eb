/* cpf-verify BUNDLE: files and options; what is checked is in the parts. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "verify.h"

enum {
    OPT_JSON = 256,
    OPT_LANG,
    OPT_POLICY,
    OPT_KNOWN,
    OPT_ROOT,
    OPT_MANIFEST,
    OPT_NOW,
    OPT_VERSION,
    OPT_HELP
};

struct args {
    const char *bundle;
    bool json, ja;
    struct verify_options opt;
};

static bool locale_ja(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        const char *v = getenv(names[i]);
        if (v && *v)
            return strncmp(v, "ja", 2) == 0;
    }
    return false;
}

static void usage(FILE *f)
{
    fputs("cpf-verify BUNDLE.zip [--json] [--lang ja|en] [--root KEY|FILE] [--manifest FILE]\n"
          "           [--policy FILE] [--known-checkpoint FILE]... [--now TIME]\n"
          "\n"
          "終了コード / exit status:\n"
          "  0  合格                    every entry holds\n"
          "  2  使い方、読めないファイル  wrong use, unreadable file\n"
          "  3  限定合格                what is here holds, but something is not proved\n"
          " 10  ZIP                     the container\n"
          " 11  ファイルの構成           layout, MANIFEST.sha256\n"
          " 12  鍵、チェックポイント     keys, checkpoint\n"
          " 13  方針、立会い             policy, witnesses\n"
          " 14  時刻認証                 time stamps\n"
          " 15  記録の証明               entries and their proofs\n"
          " 16  抜け                    something left out\n"
          " 17  個人情報                 personal data\n"
          " 18  無効な記録               void entries\n"
          " 19  別の履歴、古い束         another history, an old bundle\n"
          " 20  本人の署名               persons' signatures\n"
          " 21  report.json              report.json against the entries\n"
          "複数あるときは最も小さい番号。 Of several, the lowest.\n",
          f);
}

/* ---- files ---- */

/* Whole, into memory: a file on a stick may change or vanish while it is looked at. */
static bool read_file(const char *path, size_t most, struct buf *ret)
{
    int err = file_read(path, most, ret);
    if (err)
        fprintf(stderr, "cpf-verify: %s: %s\n", path, file_strerror(err));
    return !err;
}

static bool give(struct verify_text *t, const char *path)
{
    struct buf b;
    buf_init(&b);
    bool ok = read_file(path, BOUND_POLICY_BYTES, &b);
    *t = (struct verify_text){path, b.data, b.len};
    return ok;
}

/* The key itself, or a file whose line it is. */
static bool give_root(struct verify_text *t, const char *arg)
{
    if (strchr(arg, '+') && access(arg, R_OK) != 0) {
        *t = (struct verify_text){"--root", xstrdup(arg), strlen(arg)};
        return true;
    }
    return give(t, arg);
}

/* ---- arguments ---- */

static bool option(struct args *a, int opt, const char *arg)
{
    switch (opt) {
    case OPT_JSON:
        return a->json = true;
    case OPT_LANG:
        a->ja = strcmp(arg, "ja") == 0;
        return a->ja || strcmp(arg, "en") == 0;
    case OPT_POLICY:
        return give(&a->opt.policy, arg);
    case OPT_KNOWN:
        return a->opt.nknown < VERIFY_KNOWN_MAX && give(&a->opt.known[a->opt.nknown++], arg);
    case OPT_ROOT:
        return give_root(&a->opt.root, arg);
    case OPT_MANIFEST:
        return give(&a->opt.manifest, arg);
    case OPT_NOW:
        return clock_parse_rfc3339(arg, &a->opt.now) == CPF_OK;
    default:
        return false;
    }
}

/* -1: go on; else the status to end with. */
static int read_args(struct args *a, int argc, char **argv)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, OPT_JSON},
        {"lang", required_argument, NULL, OPT_LANG},
        {"policy", required_argument, NULL, OPT_POLICY},
        {"known-checkpoint", required_argument, NULL, OPT_KNOWN},
        {"root", required_argument, NULL, OPT_ROOT},
        {"manifest", required_argument, NULL, OPT_MANIFEST},
        {"now", required_argument, NULL, OPT_NOW},
        {"version", no_argument, NULL, OPT_VERSION},
        {"help", no_argument, NULL, OPT_HELP},
        {NULL, 0, NULL, 0},
    };
    for (int opt; (opt = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (opt == OPT_VERSION) {
            puts("cpf-verify " CPF_VERSION);
            return VERIFY_OK;
        }
        if (opt == OPT_HELP) {
            usage(stdout);
            return VERIFY_OK;
        }
        if (!option(a, opt, optarg))
            return VERIFY_USAGE;
    }
    if (optind != argc - 1) {
        usage(stderr);
        return VERIFY_USAGE;
    }
    a->bundle = argv[optind];
    return -1;
}

static void args_fini(struct args *a)
{
    struct verify_text *const texts[] = {&a->opt.root, &a->opt.manifest, &a->opt.policy};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        free((char *)texts[i]->text);
    for (size_t i = 0; i < a->opt.nknown; i++)
        free((char *)a->opt.known[i].text);
}

/* ---- the bundle ---- */

static enum verify_class check(const struct args *a, const void *zip, size_t len)
{
    struct verify *v = verify_run(zip, len, &a->opt);
    struct buf out;
    buf_init(&out);
    if (a->json)
        verify_report_json(v, &out);
    else
        verify_report_text(v, a->ja, &out);
    enum verify_class class = verify_class(v);
    /* a verdict that nobody could read is none */
    if (fwrite(out.data, 1, out.len, stdout) != out.len || fflush(stdout) != 0)
        class = VERIFY_USAGE;
    buf_fini(&out);
    verify_free(v);
    return class;
}

static int check_file(const struct args *a)
{
    struct buf zip;
    buf_init(&zip);
    int status =
        read_file(a->bundle, BOUND_BUNDLE_BYTES, &zip) ? (int)check(a, zip.data, zip.len) : VERIFY_USAGE;
    buf_fini(&zip);
    return status;
}

int main(int argc, char **argv)
{
    struct args a = {.ja = locale_ja()};
    a.opt.now = clock_now_ms();
    int status = read_args(&a, argc, argv);
    if (status < 0)
        status = check_file(&a);
    args_fini(&a);
    return status;
}
