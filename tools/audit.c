/* `cpfctl audit`: options, the one pass over the log, and the report. */
#include "audit.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "args.h"
#include "audit_hook.h"
#include "audit_keys.h"
#include "audit_projection.h"
#include "base/buf.h"
#include "base/enc.h"
#include "base/json.h"
#include "base/mem.h"
#include "say.h"

int audit_fault(struct audit *a, int code, const char *fmt, ...)
{
    va_list ap;

    if (a->code)
        return a->code;
    a->code = code;
    va_start(ap, fmt);
    if (vasprintf(&a->fault, fmt, ap) < 0)
        a->fault = NULL;
    va_end(ap);
    return code;
}

int audit_scan_fault(struct audit *a, const struct scan *s)
{
    return audit_fault(a, CPF_E_AWAY, "%s", scan_error(s));
}

/* ---- options ---- */

static int wrong_use(const char *ja, const char *en)
{
    say_error("%s\n", say_ja() ? ja : en);
    fprintf(
        stderr,
        "cpfctl audit --database CONNINFO (--vkey FILE|KEY | --manifest FILE --root FILE|KEY) [--signatures] "
        "[--strict] [--json] [--quiet]\n");
    return EXIT_USAGE;
}

static int read_options(struct audit *a, struct args *args, int argc, char **argv)
{
    static const char *const flags[] = {"signatures", "strict", "json", "quiet", NULL};
    const char *bad = NULL;

    if (args_parse(args, argc, argv, flags, &bad))
        return wrong_use("引数が正しくありません", "wrong arguments");
    a->conninfo = args_get(args, "database");
    const char *vkey = args_get(args, "vkey"), *manifest = args_get(args, "manifest");
    const char *root = args_get(args, "root");
    a->signatures = args_flag(args, "signatures");
    a->strict = args_flag(args, "strict");
    a->json = args_flag(args, "json");
    a->quiet = args_flag(args, "quiet");
    if (args_unknown(args))
        return wrong_use("知らないオプションです", "unknown option");
    if (!a->conninfo || (!vkey && !manifest))
        return wrong_use("--database と、--vkey または --manifest と --root が必要です",
                         "--database is needed, and --vkey or --manifest with --root");
    bad = audit_keys_options(a, vkey, manifest, root);
    if (bad) {
        say_error(say("%s は使えません\n", "%s cannot be used\n"), bad);
        return EXIT_USAGE;
    }
    return 0;
}

/* ---- the pass ---- */

static int open_scans(struct audit *a)
{
    struct scan **const all[] = {&a->entries, &a->checkpoints, &a->tiles, &a->disclosures};
    char *error = NULL;

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (scan_open(a->conninfo, i ? a->entries : NULL, all[i], &error)) {
            (void)audit_fault(a, CPF_E_AWAY, "%s", error);
            free(error);
            return a->code;
        }
    }
    return 0;
}

static void progress(struct audit *a)
{
    if (a->quiet || a->idx % 4096 != 0)
        return;
    int64_t now = clock_mono_ms();
    if (now - a->told_ms < 1000)
        return;
    a->told_ms = now;
    fprintf(stderr,
            say("監査中 %" PRIu64 " / %" PRIu64 " 件 (毎秒 %" PRIu64 " 件)%s",
                "audit: %" PRIu64 " of %" PRIu64 " entries (%" PRIu64 "/s)%s"),
            a->idx, a->size, a->idx * 1000 / (uint64_t)(now - a->began_ms + 1), isatty(2) ? "\r" : "\n");
}

/* ---- the projections: what people read must be what the log says ---- */

static void on_difference(void *arg, const struct audit_difference *d)
{
    struct audit *a = arg;
    if (a->code)
        return; /* the first one is named, the others are counted */
    char *text = audit_difference_text(d);
    (void)!audit_fault(a, CPF_E_FORK, "projection: %s", text);
    free(text);
}

static int check_projections(struct audit *a)
{
    struct audit_projection p = {.difference = on_difference, .arg = a};
    char *error = NULL;
    int err = audit_projection(a->conninfo, a->entries, &p, &error);
    a->nrows = p.rows;
    a->projected = p.projected;
    if (err == CPF_E_VERSION) { /* made anew by the daemon's next start; nothing to compare with now */
        a->projected = -1;
        err = 0;
    } else if (err) {
        err = audit_fault(a, err, "%s", error ? error : cpf_strerror(err));
    } else if (p.unreadable && !a->code) {
        err = audit_fault(a, CPF_E_FORK, "%" PRIu64 " entries of which no row can be made", p.unreadable);
    }
    free(error);
    return err ? err : a->code;
}

