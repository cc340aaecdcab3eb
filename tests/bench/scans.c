/*
 * Plays a recording of cpf-sim again, as fast as N stations can: each
 * connection is the people of some batches, sends their requests in their
 * order and waits for each answer. The training clock is moved where the
 * simulator moved it, when all batches have come there (lock step).
 *
 *     scans ADDRESS PORT CA-FILE TOKEN-DIR RECORDING CLIENTS FROM TO SECONDS
 *
 * A segment is what lies between two movements of the clock. Segments FROM to
 * TO (without TO; 0: to the end) are played, for SECONDS at most. A time counts
 * while every connection has a scan under way. While one waits for the clock,
 * or signs in or signs (scrypt is slow on purpose), neither time nor answers
 * count. Prints
 *
 *     <answers/s> <p50 ms> <p99 ms> <answers> <accepted> <not judged> <client's CPU s> <seconds counted>
 *
 * A recording is what `cpf-sim --record` writes: lines of token, path and body.
 * Copies of the facility (stations CL1, CL1-2, CL1-3 ...) work apart: what one
 * copy's people do, in their order, is one connection's work.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "load.h"

#define LINE_MAX_BYTES 65536
#define CLIENTS_MAX    256
#define STATIONS_MAX   8192
#define SECRETS_MAX    24   /* sign-ins and signed acts at once: the server queues 32 */
#define ROOM           1024 /* of the head, beside path, token and body */
#define CODES_MAX      64
#define SHOWN          "\"shown\":\""
#define DIGEST_TEXT    43

struct request {
    char *bytes;
    size_t len;
    unsigned lane, segment;
    bool secret;  /* opens a sealed key or PIN */
    bool look;    /* reads the batch that the request behind it signs */
    size_t shown; /* where that one says what was shown; 0: it does not */
    size_t next;  /* of the same connection; 0: none (request 0 is nobody's next) */
};

struct station {
    char token[80];
    unsigned copy;
};

struct segment {
    struct request *clock; /* that ends it; NULL for the last */
    size_t left;           /* requests without an answer */
};

enum gate { GATE_OPEN, GATE_DUE, GATE_MOVING }; /* is the clock to be moved, or under way? */

struct play {
    struct station station[STATIONS_MAX];
    size_t nstations;
    long long age_ms; /* of the recording */
    struct request *request;
    size_t n;
    struct segment *segment;
    size_t nsegments, now;
    enum gate gate;
    unsigned clients, mover;
    struct {
        size_t next;               /* request, or n */
        bool idle, moving, queued; /* queued: wants to send a secret */
        const struct request *sent;
        uint64_t sent_ns;
    } conn[CLIENTS_MAX];
    unsigned idle, secrets;
    size_t to, counted, accepted, wrong;
    uint64_t since_ns, counted_ns, wanted_ns; /* since: 0 = not counting */
    struct {
        char text[48];
        size_t n;
    } code[CODES_MAX]; /* of what was not accepted, of all that was played */
    struct load_hist hist;
};

static uint64_t now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static _Noreturn void die(const char *what, const char *which)
{
    fprintf(stderr, "scans: %s %s\n", what, which);
    exit(2);
}

/* ---- the recording ---- */

/* CL1 -> 0, CL1-2 -> 1, … */
static unsigned copy_of(const char *name)
{
    const char *dash = strrchr(name, '-');
    return dash ? (unsigned)atoi(dash + 1) - 1 : 0;
}

static void read_token(struct play *p, const char *dir, const char *name)
{
    char path[512];
    struct station *s = &p->station[p->nstations++];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "r");
    if (p->nstations == STATIONS_MAX || !f || !fgets(s->token, sizeof(s->token), f))
        die("no token, or too many:", path);
    fclose(f);
    s->token[strcspn(s->token, "\r\n")] = '\0';
    s->copy = copy_of(name);
}

static int by_token(const void *a, const void *b)
{
    return strcmp(((const struct station *)a)->token, ((const struct station *)b)->token);
}

