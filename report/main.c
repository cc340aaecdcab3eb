/* cpf-report: see report.h. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "pdf/codes.h"
#include "pdf/label.h"
#include "pdf/resort.h"
#include "pdf/sheet.h"
#include "report.h"
#include "whole.h"

#define REQUEST_MAX 1048576
#define MEMORY_MAX  (1536UL * 1024 * 1024) /* address space: fonts are mapped, 60 MiB each */
#define CPU_MAX_S   60
#define ALARM_S     120
#define NICE        10

static const struct kind {
    const char *name;
    report_fn make;
} kinds[] = {
    {"bundle", report_bundle},
    {"csv", report_csv},
    {"json", report_json},
    {"pdf", report_pdf},
    {"last-resort", report_resort},
    {"form-sheet", report_sheet},
    {"code-sheet", report_codes},
    {"label", report_label},
    {NULL, NULL},
};

static report_fn kind_named(const char *name)
{
    for (const struct kind *k = kinds; name && k->name; k++)
        if (strcmp(k->name, name) == 0)
            return k->make;
    return NULL;
}

static int failed(int status, const char *what, const char *more)
{
    fprintf(stderr, "cpf-report: %s%s%s\n", what, more ? ": " : "", more ? more : "");
    return status;
}

static json_t *read_request(void)
{
    static char text[REQUEST_MAX];
    json_error_t e;
    size_t len = fread(text, 1, sizeof(text), stdin);
    return len < sizeof(text) ? json_loadb(text, len, JSON_REJECT_DUPLICATES, &e) : NULL;
}

static const char *text_of(const json_t *all, const char *name)
{
    return json_string_value(json_object_get(all, name));
}

static int write_all(const struct buf *b)
{
    size_t done = fwrite(b->data ? b->data : "", 1, b->len, stdout);
    return done == b->len && fflush(stdout) == 0 ? REPORT_FINE : failed(REPORT_FAILED, "stdout", NULL);
}

static int status_of(int err)
{
    switch (err) {
    case CPF_E_INVAL:
        return REPORT_REQUEST;
    case CPF_E_NOTFOUND:
        return REPORT_NOT_FOUND;
    case CPF_E_AWAY:
        return REPORT_AWAY;
    case CPF_E_FORK:
        return REPORT_ALARM;
    case CPF_E_MISMATCH:
        return REPORT_NEVER;
    default:
        return REPORT_FAILED;
    }
}

static int make(const struct report_request *q, report_fn fn)
{
    struct scan *s = NULL;
    struct buf out;
    char *why = NULL;
    buf_init(&out);
    bool given = fn == report_resort || fn == report_sheet || fn == report_codes ||
                 fn == report_label; /* all that it prints: it must come when the database does not */
    int err = given ? 0 : scan_open(q->database, NULL, &s, &why);
    if (!err && !given && q->batch)
        err = whole_check(s, q->batch, q->size, &why);
    if (!err)
        err = fn(s, q, &out, &why);
    scan_close(s);
    int status = err ? failed(status_of(err), cpf_strerror(err), why) : write_all(&out);
    free(why);
    buf_fini(&out);
    return status;
}

/* Of all on this machine it waits first, and goes first when memory is short. */
static void yield_to_others(void)
{
    FILE *f = fopen("/proc/self/oom_score_adj", "we");
    (void)!nice(NICE);
    if (f) {
        fputs("900", f);
        fclose(f);
    }
}

/* A hostile log, or a bug, must not eat the machine that records. Sanitizers want address space of their own.
 */
static void limit_self(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    rlim_t memory = RLIM_INFINITY;
#else
    rlim_t memory = MEMORY_MAX;
#endif
    const struct {
        int what;
        rlim_t most;
    } limit[] = {{RLIMIT_AS, memory}, {RLIMIT_CPU, CPU_MAX_S}, {RLIMIT_CORE, 0}, {RLIMIT_FSIZE, MEMORY_MAX}};
    for (size_t i = 0; i < sizeof(limit) / sizeof(*limit); i++) {
        struct rlimit now;
        if (getrlimit((__rlimit_resource_t)limit[i].what, &now))
            continue;
        if (now.rlim_max == RLIM_INFINITY || limit[i].most < now.rlim_max)
            now.rlim_max = limit[i].most;
        now.rlim_cur = now.rlim_max;
        (void)!setrlimit((__rlimit_resource_t)limit[i].what, &now);
    }
    alarm(ALARM_S);
    yield_to_others();
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    limit_self();
    json_t *all = read_request();
    const json_t *disclosures = json_object_get(all, "disclosures"), *now = json_object_get(all, "now");
    struct report_request q = {.kind = text_of(all, "kind"),
                               .database = text_of(all, "database"),
                               .batch = text_of(all, "batch"),
                               .zone = text_of(all, "zone"),
                               .evidence = text_of(all, "evidence"),
                               .size = (uint64_t)json_integer_value(json_object_get(all, "size")),
                               .now = now ? json_integer_value(now) : clock_now_ms(),
                               .disclosures = !json_is_false(disclosures),
                               .all = all};
    report_fn fn = kind_named(q.kind);
    int status;
    if (!fn || !q.database)
        status = failed(REPORT_REQUEST, "the request on stdin is not one", q.kind);
    else if (clock_zone_use(q.zone ? q.zone : "Asia/Tokyo"))
        status = failed(REPORT_REQUEST, "no such zone", q.zone);
    else
        status = make(&q, fn);
    json_decref(all);
    return status;
}