static int run(struct audit *a)
{
    int err = open_scans(a);

    if (!err)
        err = audit_head(a);
    if (!err)
        err = audit_tree_begin(a);
    if (!err)
        err = audit_pd_begin(a);
    if (!err)
        err = audit_hooks_begin(a);
    if (!err && scan_start(a->entries, DB_AUDIT_ENTRIES, NULL))
        err = audit_scan_fault(a, a->entries);
    while (!err) {
        int n = scan_next(a->entries);
        if (n < 0)
            return audit_scan_fault(a, a->entries);
        if (n == 0)
            break;
        err = audit_row(a);
        progress(a);
    }
    if (!err)
        err = audit_rows_end(a);
    if (!err)
        err = audit_tree_end(a);
    if (!err)
        err = audit_pd_end(a);
    if (!err)
        err = audit_hooks_end(a);
    return err ? err : check_projections(a);
}

/* ---- the report ---- */

static void report_json(const struct audit *a, double seconds)
{
    struct arena m;
    struct buf b;
    char root[44];

    arena_init(&m, 0);
    buf_init(&b);
    struct json *o = json_object(&m);
    json_set(&m, o, "ok", json_bool(&m, a->code == 0));
    json_set_str(&m, o, "fault", a->fault);
    json_set_str(&m, o, "origin", a->key.name);
    json_set_int(&m, o, "size", (int64_t)a->size);
    json_set_int(&m, o, "entries", (int64_t)a->idx);
    enc_digest(a->root, root);
    json_set_str(&m, o, "root", root);
    json_set_int(&m, o, "streams", (int64_t)a->streams.n);
    json_set_int(&m, o, "void_rows", (int64_t)a->nvoid);
    json_set_int(&m, o, "checkpoints", (int64_t)a->ncheckpoints);
    json_set_int(&m, o, "signatures", (int64_t)a->nsignatures);
    json_set_int(&m, o, "tiles", (int64_t)a->ntiles);
    json_set_int(&m, o, "disclosures", (int64_t)a->ndisclosures);
    json_set_int(&m, o, "maps", (int64_t)a->nmaps);
    json_set_int(&m, o, "projected", a->projected);
    json_set_int(&m, o, "rows", (int64_t)a->nrows);
    json_set_int(&m, o, "milliseconds", (int64_t)(seconds * 1000));
    json_write(&b, o);
    printf("%s\n", b.data);
    buf_fini(&b);
    arena_fini(&m);
}

static void report_text(const struct audit *a, double seconds)
{
    if (a->code == CPF_E_AWAY) {
        say_error(say("データベースを読めません: %s\n", "cannot read the database: %s\n"), a->fault);
        return;
    }
    if (a->code) {
        printf(say("不合格: %s\n", "FAILED: %s\n"), a->fault);
        return;
    }
    printf(say("合格: %s、%" PRIu64 " 件、ストリーム %zu、チェックポイント %" PRIu64 " (署名検証 %" PRIu64
               ")、タイル %" PRIu64 "、開示値 %" PRIu64 "、本文のない行 %" PRIu64 "、投影表の行 %" PRIu64
               "、%.1f 秒\n",
               "ok: %s, %" PRIu64 " entries, %zu streams, %" PRIu64 " checkpoints (%" PRIu64
               " signatures verified), %" PRIu64 " tiles, %" PRIu64 " disclosures, %" PRIu64
               " void rows, %" PRIu64 " projected rows, %.1f s\n"),
           a->key.name, a->size, a->streams.n, a->ncheckpoints, a->nsignatures, a->ntiles, a->ndisclosures,
           a->nvoid, a->nrows, seconds);
}

static void audit_fini(struct audit *a)
{
    audit_hooks_fini(a);
    scan_close(a->checkpoints);
    scan_close(a->tiles);
    scan_close(a->disclosures);
    scan_close(a->entries);
    streams_fini(&a->streams);
    for (size_t i = 0; i < a->nmissing; i++) {
        free(a->missing[i].stream);
        free(a->missing[i].name);
    }
    free(a->missing);
    arena_fini(&a->arena);
    free(a->note);
    free(a->fault);
    audit_keys_fini(a);
    free(a);
}

int audit_main(int argc, char **argv)
{
    struct audit *a = xcalloc(1, sizeof(*a));
    struct args args;

    arena_init(&a->arena, 0);
    int status = read_options(a, &args, argc, argv);
    if (status == 0) {
        a->began_ms = a->told_ms = clock_mono_ms();
        (void)run(a);
        double seconds = (double)(clock_mono_ms() - a->began_ms) / 1000;
        if (a->json)
            report_json(a, seconds);
        else
            report_text(a, seconds);
        status = a->code == 0 ? EXIT_FINE : a->code == CPF_E_AWAY ? EXIT_UNREACHABLE : EXIT_UNVERIFIED;
    }
    audit_fini(a);
    return status;
}