static void read_tokens(struct play *p, const char *dir)
{
    DIR *d = opendir(dir);
    struct dirent *e;
    if (!d)
        die("cannot be read:", dir);
    while ((e = readdir(d))) {
        if (strlen(e->d_name) > 6 && strcmp(e->d_name + strlen(e->d_name) - 6, ".token") == 0)
            read_token(p, dir, e->d_name);
    }
    closedir(d);
    qsort(p->station, p->nstations, sizeof(p->station[0]), by_token);
}

static void make_request(struct play *p, struct request *r, const char *token, const char *path,
                         const char *body)
{
    struct station key, *found;
    size_t at, size = strlen(path) + strlen(body) + ROOM;
    snprintf(key.token, sizeof(key.token), "%s", token);
    found = bsearch(&key, p->station, p->nstations, sizeof(key), by_token);
    r->bytes = malloc(size);
    if (!found || !r->bytes)
        die("a token of no station:", token);
    r->len = load_request(r->bytes, size, path, token, body, &at);
    r->lane = found->copy;
    r->secret = strcmp(path, "/v1/scans") != 0 && strcmp(path, "/v1/clock") != 0;
}

static void *grown(void *list, size_t n, size_t size)
{
    /* Doubled at each power of two. */
    if (n & (n - 1))
        return list;
    list = realloc(list, (n ? 2 * n : 1) * size);
    if (!list)
        die("no memory", "");
    return list;
}

static void add_segment(struct play *p)
{
    p->segment = grown(p->segment, p->nsegments, sizeof(*p->segment));
    p->segment[p->nsegments++] = (struct segment){0};
}

/* Ids are as old as the recording, and the server looks an old one up: they are moved on to now, all by the
 * same time, so that what was sent twice still is. */
static void renew_id(struct play *p, char *body)
{
    char *id = strstr(body, "\"id\":\""), digits[16];
    if (!id)
        return;
    id += 6;
    snprintf(digits, sizeof(digits), "%.8s%.4s", id, id + 9);
    long long ms = strtoll(digits, NULL, 16);
    if (!p->age_ms)
        p->age_ms = (long long)time(NULL) * 1000 - ms;
    snprintf(digits, sizeof(digits), "%012llx", ms + p->age_ms);
    memcpy(id, digits, 8);
    memcpy(id + 9, digits + 8, 4);
}

static void add_request(struct play *p, struct request r)
{
    p->request = grown(p->request, p->n, sizeof(*p->request));
    p->request[p->n++] = r;
    p->segment[r.segment].left++;
}

/* What a person was shown is a digest over places in the log, which are others now: the batch is read anew,
 * as the simulator does before each signature. */
static void look_first(struct play *p, struct request *signing, const char *token, const char *body)
{
    const char *batch = strstr(body, "\"batch\":\""), *shown = strstr(body, SHOWN);
    struct request look = {.segment = signing->segment, .lane = signing->lane, .look = true};
    char *bytes = malloc(ROOM);
    if (!bytes || !batch || strlen(shown) < sizeof(SHOWN) + DIGEST_TEXT)
        die("a signature that names no batch:", body);
    batch += 9;
    int n = snprintf(bytes, ROOM,
                     "GET /v1/batches/%.*s HTTP/1.1\r\nHost: cpfd\r\nAuthorization: Bearer %s\r\n\r\n",
                     (int)strcspn(batch, "\""), batch, token);
    if (n < 0 || n >= ROOM)
        die("too long:", batch);
    look.bytes = bytes;
    look.len = (size_t)n;
    signing->shown = signing->len - strlen(shown) + strlen(SHOWN);
    add_request(p, look);
}

/* The digest goes from the answer into the request that waits for it. */
static void take_shown(struct play *p, unsigned c, const char *body, size_t len)
{
    struct request *signing = &p->request[p->conn[c].next];
    const char *at = memmem(body, len, SHOWN, strlen(SHOWN));
    if (!at || (size_t)(body + len - at) < strlen(SHOWN) + DIGEST_TEXT)
        die("a batch that says nothing of what was shown:", signing->bytes);
    memcpy(signing->bytes + signing->shown, at + strlen(SHOWN), DIGEST_TEXT);
}

