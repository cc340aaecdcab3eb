/* `cpfctl audit`: options and phases. */
#include "audit.h"
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lib/args.h"
#include "audit/hook.h"
#include "audit/keys.h"
#include "audit/projection.h"
#include "base/buf.h"
#include "base/mem.h"
#include "lib/say.h"

#define JOBS_MOST 64

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
    fputs("cpfctl audit --database CONNINFO (--vkey FILE|KEY | --manifest FILE --root FILE|KEY) [--jobs N]\n"
          "             [--state FILE [--full]] [--result FILE] [--evidence DIR] [--signatures] [--strict]\n"
          "             [--projections | --no-projections] [--json] [--progress] [--quiet] [--journal]\n",
          stderr);
    return EXIT_USAGE;
}

static bool read_jobs(struct audit *a, const char *given)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    char *end = NULL;
    long n = given ? strtol(given, &end, 10) : cores > 8 ? 8 : cores;
    if (n < 1 || n > JOBS_MOST || (end && *end))
        return false;
    a->jobs = (unsigned)n;
    return true;
}

static void read_flags(struct audit *a, struct args *args)
{
    a->signatures = args_flag(args, "signatures");
    a->strict = args_flag(args, "strict");
    a->json = args_flag(args, "json");
    a->quiet = args_flag(args, "quiet");
    a->full = args_flag(args, "full");
    a->journal = args_flag(args, "journal");
    a->projections = args_flag(args, "projections");
    a->no_projections = args_flag(args, "no-projections");
    a->progress = (args_flag(args, "progress") || isatty(2)) && !a->quiet;
}

static int read_options(struct audit *a, struct args *args, int argc, char **argv)
{
    static const char *const flags[] = {"signatures", "strict",      "json",    "quiet",          "full",
                                        "progress",   "projections", "journal", "no-projections", NULL};
    const char *bad = NULL;
    if (args_parse(args, argc, argv, flags, &bad))
        return wrong_use("引数が正しくありません", "wrong arguments");
    a->conninfo = args_get(args, "database");
    const char *vkey = args_get(args, "vkey"), *manifest = args_get(args, "manifest");
    const char *root = args_get(args, "root"), *jobs = args_get(args, "jobs");
    a->state_path = args_get(args, "state");
    a->result_path = args_get(args, "result");
    a->evidence = args_get(args, "evidence");
    read_flags(a, args);
    if (args_unknown(args))
        return wrong_use("知らないオプションです", "unknown option");
    if (!a->conninfo || (!vkey && !manifest))
        return wrong_use("--database と、--vkey または --manifest と --root が必要です",
                         "--database is needed, and --vkey or --manifest with --root");
    if (!read_jobs(a, jobs))
        return wrong_use("--jobs は 1 から 64 です", "--jobs is a number from 1 to 64");
    bad = audit_keys_options(a, vkey, manifest, root);
    if (bad) {
        say_error(say("%s は使えません\n", "%s cannot be used\n"), bad);
        return EXIT_USAGE;
    }
    return 0;
}

/* ---- the projections: what people read must be what the log says ---- */

struct projections {
    struct audit *a;
    struct audit_projection p;
    pthread_t thread;
    bool running;
    int err;
    char *error, *difference; /* the first one is named, the others are counted */
};

static void on_difference(void *arg, const struct audit_difference *d)
{
    struct projections *t = arg;
    if (!t->difference)
        t->difference = audit_difference_text(d);
}

static void *projections_run(void *arg)
{
    struct projections *t = arg;
    t->p = (struct audit_projection){.difference = on_difference, .arg = t};
    t->err = audit_projection(t->a->conninfo, t->a->entries, &t->p, &t->error);
    return NULL;
}

/* Beside the log where there are threads for it. It opens its connections within the snapshot that is shared.
 */
static void projections_start(struct projections *t, struct audit *a)
{
    bool wanted = !a->no_projections && (a->projections || a->from == 0);
    *t = (struct projections){.a = a};
    a->projected_checked = wanted;
    if (wanted && a->jobs > 1)
        t->running = pthread_create(&t->thread, NULL, projections_run, t) == 0;
}

static int projections_end(struct projections *t)
{
    struct audit *a = t->a;
    if (t->running)
        pthread_join(t->thread, NULL);
    else if (a->projected_checked && !a->code)
        projections_run(t);
    a->nrows = t->p.rows;
    a->projected = t->p.projected;
    if (t->err == CPF_E_VERSION) /* made anew by the daemon's next start; nothing to compare with now */
        a->projected = -1;
    else if (t->err)
        (void)audit_fault(a, t->err, "%s", t->error ? t->error : cpf_strerror(t->err));
    else if (t->difference)
        (void)audit_fault(a, CPF_E_FORK, "projection: %s", t->difference);
    else if (t->p.unreadable)
        (void)audit_fault(a, CPF_E_FORK, "%" PRIu64 " entries of which no row can be made", t->p.unreadable);
    free(t->error);
    free(t->difference);
    return a->code;
}

/* ---- phases ---- */

static int begin(struct audit *a)
{
    char *error = NULL;
    if (scan_open(a->conninfo, NULL, &a->entries, &error)) {
        (void)audit_fault(a, CPF_E_AWAY, "%s", error);
        free(error);
        return a->code;
    }
    int err = audit_head(a);
    if (!err && scan_share(a->entries)) /* before other threads open theirs */
        err = audit_scan_fault(a, a->entries);
    if (!err)
        err = audit_state_load(a);
    if (!err)
        err = audit_hooks_begin(a);
    return err;
}

static int run(struct audit *a)
{
    struct projections t;
    int err = begin(a);
    if (err)
        return err;
    int64_t began = clock_mono_ms();
    projections_start(&t, a);
    err = audit_rows(a);
    a->log_ms = clock_mono_ms() - began;
    if (!err)
        err = audit_hooks_end(a);
    if (projections_end(&t))
        return a->code;
    if (audit_state_save(a))
        return audit_fault(a, CPF_E_IO, "%s cannot be written", a->state_path);
    return err;
}

static void audit_fini(struct audit *a)
{
    audit_hooks_fini(a);
    scan_close(a->entries);
    streams_fini(&a->streams);
    missings_fini(&a->missing);
    free(a->runs.at);
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
    a->projected = -1;
    int status = read_options(a, &args, argc, argv);
    if (status == 0) {
        a->began_ms = a->told_ms = clock_mono_ms();
        (void)run(a);
        audit_report(a);
        status = a->code == 0 ? EXIT_FINE : a->code == CPF_E_AWAY ? EXIT_UNREACHABLE : EXIT_UNVERIFIED;
    }
    audit_fini(a);
    return status;
}
