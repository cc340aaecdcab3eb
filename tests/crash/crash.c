/*
 * The people of a crash test: stations that scan without rest over HTTPS
 * while cpfd, cpf-signer and PostgreSQL are killed under them. Each keeps
 * every 200 that it got:
 *
 *     <id> <stream> <sseq> <leaf> <outcome> <code> <tries>
 *
 * and the script beside this program compares them with the log. A lost
 * request is sent again with the same id until it is answered. Now and then a
 * station repeats an old request, which must get the old answer, or sends
 * other content under an old id, which must be refused with 409.
 *
 * SIGTERM ends it: nothing new is sent, what is open is answered first.
 */
#include <event2/event.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jansson.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/mem.h"
#include "core/code/code.h"
#include "tools/lib/client.h"

#define STATIONS_MAX 64
#define TOKEN_SIZE   64
#define PATIENCE_MS  120000
#define PAUSE_MS     2 /* between an answer and the next scan: bursts, but not a load test */

enum act { ACT_NEW, ACT_AGAIN, ACT_FORGED };

struct station {
    struct campaign *of;
    char token[TOKEN_SIZE];
    uint64_t seed;
    struct event *next;
    enum act act;
    char badge[96], pin[16]; /* of the one who works here */
    const char *path;
    json_t *request; /* in flight */
    const char *old_path;
    json_t *old; /* an earlier answered request, and its answer */
    json_t *old_answer;
};

struct campaign {
    struct event_base *base;
    struct client *client;
    struct station station[STATIONS_MAX];
    int n, busy;
    bool ending;
    FILE *acked;
    long answers, repeats, forged, faults;
};

/* splitmix64: a run is given by its seed. */
static uint64_t draw(struct station *s)
{
    uint64_t z = s->seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void fault(struct station *s, const char *what, const struct client_reply *r)
{
    char *body = r->json ? json_dumps(r->json, JSON_COMPACT) : NULL;
    s->of->faults++;
    fprintf(stderr, "crash: %s: status %d %s %s\n", what, r->status, r->error ? r->error : "",
            body ? body : "");
    free(body);
}

static const char *text_of(const json_t *answer, const char *name)
{
    const char *s = json_string_value(json_object_get(answer, name));
    return s && *s ? s : "-";
}

static void keep(struct station *s, const struct client_reply *r)
{
    const json_t *j = r->json;
    fprintf(s->of->acked, "%s\t%s\t%lld\t%s\t%s\t%s\t%d\n", text_of(j, "id"), text_of(j, "stream"),
            (long long)json_integer_value(json_object_get(j, "sseq")), text_of(j, "leaf"),
            text_of(j, "outcome"), text_of(j, "code"), r->tries);
    s->of->answers++;
}

static bool same_member(const json_t *a, const json_t *b, const char *name)
{
    const json_t *x = json_object_get(a, name), *y = json_object_get(b, name);
    return (!x && !y) || json_equal(x, y); /* two absent members are unequal to jansson */
}

/* The recorded part of an answer never changes; what comes next may. */
static bool same_answer(const json_t *a, const json_t *b)
{
    static const char *const recorded[] = {"id",     "outcome", "code", "understood", "at",
                                           "stream", "sseq",    "leaf", "deviations", "holds"};
    for (size_t i = 0; i < sizeof(recorded) / sizeof(*recorded); i++)
        if (!same_member(a, b, recorded[i]))
            return false;
    return true;
}

/* ---- what a station sends ---- */

static json_t *request_of(const char *raw)
{
    char id[37];
    uuid7_make(clock_now_ms(), id);
    return json_pack("{s:s, s:s}", "id", id, "raw", raw);
}

static json_t *sign_in(struct station *s)
{
    char id[37];
    uuid7_make(clock_now_ms(), id);
    s->path = "/v1/sessions";
    return json_pack("{s:s, s:s, s:s}", "id", id, "badge", s->badge, "pin", s->pin);
}

/* Sign-ins and outs, codes nobody has, numbers, and some that are malformed. */
static json_t *new_request(struct station *s)
{
    char raw[96], id[64];
    uint64_t r = draw(s);
    s->path = "/v1/scans";
    if ((r >> 24) % 16 == 0)
        return sign_in(s);
    switch (r % 8) {
    case 0:
        require(code_make('X', "OUT", raw, sizeof(raw)) == 0);
        return request_of((r >> 32) % 4 ? s->badge : raw);
    case 1:
        snprintf(raw, sizeof(raw), "%llu.%llu", (unsigned long long)(r >> 50),
                 (unsigned long long)(r >> 8) % 10);
        return request_of(raw);
    case 2:
        snprintf(raw, sizeof(raw), "C-NOSUCH-%04llX", (unsigned long long)(r >> 48));
        return request_of(raw);
    default:
        snprintf(id, sizeof(id), "%c%05llX", "EWBN"[r >> 8 & 3], (unsigned long long)(r >> 44));
        require(code_make("EWBN"[r >> 16 & 3], id, raw, sizeof(raw)) == 0);
        return request_of(raw);
    }
}

static json_t *choose(struct station *s)
{
    uint64_t r = draw(s) % 100;
    if (s->old && r < 8) {
        s->act = ACT_AGAIN;
        s->path = s->old_path;
        return json_incref(s->old);
    }
    if (s->old && r < 11) {
        char other[96];
        json_t *forged = jansson_copy(s->old);
        bool scan = json_object_get(forged, "raw") != NULL;
        require(code_make('P', "SOMEBODY-ELSE", other, sizeof(other)) == 0);
        json_object_set_new(forged, scan ? "raw" : "badge", json_string(other));
        s->act = ACT_FORGED;
        s->path = s->old_path;
        return forged;
    }
    s->act = ACT_NEW;
    return new_request(s);
}

static void station_pause(struct station *s)
{
    struct timeval tv = {0, PAUSE_MS * 1000};
    s->of->busy--;
    if (!s->of->ending)
        event_add(s->next, &tv);
    else if (s->of->busy == 0)
        event_base_loopbreak(s->of->base);
}

static void on_new(struct station *s, const struct client_reply *r)
{
    if (r->status != 200 || !json_object_get(r->json, "leaf")) {
        fault(s, "a scan was not judged", r);
        return;
    }
    keep(s, r);
    if (draw(s) % 4 == 0) {
        json_decref(s->old);
        json_decref(s->old_answer);
        s->old = json_incref(s->request);
        s->old_path = s->path;
        s->old_answer = json_deep_copy(r->json);
    }
}

static void on_reply(void *arg, const struct client_reply *r)
{
    struct station *s = arg;
    switch (s->act) {
    case ACT_NEW:
        on_new(s, r);
        break;
    case ACT_AGAIN:
        s->of->repeats++;
        if (r->status != 200 || !same_answer(r->json, s->old_answer))
            fault(s, "a repeated request got another answer", r);
        break;
    case ACT_FORGED:
        s->of->forged++;
        if (r->status != 409)
            fault(s, "other content under an old id was not refused", r);
        break;
    }
    json_decref(s->request);
    s->request = NULL;
    station_pause(s);
}

static void on_next(evutil_socket_t fd, short what, void *arg)
{
    struct station *s = arg;
    (void)fd;
    (void)what;
    if (s->of->ending)
        return;
    s->request = choose(s);
    s->of->busy++;
    client_send(s->of->client, s->path, s->token, s->request, on_reply, s);
}

static void on_term(evutil_socket_t fd, short what, void *arg)
{
    struct campaign *c = arg;
    (void)fd;
    (void)what;
    c->ending = true;
    if (c->busy == 0)
        event_base_loopbreak(c->base);
}

/* ---- start ---- */

static void read_token(const char *dir, const char *name, char ret[TOKEN_SIZE])
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "r");
    if (!f || !fgets(ret, TOKEN_SIZE, f)) {
        perror(path);
        exit(2);
    }
    ret[strcspn(ret, "\r\n")] = '\0';
    fclose(f);
}