static void add_line(struct play *p, char *line)
{
    const char *token = strsep(&line, "\t"), *path = strsep(&line, "\t");
    if (!path || !line)
        die("a line of the recording lacks a part:", token);
    line[strcspn(line, "\n")] = '\0';
    renew_id(p, line);
    struct request r = {.segment = (unsigned)p->nsegments - 1};
    make_request(p, &r, token, path, line);
    if (strcmp(path, "/v1/clock") == 0) {
        struct request *clock = malloc(sizeof(*clock));
        if (!clock)
            die("no memory", "");
        *clock = r;
        p->segment[p->nsegments - 1].clock = clock;
        add_segment(p);
        return;
    }
    if (strstr(line, SHOWN))
        look_first(p, &r, token, line);
    add_request(p, r);
}

static void read_recording(struct play *p, const char *path)
{
    static char line[LINE_MAX_BYTES];
    FILE *f = fopen(path, "r");
    if (!f)
        die("cannot be read:", path);
    add_segment(p);
    while (fgets(line, sizeof(line), f))
        add_line(p, line);
    fclose(f);
    if (p->n < 2)
        die("an empty recording:", path);
}

/* Every connection's requests in a chain. */
static void deal(struct play *p)
{
    size_t last[CLIENTS_MAX];
    for (unsigned c = 0; c < p->clients; c++)
        p->conn[c].next = last[c] = p->n;
    for (size_t i = 0; i < p->n; i++) {
        unsigned c = p->request[i].lane % p->clients;
        p->request[i].next = p->n;
        if (p->request[i].segment < p->now)
            continue;
        if (last[c] == p->n)
            p->conn[c].next = i;
        else
            p->request[last[c]].next = i;
        last[c] = i;
    }
}

/* ---- what counts ---- */

static void counting_off(struct play *p)
{
    if (p->since_ns)
        p->counted_ns += now_ns() - p->since_ns;
    p->since_ns = 0;
}

static void set_idle(struct play *p, unsigned c, bool idle)
{
    if (p->conn[c].idle == idle)
        return;
    p->conn[c].idle = idle;
    if (idle)
        p->idle++;
    else
        p->idle--;
    if (idle)
        counting_off(p);
    else if (!p->idle && p->gate == GATE_OPEN)
        p->since_ns = now_ns();
}

/* The first code that an answer names. */
static void count_code(struct play *p, const char *body, size_t len)
{
    const char *at = memmem(body, len, "\"code\":\"", 8);
    char text[sizeof(p->code[0].text)] = "none";
    size_t i = 0;
    if (at) {
        size_t n = strcspn(at + 8, "\"");
        snprintf(text, sizeof(text), "%.*s", (int)(n < sizeof(text) ? n : sizeof(text) - 1), at + 8);
    }
    while (i < CODES_MAX && p->code[i].n && strcmp(p->code[i].text, text) != 0)
        i++;
    if (i == CODES_MAX)
        return;
    strcpy(p->code[i].text, text);
    p->code[i].n++;
}

/* A recording that is answered otherwise than it was measures refusals: then the table says which. */
static void print_codes(const struct play *p)
{
    for (size_t i = 0; i < CODES_MAX && p->code[i].n; i++)
        fprintf(stderr, "scans: not accepted %8zu %s\n", p->code[i].n, p->code[i].text);
}

static void count(struct play *p, unsigned c, int status, const char *body, size_t len)
{
    bool judged = status == 200, accepted = memmem(body, len, "\"outcome\":\"accepted\"", 20) != NULL;
    if (!accepted)
        count_code(p, body, len);
    if (!judged) {
        if (p->wrong++ < 3)
            fprintf(stderr, "scans: status %d %.*s\n", status, (int)(len < 300 ? len : 300), body);
    }
    if (p->since_ns && p->conn[c].sent_ns >= p->since_ns) {
        p->counted++;
        p->accepted += judged && accepted;
        load_hist_add(&p->hist, now_ns() - p->conn[c].sent_ns);
    } else if (!p->since_ns && !p->idle && p->gate == GATE_OPEN) {
        p->since_ns = now_ns();
    }
}

/* ---- the play ---- */

static void open_segment(struct play *p, size_t which)
{
    p->now = which;
    if (which >= p->to)
        return;
    p->gate = p->segment[p->now].left || !p->segment[p->now].clock ? GATE_OPEN : GATE_DUE;
}

