#include "app.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "anchor/anchor.h"
#include "api/api.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/keyring.h"
#include "base/clock.h"
#include "core/label/layout.h"
#include "follow/follow.h"
#include "health/health.h"
#include "hint.h"
#include "ledger/ledger.h"
#include "log.h"

struct app {
    struct api api; /* first: handlers take it as their argument */
    struct words words;
    struct rights *rights;
    struct follow *follow;
    char *vkey;
    struct event *look;
    const char *refusing; /* the reason last told, or NULL */
    int64_t since_ms;
    void (*on_stop)(void *arg, int code);
    void *stop_arg;
    void (*on_ready)(void *arg);
    void *ready_arg;
};

/* The verifier keys: a small file of one line, or of two during a rotation. */
static char *read_vkeys(const char *path)
{
    struct buf text;
    buf_init(&text);
    if (file_read(path, 2048, &text) != 0)
        buf_fini(&text);
    return text.data;
}

/* ---- projections ---- */

/* The book is ahead of the follower, and keeps every protocol. */
static const struct protocol *protocol_named(void *arg, const char *name)
{
    struct app *a = arg;
    const struct protocol_state *p = map_get(&flow_book(a->api.flow)->protocols, name);
    return p ? p->protocol : NULL;
}

static void on_flow_entry(void *arg, const struct entry *e)
{
    struct app *a = arg;
    if (a->follow)
        follow_entry(a->follow, e);
    live_entry(a->api.live, e);
}

static void followed(void *arg, int64_t *ret_idx, uint64_t *ret_faults)
{
    struct app *a = arg;
    if (!a->follow)
        return;
    *ret_idx = follow_idx(a->follow);
    *ret_faults = follow_faults(a->follow);
}

/* ---- why it does not serve ---- */

#define LOOK_MS 250

/* One line when a reason begins, one when it ends. */
static void on_look(evutil_socket_t fd, short what, void *arg)
{
    struct app *a = arg;
    const char *now = flow_unavailable(a->api.flow), *was = a->refusing;
    (void)fd, (void)what;
    if (now == was || (now && was && strcmp(now, was) == 0))
        return;
    if (was)
        log_event(LOG_LEVEL_NOTICE, "cpfd.available", "again", now ? "no" : "yes", "reason", was, "after_ms",
                  LOG_NUM(clock_mono_ms() - a->since_ms), NULL);
    if (now)
        log_event(LOG_LEVEL_WARNING, "cpfd.unavailable", "reason", now, "do", hint_for_reason(now), NULL);
    a->refusing = now;
    a->since_ms = clock_mono_ms();
    live_reason(a->api.live, now);
}

static void on_health(void *arg, const char *unavailable)
{
    struct app *a = arg;
    flow_block(a->api.flow, unavailable);
}

static int start_looking(struct app *a, struct event_base *base)
{
    const struct timeval every = {0, LOOK_MS * 1000};
    a->look = event_new(base, -1, EV_PERSIST, on_look, a);
    return a->look && event_add(a->look, &every) == 0 ? 0 : CPF_E_NOMEM;
}

/* ---- the flow's word ---- */

static void on_flow_ready(void *arg)
{
    struct app *a = arg;
    live_begin(a->api.live, api_log_size(&a->api));
    follow_start(a->follow);
    anchor_start(a->api.anchor);
    if (a->on_ready)
        a->on_ready(a->ready_arg);
}

static void on_flow_stop(void *arg, int code, const char *text)
{
    struct app *a = arg;
    if (code)
        log_event(LOG_LEVEL_ERROR, "app.stop", "error", cpf_strerror(code), "text", text, NULL);
    a->on_stop(a->stop_arg, code);
}

__attribute__((format(printf, 3, 4))) static int fail(char **ret_error, int err, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (vasprintf(ret_error, fmt, ap) < 0)
        *ret_error = NULL;
    va_end(ap);
    return err;
}

static int check_vkey(const struct conf *c, char **ret_error)
{
    char *text = read_vkeys(c->vkey_file);
    struct keyring keys;
    int err = text ? keyring_parse(&keys, text) : CPF_E_IO;
    if (err)
        fail(ret_error, err,
             "%s: one line of the form name+id+key is needed, as cpf-signer init printed it (during a "
             "rotation "
             "two, the old key first): %s",
             c->vkey_file, cpf_strerror(err));
    else if (strcmp(keys.key[0].name, c->origin) != 0)
        err = fail(ret_error, CPF_E_MISMATCH, "%s is the key of %s, but origin is %s", c->vkey_file,
                   keys.key[0].name, c->origin);
    free(text);
    return err;
}

static int load_words(const struct conf *c, struct words *ret, char **ret_error)
{
    char *beside = conf_beside(c, "report-words.yaml");
    int err = words_load(ret, NULL, c->catalogue, c->clauses, beside, NULL, ret_error);
    free(beside);
    return err;
}

