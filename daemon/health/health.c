#include "health/health.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/clock.h"
#include "base/mem.h"
#include "hint.h"
#include "log.h"

#define DAY_MS (24 * 3600 * INT64_C(1000))
#define MB     (1024 * 1024)

struct health {
    struct health_config cfg;
    struct http_server *https;
    struct event *tick;
    struct health_seen seen;
    struct health_told told;
    int64_t since[HEALTH_WARNINGS];
};

/* ---- judging ---- */

static int64_t days_left(struct http_validity v, int64_t now)
{
    int64_t ms = v.until - now;
    return ms >= 0 ? ms / DAY_MS : -((-ms + DAY_MS - 1) / DAY_MS);
}

static void judge_certificate(const struct conf *c, const char *path, struct http_validity v, int64_t now,
                              struct health_told *ret)
{
    char *what = ret->what[HEALTH_CERTIFICATE];
    int64_t days = days_left(v, now);
    if (!v.until || *what)
        return;
    if (now < v.from)
        snprintf(what, sizeof(ret->what[0]), "%s does not count yet", path);
    else if (now >= v.until)
        snprintf(what, sizeof(ret->what[0]), "%s has expired", path);
    else if (days < c->certificate_warn_days)
        snprintf(what, sizeof(ret->what[0]), "%s ends in %" PRId64 " days", path, days);
}

void health_judge(const struct conf *c, const struct health_seen *seen, struct health_told *ret)
{
    *ret = (struct health_told){.full = seen->free_mb < c->disk_stop_mb};
    judge_certificate(c, c->tls_certificate, seen->https, seen->now, ret);
    judge_certificate(c, c->report_certificate, seen->report, seen->now, ret);
    snprintf(ret->what[HEALTH_FILE], sizeof(ret->what[0]), "%s", seen->file);
    snprintf(ret->what[HEALTH_KEY], sizeof(ret->what[0]), "%s", seen->key);
    if (seen->free_mb < c->disk_warn_mb)
        snprintf(ret->what[HEALTH_DISK], sizeof(ret->what[0]), "%s: %" PRId64 " MB are free", seen->folder,
                 seen->free_mb);
    if (!seen->synchronised && !c->training)
        snprintf(ret->what[HEALTH_CLOCK], sizeof(ret->what[0]), "adjtimex: not synchronised");
}

/* ---- looking ---- */

/* The first thing that is wrong is told; the next one once it is mended. */
static void look_at_files(const struct conf *c, struct health_seen *s)
{
    const char *const path[] = {c->tls_certificate, c->tls_key,    c->vkey_file,
                                c->catalogue,       c->clauses,    c->rights,
                                c->report,          c->report_key, c->report_certificate};
    char *error = NULL;
    for (size_t i = 0; i < sizeof(path) / sizeof(*path) && !*s->file; i++)
        if (*path[i] && access(path[i], path[i] == c->report ? X_OK : R_OK) != 0)
            snprintf(s->file, sizeof(s->file), "%s: %s", path[i], strerror(errno));
    if (!*s->file && http_tls_check(c->tls_certificate, c->tls_key, &error) != 0)
        snprintf(s->file, sizeof(s->file), "%s", error ? error : c->tls_key);
    free(error);
}

static void look_at_keys(const struct conf *c, struct health_seen *s)
{
    const char *const path[] = {c->tls_key, c->report_key, c->witness_key, c->witness_passphrase};
    struct stat st;
    for (size_t i = 0; i < sizeof(path) / sizeof(*path) && !*s->key; i++)
        if (*path[i] && stat(path[i], &st) == 0 && (st.st_mode & S_IRWXO))
            snprintf(s->key, sizeof(s->key), "%s: mode %03o", path[i], (unsigned)st.st_mode & 0777);
}

static void look_at_folder(const char *folder, struct health_seen *s)
{
    struct statvfs v;
    if (statvfs(folder, &v) != 0)
        return;
    int64_t free_mb = (int64_t)((double)v.f_bavail * (double)v.f_frsize / MB);
    if (*s->folder && free_mb >= s->free_mb)
        return;
    snprintf(s->folder, sizeof(s->folder), "%s", folder);
    s->free_mb = free_mb;
}

static void look_at_disk(const struct conf *c, struct health_seen *s)
{
    const char *slash = strrchr(c->admin_socket, '/');
    char folder[512];
    s->free_mb = INT64_MAX;
    snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - c->admin_socket) : 0, c->admin_socket);
    look_at_folder(*folder ? folder : "/", s);
    if (*c->disk_folder)
        look_at_folder(c->disk_folder, s);
}

static void look(const struct health *h, struct health_seen *ret)
{
    const struct conf *c = h->cfg.conf;
    int64_t offset;
    *ret = (struct health_seen){.now = clock_now_ms(), .synchronised = clock_synchronised(&offset)};
    if (h->https)
        ret->https = http_server_validity(h->https);
    if (*c->report_certificate && http_validity_read(c->report_certificate, &ret->report) != 0)
        ret->report = (struct http_validity){0};
    look_at_files(c, ret);
    look_at_keys(c, ret);
    look_at_disk(c, ret);
}

/* A line when a warning begins, one when it ends. */
static void tell(struct health *h, const struct health_told *now)
{
    for (size_t i = 0; i < HEALTH_WARNINGS; i++) {
        const char *is = now->what[i];
        bool was = *h->told.what[i];
        if (*is && !was) {
            log_event(LOG_LEVEL_WARNING, "cpfd.warning", "code", hint_warning(i), "what", is, "do",
                      hint_for_reason(hint_warning(i)), NULL);
            h->since[i] = clock_mono_ms();
        } else if (!*is && was) {
            log_event(LOG_LEVEL_NOTICE, "cpfd.warning.over", "code", hint_warning(i), "after_ms",
                      LOG_NUM(clock_mono_ms() - h->since[i]), NULL);
        }
    }
}

void health_look(struct health *h)
{
    struct health_told now;
    look(h, &h->seen);
    health_judge(h->cfg.conf, &h->seen, &now);
    tell(h, &now);
    h->told = now;
    h->cfg.on_look(h->cfg.arg, now.full ? "disk.full" : NULL);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    health_look(arg);
}

/* ---- questions ---- */

bool health_warns(const struct health *h, enum health_warning i)
{
    return *h->told.what[i];
}

struct http_validity health_validity(const struct health *h, bool report)
{
    return report ? h->seen.report : h->seen.https;
}

bool health_days(const struct health *h, bool report, int64_t *ret_days)
{
    struct http_validity v = health_validity(h, report);
    if (v.until)
        *ret_days = days_left(v, clock_now_ms());
    return v.until != 0;
}

/* ---- life ---- */

int health_new(const struct health_config *cfg, struct health **ret)
{
    struct health *h = xcalloc(1, sizeof(*h));
    const struct timeval every = {cfg->conf->watch_interval_s, 0};
    h->cfg = *cfg;
    h->tick = event_new(cfg->base, -1, EV_PERSIST, on_tick, h);
    if (!h->tick || event_add(h->tick, &every) != 0) {
        health_free(h);
        return CPF_E_NOMEM;
    }
    health_look(h);
    *ret = h;
    return 0;
}

void health_free(struct health *h)
{
    if (!h)
        return;
    if (h->tick)
        event_free(h->tick);
    free(h);
}

void health_set_https(struct health *h, struct http_server *https)
{
    h->https = https;
    health_look(h);
}