/* The wait for a place among the secrets is the station's wait, too. */
static const char *send_next(struct play *p, unsigned c, const struct request *r, size_t *ret_len)
{
    set_idle(p, c, r->secret || r->look); /* as far as counting goes */
    if (!p->conn[c].queued)
        p->conn[c].sent_ns = now_ns();
    p->conn[c].queued = r->secret && p->secrets >= SECRETS_MAX;
    *ret_len = LOAD_LATER;
    if (p->conn[c].queued)
        return NULL;
    p->secrets += r->secret;
    p->conn[c].sent = r;
    *ret_len = r->len;
    return r->bytes;
}

static const char *next(void *arg, unsigned c, size_t *ret_len)
{
    struct play *p = arg;
    *ret_len = 0;
    if (p->since_ns && p->counted_ns + (now_ns() - p->since_ns) >= p->wanted_ns)
        counting_off(p);
    if (p->counted_ns >= p->wanted_ns || p->now >= p->to)
        return NULL;
    if (p->gate == GATE_DUE) {
        p->gate = GATE_MOVING;
        p->conn[c].moving = true;
        p->conn[c].queued = false;
        return send_next(p, c, p->segment[p->now].clock, ret_len);
    }
    size_t i = p->conn[c].next;
    if (p->gate == GATE_OPEN && i < p->n && p->request[i].segment == p->now) {
        const char *bytes = send_next(p, c, &p->request[i], ret_len);
        if (bytes)
            p->conn[c].next = p->request[i].next;
        return bytes;
    }
    set_idle(p, c, true);
    /* The last segment ends without a clock. */
    *ret_len = p->segment[p->now].clock ? LOAD_LATER : 0;
    return NULL;
}

static void on_reply(void *arg, unsigned c, int status, const char *body, size_t len)
{
    struct play *p = arg;
    struct segment *s = &p->segment[p->now];
    p->secrets -= p->conn[c].sent->secret;
    if (p->conn[c].moving) {
        p->conn[c].moving = false;
        open_segment(p, p->now + 1);
        return;
    }
    if (p->conn[c].sent->look)
        take_shown(p, c, body, len);
    else
        count(p, c, status, body, len);
    if (--s->left == 0 && s->clock) {
        counting_off(p);
        p->gate = GATE_DUE;
    }
}

int main(int argc, char **argv)
{
    static struct play p;
    struct load_result result;
    const char *error = NULL;
    if (argc != 10) {
        fputs("usage: scans ADDRESS PORT CA-FILE TOKEN-DIR RECORDING CLIENTS FROM TO SECONDS\n", stderr);
        return 2;
    }
    read_tokens(&p, argv[4]);
    p.clients = (unsigned)atoi(argv[6]);
    p.wanted_ns = (uint64_t)(atof(argv[9]) * 1e9);
    if (p.clients < 1 || p.clients > CLIENTS_MAX)
        die("CLIENTS is 1 to 256, not", argv[6]);
    read_recording(&p, argv[5]);
    p.now = strtoul(argv[7], NULL, 10);
    p.to = strtoul(argv[8], NULL, 10);
    p.to = p.to ? p.to : p.nsegments;
    if (p.now >= p.to || p.to > p.nsegments)
        die("the recording has no such segments:", argv[7]);
    deal(&p);
    /* A clock that was moved and then saw nothing is forgotten with the daemon: it is moved again. */
    if (p.now > 0)
        p.segment[--p.now].left = 0;
    open_segment(&p, p.now);
    struct load_config cfg = {.address = argv[1],
                              .port = (unsigned short)atoi(argv[2]),
                              .ca = argv[3],
                              .connections = p.clients,
                              .next = next,
                              .on_reply = on_reply,
                              .arg = &p};
    if (load_run(&cfg, &result, &error) < 0)
        die("the play broke off:", error);
    counting_off(&p);
    double seconds = (double)p.counted_ns / 1e9;
    printf("%.1f %.3f %.3f %zu %zu %zu %.2f %.2f\n", seconds > 0 ? (double)p.counted / seconds : 0,
           load_hist_us(&p.hist, 0.5) / 1000, load_hist_us(&p.hist, 0.99) / 1000, p.counted, p.accepted,
           p.wrong, result.cpu, seconds);
    print_codes(&p);
    return p.wrong != 0;
}
