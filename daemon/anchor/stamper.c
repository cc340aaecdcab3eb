#include "anchor/stamper.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <event2/event.h>

#include "base/bundle.h"
#include "base/file.h"
#include "base/keymanifest.h"
#include "http/http_client.h"

struct stamper {
    struct stamper_config cfg;
    char *note;
    uint64_t nonce;
    struct stamp_trust *trust;
    struct http_post *post;
    struct event *failed; /* what cannot even begin is told from the loop */
    int code;
    char detail[320];
};

/* ---- whom to trust ---- */

__attribute__((format(printf, 3, 4))) static int say(char **ret_error, int err, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    require(vasprintf(ret_error, fmt, ap) >= 0);
    va_end(ap);
    return err;
}

static int read_manifest(const char *evidence, const char *origin, struct keymanifest *ret)
{
    struct note_key root;
    struct buf text;
    buf_init(&text);
    int err = note_key_read(evidence, BUNDLE_ROOT, &root);
    if (!err)
        err = file_read_in(evidence, BUNDLE_KEYS, BOUND_NOTE_BYTES, &text);
    if (!err)
        err = keymanifest_open(ret, text.data ? text.data : "", text.len, &root);
    if (!err && strcmp(ret->origin, origin) != 0)
        err = CPF_E_MISMATCH;
    buf_fini(&text);
    return err;
}

static int add_pem(struct stamp_trust *t, const char *evidence, const char *name,
                   int (*add)(struct stamp_trust *, const char *, size_t))
{
    struct buf pem;
    buf_init(&pem);
    int err = file_read_in(evidence, name, BOUND_PEM_BYTES, &pem);
    if (!err && pem.len)
        err = add(t, pem.data, pem.len);
    else if (err == CPF_E_NOTFOUND)
        err = CPF_OK;
    buf_fini(&pem);
    return err;
}

int stamper_trust(const char *evidence, const char *origin, uint64_t size, struct stamp_trust **ret,
                  char **ret_error)
{
    static const struct {
        const char *name;
        int (*add)(struct stamp_trust *, const char *, size_t);
    } pem[] = {
        {BUNDLE_TSA, stamp_trust_certs}, {BUNDLE_CHAIN, stamp_trust_certs}, {BUNDLE_CRLS, stamp_trust_crls}};
    struct keymanifest *m = xcalloc(1, sizeof(*m));
    struct stamp_trust *t = stamp_trust_new();
    const struct keymanifest_line *l = NULL;
    size_t pins = 0;
    int err = read_manifest(evidence, origin, m);
    if (err)
        say(ret_error, err, "%s/" BUNDLE_KEYS ": %s", evidence, cpf_strerror(err));
    while (!err && (l = keymanifest_next(m, KEYMANIFEST_TSA, size, l))) {
        stamp_trust_pin(t, l->digest);
        pins++;
    }
    if (!err && !pins)
        err =
            say(ret_error, CPF_E_STATE,
                "the root key names no time-stamping authority (a tsa line in %s/" BUNDLE_KEYS ")", evidence);
    for (size_t i = 0; i < sizeof(pem) / sizeof(*pem) && !err; i++)
        if ((err = add_pem(t, evidence, pem[i].name, pem[i].add)))
            say(ret_error, err, "%s/%s: %s", evidence, pem[i].name, cpf_strerror(err));
    free(m);
    if (err) {
        stamp_trust_free(t);
        return err;
    }
    *ret = t;
    return CPF_OK;
}

/* ---- the end ---- */

static void stamper_free(struct stamper *s)
{
    http_post_cancel(s->post);
    if (s->failed)
        event_free(s->failed);
    stamp_trust_free(s->trust);
    free(s->note);
    free(s);
}

void stamper_cancel(struct stamper *s)
{
    if (s)
        stamper_free(s);
}

static void finish(struct stamper *s, int code, const struct http_answer *a, int64_t time)
{
    struct stamper_done d = {.code = code, .detail = s->detail};
    if (!code && a) {
        d.der = (const uint8_t *)a->body;
        d.len = a->len;
        d.time = time;
    }
    s->cfg.done(s->cfg.arg, &d);
    stamper_free(s);
}

static void on_failed(evutil_socket_t fd, short what, void *arg)
{
    struct stamper *s = arg;
    (void)fd, (void)what;
    finish(s, s->code, NULL, 0);
}

static void fail_later(struct stamper *s, int code, const char *words)
{
    s->code = code;
    snprintf(s->detail, sizeof(s->detail), "%s", words);
    s->failed = evtimer_new(s->cfg.base, on_failed, s);
    require(s->failed);
    event_active(s->failed, 0, 0);
}

/* ---- the answer ---- */

static const char *word_of(int err)
{
    switch (err) {
    case CPF_E_SYNTAX:
        return "the answer is no time stamp";
    case CPF_E_REFUSED:
        return "the authority refused to stamp";
    case CPF_E_MISMATCH:
        return "the stamp is over other bytes, or answers another request";
    case CPF_E_KEY:
        return "the stamp is not by an authority that the root key names, or carries an unknown certificate";
    case CPF_E_STALE:
        return "the authority's certificate was not valid then, or was revoked";
    case CPF_E_SIGNATURE:
        return "the stamp's signature or chain does not verify";
    default:
        return cpf_strerror(err);
    }
}

static void on_answer(void *arg, const struct http_answer *a)
{
    struct stamper *s = arg;
    struct stamp stamp = {0};
    s->post = NULL; /* freed behind us */
    if (a->code || a->status != 200) {
        if (a->code)
            snprintf(s->detail, sizeof(s->detail), "%s", a->reason);
        else
            snprintf(s->detail, sizeof(s->detail), "HTTP %d", a->status);
        finish(s, CPF_E_AWAY, NULL, 0);
        return;
    }
    const uint8_t *der = (const uint8_t *)a->body;
    int err = stamp_verify(s->trust, der, a->len, s->note, strlen(s->note), &stamp);
    if (!err)
        err = stamp_nonce_check(der, a->len, s->nonce);
    if (err)
        snprintf(s->detail, sizeof(s->detail), "%s", word_of(err));
    finish(s, err, a, stamp.time);
}

/* ---- the request ---- */

static int ask(struct stamper *s, const char *url, const char *ca_file)
{
    struct buf query;
    buf_init(&query);
    stamp_query(s->note, strlen(s->note), &s->nonce, &query);
    struct http_post_config cfg = {.base = s->cfg.base,
                                   .url = url,
                                   .ca_file = ca_file,
                                   .type = "application/timestamp-query",
                                   .body = query.data,
                                   .len = query.len,
                                   .limit = BOUND_STAMP_BYTES,
                                   .timeout_ms = s->cfg.timeout_ms,
                                   .done = on_answer,
                                   .arg = s};
    int err = http_post_start(&cfg, &s->post);
    buf_fini(&query);
    return err;
}

struct stamper *stamper_start(const struct stamper_config *cfg)
{
    struct stamper *s = xcalloc(1, sizeof(*s));
    char *error = NULL;
    s->cfg = *cfg;
    s->note = xstrdup(cfg->note);
    int err = stamper_trust(cfg->evidence, cfg->origin, cfg->size, &s->trust, &error);
    if (err) {
        fail_later(s, err, error);
    } else {
        err = ask(s, cfg->url, cfg->ca_file);
        if (err)
            fail_later(s, err, err == CPF_E_IO ? "stamp_ca cannot be read" : "stamp_url cannot be posted to");
    }
    free(error);
    return s;
}
