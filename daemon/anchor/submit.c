/*
 *   PROVE ──> POST ──200──> check ──> cosigned
 *     ^         │ 409 and its size, not above ours
 *     └─────────┘ (TRIES times; also when it says something against us, which nobody signed)
 */
#include "anchor/submit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <event2/event.h>

#include "anchor/prove.h"
#include "base/cosig.h"
#include "base/mem.h"
#include "http/http_client.h"

#define TRIES  4
#define ANSWER 32768 /* bytes: a few signature lines, of whatever types; or a number */

struct submit {
    struct submit_config cfg;
    char *url, *note, *ca_file;
    struct note_key key;
    unsigned tries;
    bool told; /* the witness said itself what it knows */
    uint64_t known;
    struct prove *prove;
    struct http_post *post;
    struct event *failed; /* what cannot even begin is told from the loop */
    char detail[320];
};

const char *submit_word(enum submit_result r)
{
    static const char *const word[SUBMIT_RESULTS] = {
        [SUBMIT_COSIGNED] = "cosigned",       [SUBMIT_AWAY] = "away",
        [SUBMIT_REFUSED] = "refused",         [SUBMIT_BAD] = "bad-cosignature",
        [SUBMIT_ROLLED_BACK] = "rolled-back", [SUBMIT_FORK] = "fork"};
    return word[r];
}

static void submit_free(struct submit *s)
{
    prove_cancel(s->prove);
    http_post_cancel(s->post);
    if (s->failed)
        event_free(s->failed);
    free(s->url);
    free(s->note);
    free(s->ca_file);
    free(s);
}

void submit_cancel(struct submit *s)
{
    if (s)
        submit_free(s);
}

static void finish(struct submit *s, enum submit_result result, const char *line, int64_t time)
{
    struct submit_done d = {
        .result = result, .known = s->told ? s->known : 0, .line = line, .time = time, .detail = s->detail};
    s->cfg.done(s->cfg.arg, &d);
    submit_free(s);
}

static void fail(struct submit *s, enum submit_result result, const char *words)
{
    if (words != s->detail)
        snprintf(s->detail, sizeof(s->detail), "%s", words);
    finish(s, result, NULL, 0);
}

/* ---- what the witness says ---- */

/* The lines of the answer behind our checkpoint, as one note; of them that of the key we know. */
static void take_cosignature(struct submit *s, const struct http_answer *a)
{
    struct buf text;
    struct note n;
    int64_t time = 0;
    buf_init(&text);
    buf_puts(&text, s->note);
    buf_add(&text, a->body, a->len);
    int err = note_parse(&n, text.data, text.len);
    if (!err)
        err = cosig_verify(&n, &s->key, &time);
    if (err) {
        snprintf(s->detail, sizeof(s->detail), "its answer is no cosignature by %s: %s", s->key.name,
                 cpf_strerror(err));
        buf_fini(&text);
        finish(s, SUBMIT_BAD, NULL, 0);
        return;
    }
    /* our own signature lines come first; of several by this key the newest counts */
    struct note one = n;
    char *line = NULL;
    for (size_t i = 0; i < n.nsigs && !line; i++) {
        int64_t when;
        one.nsigs = 1;
        one.sig[0] = n.sig[i];
        if (cosig_verify(&one, &s->key, &when) == CPF_OK && when == time)
            require(asprintf(&line, "\xe2\x80\x94 %.*s %.*s", (int)n.sig[i].name_len, n.sig[i].name,
                             (int)n.sig[i].b64_len, n.sig[i].b64) > 0);
    }
    buf_fini(&text);
    s->told = true;
    s->known = s->cfg.size;
    finish(s, SUBMIT_COSIGNED, line, time);
    free(line);
}

/* Exactly decimal digits and a newline. */
static bool read_size(const struct http_answer *a, uint64_t *ret)
{
    uint64_t v = 0;
    if (strcmp(a->type, "text/x.tlog.size") != 0 || a->len < 2 || a->len > 19 ||
        a->body[a->len - 1] != '\n' || (a->body[0] == '0' && a->len > 2))
        return false;
    for (size_t i = 0; i + 1 < a->len; i++) {
        if (a->body[i] < '0' || a->body[i] > '9')
            return false;
        v = v * 10 + (uint64_t)(a->body[i] - '0');
    }
    *ret = v;
    return true;
}

static void begin(struct submit *s);

/* Nobody signed what it says against us: it is asked again, and must say the same each time. */
static bool once_more(struct submit *s, uint64_t known)
{
    if (++s->tries >= TRIES)
        return false;
    s->known = known;
    begin(s);
    return true;
}

