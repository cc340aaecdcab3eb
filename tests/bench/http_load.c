/*
 * How many requests a second the HTTPS front takes with a trivial handler: the
 * server in one process on one thread, the client in another. One JSON object on
 * stdout, one line for people on stderr.
 *
 *   http_load [CONNECTIONS [SECONDS]]
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <event2/event.h>
#include "../../tools/lib/pki.h"
#include "http/http.h"
#include "load.h"

static const char answer[] =
    "{\"id\":\"01890000-0000-7000-8000-000000000000\",\"outcome\":\"accepted\",\"code\":\"ok\","
    "\"message\":{\"ja\":\"\",\"en\":\"\"},\"law\":[],\"done\":false}";

static void on_scan(void *arg, struct http_request *r)
{
    size_t len;
    (void)arg;
    if (*http_body(r, &len) != '{')
        http_refuse(r, 400, "malformed");
    else
        http_reply(r, 200, answer, sizeof(answer) - 1);
}

static const struct http_route routes[] = {{HTTP_POST, "/v1/scans", on_scan}, {0}};

/* The server's process: tells its port through `out`, then serves until it is killed. */
static int serve(const char *dir, int out)
{
    char cert[128], key[128], *error = NULL;
    struct http_server *s;
    struct event_config *config = event_config_new();
    event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST); /* as cpfd's main does */
    struct event_base *base = event_base_new_with_config(config);
    snprintf(cert, sizeof(cert), "%s/server.pem", dir);
    snprintf(key, sizeof(key), "%s/server.key", dir);
    struct http_config cfg = {
        .base = base, .address = "127.0.0.1", .cert = cert, .key = key, .routes = routes};
    signal(SIGPIPE, SIG_IGN);
    if (http_server_new(&cfg, &s, &error)) {
        fprintf(stderr, "http_load: %s\n", error ? error : "no server");
        return 1;
    }
    unsigned short port = http_server_port(s);
    if (write(out, &port, sizeof(port)) != sizeof(port))
        return 1;
    return event_base_dispatch(base) < 0;
}

struct work {
    char text[1024];
    size_t len;
};

static const char *next(void *arg, unsigned conn, size_t *ret_len)
{
    struct work *w = arg;
    (void)conn;
    *ret_len = w->len;
    return w->text;
}

static int measure(unsigned short port, const char *dir, unsigned connections, unsigned seconds,
                   struct load_result *ret)
{
    struct work w;
    size_t body_at;
    char ca[128], body[512];
    const char *error;
    snprintf(ca, sizeof(ca), "%s/ca.pem", dir);
    snprintf(body, sizeof(body), "{\"id\":\"01890000-0000-7000-8000-000000000000\",\"raw\":\"%0*d\"}", 400,
             0);
    w.len = load_request(w.text, sizeof(w.text), "/v1/scans", "0123456789012345678901234567890123456789012",
                         body, &body_at);
    struct load_config cfg = {.address = "127.0.0.1",
                              .port = port,
                              .ca = ca,
                              .connections = connections,
                              .next = next,
                              .arg = &w,
                              .warm_ms = 500,
                              .run_ms = seconds * 1000};
    if (load_run(&cfg, ret, &error) == 0)
        return 0;
    fprintf(stderr, "http_load: %s\n", error);
    return 1;
}

static void print(unsigned connections, const struct load_result *r, double server_cpu)
{
    double rate = (double)r->replies / r->seconds;
    double p50 = load_hist_us(&r->latency, 0.5), p99 = load_hist_us(&r->latency, 0.99);
    printf("{\"bench\":\"http\",\"connections\":%u,\"seconds\":%.2f,\"per_second\":%.0f,\"refused\":%llu,"
           "\"broken\":%llu,\"p50_us\":%.0f,\"p99_us\":%.0f,\"server_cpu_us\":%.2f,\"client_cpu_us\":%.2f}\n",
           connections, r->seconds, rate, (unsigned long long)r->refused, (unsigned long long)r->broken, p50,
           p99, server_cpu / (double)r->replies * 1e6, r->cpu / (double)r->replies * 1e6);
    fprintf(stderr, "%u connections: %.0f requests/s over TLS on one thread, p50 %.2f ms, p99 %.2f ms\n",
            connections, rate, p50 / 1000, p99 / 1000);
}

int main(int argc, char **argv)
{
    unsigned connections = argc > 1 ? (unsigned)atoi(argv[1]) : 64;
    unsigned seconds = argc > 2 ? (unsigned)atoi(argv[2]) : 3;
    char dir[] = "/tmp/http-load-XXXXXX", command[64];
    int pipe_fds[2], failed = 1;
    unsigned short port;
    struct load_result result;
    struct rusage usage;
    if (!mkdtemp(dir) || pki_make(dir, "bench", 0, NULL) || pipe(pipe_fds) < 0)
        return 1;
    pid_t child = fork();
    if (child == 0)
        _exit(serve(dir, pipe_fds[1]));
    if (child > 0 && read(pipe_fds[0], &port, sizeof(port)) == sizeof(port))
        failed = measure(port, dir, connections, seconds, &result);
    if (child > 0) {
        kill(child, SIGTERM);
        wait4(child, NULL, 0, &usage);
    }
    snprintf(command, sizeof(command), "rm -r %s", dir);
    failed |= system(command) != 0;
    if (!failed)
        print(connections, &result,
              (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
                  (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
    return failed;
}