/* Line i of the file: person and PIN. */
static void read_person(const char *path, int i, struct station *s)
{
    char person[64];
    FILE *f = fopen(path, "r");
    for (int line = 0; f && line <= i; line++) {
        if (fscanf(f, "%63s %15s", person, s->pin) != 2) {
            fprintf(stderr, "crash: %s has no line %d\n", path, i + 1);
            exit(2);
        }
    }
    if (!f || code_make('P', person, s->badge, sizeof(s->badge)) != 0) {
        perror(path);
        exit(2);
    }
    fclose(f);
}

static void start_station(struct campaign *c, int i, char **argv, uint64_t seed)
{
    struct station *s = &c->station[i];
    struct timeval now = {0, 0};
    s->of = c;
    s->seed = seed * 1000 + (uint64_t)i;
    read_token(argv[3], argv[7 + i], s->token);
    read_person(argv[5], i, s);
    s->next = event_new(c->base, -1, 0, on_next, s);
    event_add(s->next, &now);
}

static void connect_to(struct campaign *c, const char *url, const char *ca)
{
    const char *error = NULL;
    struct client_config cfg = {.base = c->base,
                                .url = url,
                                .ca = ca,
                                .connections = c->n,
                                .timeout_ms = 5000,
                                .patience_ms = PATIENCE_MS};
    if (client_new(&cfg, &c->client, &error) != 0) {
        fprintf(stderr, "crash: %s\n", error);
        exit(2);
    }
}

static void finish(struct campaign *c)
{
    for (int i = 0; i < c->n; i++) {
        event_free(c->station[i].next);
        json_decref(c->station[i].old);
        json_decref(c->station[i].old_answer);
    }
    client_free(c->client);
    fprintf(stderr, "crash: %ld answers, %ld repeats, %ld forged, %ld faults\n", c->answers, c->repeats,
            c->forged, c->faults);
}

int main(int argc, char **argv)
{
    static struct campaign c;
    if (argc < 8 || argc - 7 > STATIONS_MAX) {
        fputs("usage: crash URL CA-FILE TOKEN-DIR ACKED-FILE PEOPLE-FILE SEED STATION.token...\n", stderr);
        return 2;
    }
    c.base = event_base_new();
    c.n = argc - 7;
    c.acked = fopen(argv[4], "w");
    if (!c.base || !c.acked) {
        perror(argv[4]);
        return 2;
    }
    setvbuf(c.acked, NULL, _IOLBF, 0);
    connect_to(&c, argv[1], argv[2]);
    for (int i = 0; i < c.n; i++)
        start_station(&c, i, argv, strtoull(argv[6], NULL, 10));
    struct event *term = evsignal_new(c.base, SIGTERM, on_term, &c);
    event_add(term, NULL);
    signal(SIGPIPE, SIG_IGN);
    event_base_dispatch(c.base);
    event_free(term);
    finish(&c);
    event_base_free(c.base);
    return fclose(c.acked) == 0 && c.faults == 0 ? 0 : 1;
}