static void take_conflict(struct submit *s, const struct http_answer *a)
{
    uint64_t size, before = s->known;
    bool have = read_size(a, &size);
    /* until 2026 the protocol let a witness that holds another root of this size answer so, without a number
     */
    if (before == s->cfg.size && (!have || size == s->cfg.size)) {
        if (once_more(s, before))
            return;
        snprintf(s->detail, sizeof(s->detail), "it cosigned another root of size %" PRIu64, s->cfg.size);
        finish(s, SUBMIT_FORK, NULL, 0);
        return;
    }
    if (!have) {
        fail(s, SUBMIT_AWAY, "its 409 names no size");
        return;
    }
    if (size > s->cfg.size && once_more(s, before))
        return;
    s->told = true;
    s->known = size;
    if (size > s->cfg.size) {
        snprintf(s->detail, sizeof(s->detail), "it cosigned size %" PRIu64 ", our newest is %" PRIu64, size,
                 s->cfg.size);
        finish(s, SUBMIT_ROLLED_BACK, NULL, 0);
    } else if (++s->tries == TRIES) {
        fail(s, SUBMIT_AWAY, "it names another size each time");
    } else {
        begin(s);
    }
}

static void on_answer(void *arg, const struct http_answer *a)
{
    struct submit *s = arg;
    s->post = NULL; /* freed behind us */
    if (a->code) {
        fail(s, SUBMIT_AWAY, a->reason);
    } else if (a->status == 200) {
        take_cosignature(s, a);
    } else if (a->status == 409) {
        take_conflict(s, a);
    } else if (a->status == 422) {
        if (once_more(s, s->known))
            return;
        if (s->known == s->cfg.size)
            snprintf(s->detail, sizeof(s->detail), "it cosigned another root of size %" PRIu64, s->known);
        else
            snprintf(s->detail, sizeof(s->detail),
                     "our proof from size %" PRIu64 " does not hold with what it cosigned", s->known);
        finish(s, SUBMIT_FORK, NULL, 0);
    } else {
        snprintf(s->detail, sizeof(s->detail), "HTTP %d", a->status);
        finish(s, a->status >= 400 && a->status < 429 ? SUBMIT_REFUSED : SUBMIT_AWAY, NULL, 0);
    }
}

/* ---- what we say ---- */

static void on_failed(evutil_socket_t fd, short what, void *arg)
{
    struct submit *s = arg;
    (void)fd, (void)what;
    fail(s, SUBMIT_AWAY, s->detail);
}

static void fail_later(struct submit *s, const char *words)
{
    snprintf(s->detail, sizeof(s->detail), "%s", words);
    s->failed = evtimer_new(s->cfg.base, on_failed, s);
    require(s->failed);
    event_active(s->failed, 0, 0);
}

static void post(struct submit *s, const struct tlog_proof *proof)
{
    struct tlog_proof p = *proof;
    struct buf body;
    buf_init(&body);
    p.note = s->note;
    p.note_len = strlen(s->note);
    tlog_consistency_format(&p, &body);
    struct http_post_config cfg = {.base = s->cfg.base,
                                   .url = s->url,
                                   .ca_file = s->ca_file,
                                   .type = "text/plain; charset=utf-8",
                                   .body = body.data,
                                   .len = body.len,
                                   .limit = ANSWER,
                                   .timeout_ms = s->cfg.timeout_ms,
                                   .done = on_answer,
                                   .arg = s};
    int err = http_post_start(&cfg, &s->post);
    buf_fini(&body);
    if (err)
        fail_later(s, err == CPF_E_IO ? "witness_ca cannot be read" : "its URL cannot be posted to");
}

static void on_proved(void *arg, int code, const struct tlog_proof *p)
{
    struct submit *s = arg;
    s->prove = NULL;
    if (code)
        fail(s, SUBMIT_AWAY,
             code == CPF_E_STATE ? "a tile or a leaf of our own log is missing" : cpf_strerror(code));
    else
        post(s, p);
}

static void begin(struct submit *s)
{
    struct tlog_proof none = {.index = s->known};
    if (s->known > 0 && s->known < s->cfg.size)
        s->prove = prove_start(s->cfg.db, s->known, s->cfg.size, on_proved, s);
    else
        post(s, &none);
}

struct submit *submit_start(const struct submit_config *cfg)
{
    struct submit *s = xcalloc(1, sizeof(*s));
    size_t len = strlen(cfg->url);
    s->cfg = *cfg;
    s->key = *cfg->key;
    s->known = cfg->known <= cfg->size ? cfg->known : 0; /* then it tells */
    s->note = xstrdup(cfg->note);
    s->ca_file = cfg->ca_file ? xstrdup(cfg->ca_file) : NULL;
    require(asprintf(&s->url, "%s%sadd-checkpoint", cfg->url, len && cfg->url[len - 1] == '/' ? "" : "/") >
            0);
    begin(s);
    return s;
}
