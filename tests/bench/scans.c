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
 * while every connection has a request under way; what happens between, while
 * some wait for the clock, counts neither as time nor as answers. Prints
 *
 *     <answers/s> <p50 ms> <p99 ms> <answers> <accepted> <not judged> <client's CPU s> <seconds counted>
 *
 * A recording is lines of `R <lane> <station> <path> <body>` and `C - <station> <path> <body>`,
 * tabs between: a request of a lane, and a movement of the clock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "load.h"

#define LINE_MAX_BYTES 65536
#define CLIENTS_MAX    256
#define ROOM           1024 /* of the head, beside path, token and body */

struct request {
    char *bytes;
    size_t len;
    unsigned lane, segment;
    size_t next; /* of the same connection; 0: none (request 0 is nobody's next) */
};

struct segment {
    struct request *clock; /* that ends it; NULL for the last */
    size_t left;           /* requests without an answer */
};

enum gate { GATE_OPEN, GATE_DUE, GATE_MOVING }; /* is the clock to be moved, or under way? */

struct play {
    const char *tokens;
    struct request *request;
    size_t n;
    struct segment *segment;
    size_t nsegments, now;
    enum gate gate;
    unsigned clients, mover;
    struct {
        size_t next; /* request, or n */
        bool idle, moving;
        uint64_t sent_ns;
    } conn[CLIENTS_MAX];
    unsigned idle;
    size_t to, counted, accepted, wrong;
    uint64_t since_ns, counted_ns, wanted_ns; /* since: 0 = not counting */
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

static const char *token_of(struct play *p, const char *station, char ret[80])
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s.token", p->tokens, station);
    FILE *f = fopen(path, "r");
    if (!f || !fgets(ret, 80, f))
        die("no token:", path);
    fclose(f);
    ret[strcspn(ret, "\r\n")] = '\0';
    return ret;
}

static void make_request(struct play *p, struct request *r, char *const part[5])
{
    char token[80];
    size_t body, size = strlen(part[3]) + strlen(part[4]) + ROOM;
    r->bytes = malloc(size);
    if (!r->bytes)
        die("no memory", "");
    r->len = load_request(r->bytes, size, part[3], token_of(p, part[2], token), part[4], &body);
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

static void add_line(struct play *p, char *line)
{
    char *part[5];
    for (int i = 0; i < 5; i++) {
        part[i] = strsep(&line, "\t");
        if (!part[i])
            die("a line of the recording lacks a part:", part[0]);
    }
    part[4][strcspn(part[4], "\n")] = '\0';
    if (*part[0] == 'C') {
        struct request *clock = calloc(1, sizeof(*clock));
        if (!clock)
            die("no memory", "");
        make_request(p, clock, part);
        p->segment[p->nsegments - 1].clock = clock;
        add_segment(p);
        return;
    }
    p->request = grown(p->request, p->n, sizeof(*p->request));
    struct request *r = &p->request[p->n++];
    *r = (struct request){.lane = (unsigned)atoi(part[1]), .segment = (unsigned)p->nsegments - 1};
    make_request(p, r, part);
    p->segment[r->segment].left++;
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

static void count(struct play *p, unsigned c, int status, const char *body, size_t len)
{
    bool judged = status == 200;
    if (!judged) {
        if (p->wrong++ < 3)
            fprintf(stderr, "scans: status %d %.*s\n", status, (int)(len < 300 ? len : 300), body);
    }
    if (p->since_ns && p->conn[c].sent_ns >= p->since_ns) {
        p->counted++;
        p->accepted += judged && memmem(body, len, "\"outcome\":\"accepted\"", 20) != NULL;
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

static const char *send_next(struct play *p, unsigned c, const struct request *r, size_t *ret_len)
{
    set_idle(p, c, false);
    p->conn[c].sent_ns = now_ns();
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
        return send_next(p, c, p->segment[p->now].clock, ret_len);
    }
    size_t i = p->conn[c].next;
    if (p->gate == GATE_OPEN && i < p->n && p->request[i].segment == p->now) {
        p->conn[c].next = p->request[i].next;
        return send_next(p, c, &p->request[i], ret_len);
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
    if (p->conn[c].moving) {
        p->conn[c].moving = false;
        open_segment(p, p->now + 1);
        return;
    }
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
    p.tokens = argv[4];
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
    return p.wrong != 0;
}