int app_check(const struct conf *conf, char **ret_error)
{
    struct words words = {0};
    struct rights *rights = NULL;
    struct label_layouts *layouts = NULL;
    int err = check_vkey(conf, ret_error);
    if (!err)
        err = load_words(conf, &words, ret_error);
    words_fini(&words);
    if (!err)
        err = rights_load_file(conf->rights, &rights, ret_error);
    rights_free(rights);
    if (!err)
        err = label_layouts_load(conf->labels, &layouts, ret_error);
    label_layouts_free(layouts);
    if (!err)
        err = anchor_check(conf, ret_error);
    return err;
}

static const char *newest_checkpoint(void *arg)
{
    struct app *a = arg;
    return ledger_checkpoint(flow_ledger(a->api.flow));
}

static int wire(struct app *a, struct event_base *base, char **ret_error)
{
    const struct conf *c = a->api.conf;
    int err = load_words(c, &a->words, ret_error);
    if (!err)
        err = rights_load_file(c->rights, &a->rights, ret_error);
    if (!err)
        err = label_layouts_load(c->labels, &a->api.layouts, ret_error);
    if (err)
        return err;
    a->vkey = read_vkeys(c->vkey_file);
    if (!a->vkey) {
        if (asprintf(ret_error, "%s: cannot be read", c->vkey_file) < 0)
            *ret_error = NULL;
        return CPF_E_IO;
    }
    struct flow_config f = {.base = base,
                            .conf = c,
                            .words = &a->words,
                            .rights = a->rights,
                            .vkey = a->vkey,
                            .on_ready = on_flow_ready,
                            .on_stop = on_flow_stop,
                            .on_entry = on_flow_entry,
                            .arg = a};
    struct follow_config follow = {
        .base = base, .conninfo = c->database, .protocol = protocol_named, .arg = a};
    struct anchor_config anchor = {.base = base, .conf = c, .checkpoint = newest_checkpoint, .arg = a};
    struct live_config live = {.base = base, .known = api_token_known, .arg = &a->api};
    err = live_new(&live, &a->api.live);
    if (err == 0)
        err = flow_new(&f, &a->api.flow);
    if (err == 0)
        err = query_new(base, c->database_reader, &a->api.query);
    if (err == 0)
        err = reporter_new(base, c->report, 0, &a->api.reporter);
    if (err == 0)
        err = follow_new(&follow, &a->follow);
    if (err == 0)
        err = anchor_new(&anchor, &a->api.anchor, ret_error);
    struct health_config health = {.base = base, .conf = c, .on_look = on_health, .arg = a};
    if (err == 0)
        err = health_new(&health, &a->api.health);
    if (err == 0)
        err = start_looking(a, base);
    if (err == 0)
        flow_begin(a->api.flow);
    return err;
}

int app_new(const struct conf *conf, struct event_base *base, void (*on_stop)(void *arg, int code), void *arg,
            struct app **ret, char **ret_error)
{
    struct app *a = xcalloc(1, sizeof(*a));
    a->api.conf = conf;
    a->api.followed = followed;
    a->api.followed_arg = a;
    a->on_stop = on_stop;
    a->stop_arg = arg;
    int err = wire(a, base, ret_error);
    if (err) {
        app_free(a);
        return err;
    }
    *ret = a;
    return 0;
}

const struct http_route *app_routes(void)
{
    return api_routes;
}

const struct http_route *app_admin_routes(void)
{
    return api_admin_routes;
}

void app_error_body(void *app, const char *code, char **ret_json, size_t *ret_len)
{
    struct app *a = app;
    struct arena arena;
    struct buf b;
    arena_init(&arena, 0);
    struct text t = catalogue_text(a->words.codes, &arena, code, NULL);
    struct json *o = json_set_str(&arena, json_object(&arena), "code", code), *m = json_object(&arena);
    json_set_str(&arena, m, "ja", t.ja);
    json_set_str(&arena, m, "en", t.en);
    json_set(&arena, o, "message", m);
    buf_init(&b);
    json_write(&b, o);
    *ret_json = b.data;
    *ret_len = b.len;
    arena_fini(&arena);
}

bool app_ready(const struct app *a)
{
    return flow_ready(a->api.flow);
}

void app_set_on_ready(struct app *a, void (*cb)(void *arg), void *arg)
{
    a->on_ready = cb;
    a->ready_arg = arg;
}

void app_set_https(struct app *a, struct http_server *https)
{
    health_set_https(a->api.health, https);
}

void app_reloaded(struct app *a)
{
    health_look(a->api.health);
}

void app_drain(struct app *a)
{
    live_drain(a->api.live);
    anchor_drain(a->api.anchor);
    reporter_drain(a->api.reporter);
    flow_drain(a->api.flow);
}

void app_free(struct app *a)
{
    if (!a)
        return;
    if (a->look)
        event_free(a->look);
    follow_free(a->follow); /* looks into the flow's book */
    a->follow = NULL;
    health_free(a->api.health); /* tells the flow */
    anchor_free(a->api.anchor); /* asks the flow's ledger */
    flow_free(a->api.flow);
    query_free(a->api.query);
    reporter_free(a->api.reporter);
    live_free(a->api.live);
    words_fini(&a->words);
    rights_free(a->rights);
    label_layouts_free(a->api.layouts);
    free(a->vkey);
    free(a);
}
