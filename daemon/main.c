/*
 * cpfd: reads the configuration, makes the event loop, the application and
 * the two servers, tells systemd, and ends gracefully:
 *
 *   first SIGTERM or SIGINT   accept nothing, finish what is in flight, exit 0
 *   second one                exit at once, 128 + signal
 *   SIGHUP                    certificate and key are read anew; nothing ends
 *   the application fails     exit at once; what was not acknowledged is judged
 *                             anew after the next start
 */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <event2/event.h>
#include <systemd/sd-daemon.h>
#include "app.h"
#include "base/bounds.h"
#include "base/clock.h"
#include "conf.h"
#include "hint.h"
#include "log.h"

#define DEFAULT_CONFIG "/etc/cpfd/cpfd.yaml"
/* With this much in flight undone, something hangs: go, so that systemd need not kill. */
#define DRAIN_S     20
#define ADMIN_BODY  (16 * 1024 * 1024) /* a set-up with its protocols */
#define RECORD_BODY (2 * BOUND_PROTOCOL_BYTES)

enum exit_code {
    EXIT_FAILED = 1,
    EXIT_LOOK = 3,   /* a person must look before the next start (cpfd.service does not restart) */
    EXIT_USAGE = 64, /* sysexits(3) */
    EXIT_CONFIG = 78
};

struct daemon {
    struct conf *conf;
    struct event_base *base;
    struct app *app;
    struct http_server *https, *admin;
    struct event *term, *interrupt, *hangup, *watchdog, *overdue;
    bool stopping, app_stopped;
    unsigned busy; /* servers that drain */
    int exit_code;
};

/* Only here bodies may be large: a protocol's text comes as a record. */
static const char *const large_paths[] = {"/v1/records", NULL};

/* ---- stopping ---- */

static void finish_if_idle(struct daemon *d)
{
    if (d->stopping && d->app_stopped && d->busy == 0)
        event_base_loopexit(d->base, NULL);
}

static void on_server_idle(void *arg)
{
    struct daemon *d = arg;
    d->busy--;
    finish_if_idle(d);
}

static int exit_code_of(int err)
{
    switch (err) {
    case CPF_OK:
        return EXIT_SUCCESS;
    case CPF_E_FORK:
    case CPF_E_REFUSED:
    case CPF_E_SIGNATURE:
    case CPF_E_PROOF:
    case CPF_E_MISMATCH:
        return EXIT_LOOK;
    default:
        return EXIT_FAILED;
    }
}

static void on_app_stop(void *arg, int code)
{
    struct daemon *d = arg;
    d->app_stopped = true;
    if (code) {
        log_event(LOG_LEVEL_ERROR, "cpfd.failed", "error", cpf_strerror(code), "do", hint_for(code), NULL);
        d->exit_code = exit_code_of(code);
        event_base_loopbreak(d->base);
        return;
    }
    finish_if_idle(d);
}

static void on_overdue(evutil_socket_t fd, short what, void *arg)
{
    struct daemon *d = arg;
    (void)fd, (void)what;
    log_event(LOG_LEVEL_ERROR, "cpfd.overdue", "servers", LOG_NUM(d->busy), "app",
              d->app_stopped ? "stopped" : "busy", NULL);
    d->exit_code = EXIT_FAILED;
    event_base_loopbreak(d->base);
}

static void drain(struct daemon *d)
{
    struct timeval limit = {DRAIN_S, 0};
    d->stopping = true;
    sd_notify(0, "STOPPING=1\nSTATUS=finishing what is in flight");
    event_add(d->overdue, &limit);
    d->busy = 2;
    http_server_drain(d->https, on_server_idle, d);
    http_server_drain(d->admin, on_server_idle, d);
    app_drain(d->app);
}

static void on_signal(evutil_socket_t sig, short what, void *arg)
{
    struct daemon *d = arg;
    (void)what;
    log_event(LOG_LEVEL_NOTICE, "cpfd.signal", "signal", sig == SIGTERM ? "TERM" : "INT", "action",
              d->stopping ? "exit" : "drain", NULL);
    if (d->stopping)
        _exit(128 + (int)sig);
    drain(d);
}

/* ---- certificates ---- */

#define DAY_MS (24 * 3600 * INT64_C(1000))

static void tell_certificate(const struct conf *c, struct http_validity v, int64_t now)
{
    char until[CLOCK_TEXT];
    clock_format(v.until, until);
    bool good = now >= v.from && now < v.until;
    log_event(good ? LOG_LEVEL_NOTICE : LOG_LEVEL_ERROR, "cpfd.certificate", "file", c->tls_certificate,
              "until", until, "days", LOG_NUM((v.until - now) / DAY_MS), "state",
              good           ? "valid"
              : now < v.from ? "not yet valid"
                             : "expired",
              "do", good ? NULL : hint_for(CPF_E_KEY), NULL);
}

static void on_hangup(evutil_socket_t sig, short what, void *arg)
{
    struct daemon *d = arg;
    char *why = NULL;
    (void)sig, (void)what;
    int64_t now = clock_now_ms();
    if (d->stopping)
        return;
    if (http_server_reload(d->https, now, &why))
        log_event(LOG_LEVEL_ERROR, "cpfd.reload", "kept", "the certificate in use", "text", why, "do",
                  hint_for(CPF_E_KEY), NULL);
    else
        log_event(LOG_LEVEL_NOTICE, "cpfd.reload", "took", d->conf->tls_certificate, NULL);
    free(why);
    tell_certificate(d->conf, http_server_validity(d->https), now);
    app_reloaded(d->app);
}

/* ---- starting ---- */

static void on_ready(void *arg)
{
    struct daemon *d = arg;
    log_event(LOG_LEVEL_NOTICE, "cpfd.ready", "origin", d->conf->origin, NULL);
    sd_notifyf(0, "READY=1\nSTATUS=log %s", d->conf->origin);
}

static void on_watchdog(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what, (void)arg;
    sd_notify(0, "WATCHDOG=1");
}

static int start_watchdog(struct daemon *d)
{
    uint64_t usec = 0;
    if (sd_watchdog_enabled(0, &usec) <= 0)
        return 0;
    struct timeval half = {.tv_sec = (time_t)(usec / 2000000), .tv_usec = (suseconds_t)(usec / 2 % 1000000)};
    d->watchdog = event_new(d->base, -1, EV_PERSIST, on_watchdog, d);
    return d->watchdog && event_add(d->watchdog, &half) == 0 ? 0 : CPF_E_NOMEM;
}

/* The ledger's answers first: every station waits for them. Then all else (the middle is the default), then
 * what nobody waits for. After so many requests it is looked for answers again. */
#define PRIORITIES    3
#define DISPATCH_MOST 8

/* With a list of changes an event that goes and comes within one turn costs no system call. It asks that
 * no descriptor in the loop is a dup() of another: none is. */
static struct event_base *new_base(void)
{
    struct event_config *cfg = event_config_new();
    if (!cfg)
        return NULL;
    event_config_set_flag(cfg, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
    event_config_set_max_dispatch_interval(cfg, NULL, DISPATCH_MOST, PRIORITIES / 2);
    struct event_base *base = event_base_new_with_config(cfg);
    event_config_free(cfg);
    if (base && event_base_priority_init(base, PRIORITIES) < 0) {
        event_base_free(base);
        return NULL;
    }
    return base;
}

static int start_events(struct daemon *d)
{
    d->base = new_base();
    if (!d->base)
        return CPF_E_NOMEM;
    d->term = evsignal_new(d->base, SIGTERM, on_signal, d);
    d->interrupt = evsignal_new(d->base, SIGINT, on_signal, d);
    d->hangup = evsignal_new(d->base, SIGHUP, on_hangup, d);
    d->overdue = evtimer_new(d->base, on_overdue, d);
    if (!d->term || !d->interrupt || !d->hangup || !d->overdue || event_add(d->term, NULL) ||
        event_add(d->interrupt, NULL))
        return CPF_E_NOMEM;
    return start_watchdog(d);
}

static int start_servers(struct daemon *d, char **ret_error)
{
    struct http_config https = {.base = d->base,
                                .address = d->conf->listen_address,
                                .port = (unsigned short)d->conf->listen_port,
                                .cert = d->conf->tls_certificate,
                                .key = d->conf->tls_key,
                                .routes = app_routes(),
                                .arg = d->app,
                                .error_body = app_error_body,
                                .max_body = RECORD_BODY,
                                .large = large_paths,
                                .retry_after_s = d->conf->retry_after_s};
    struct http_config admin = {.base = d->base,
                                .unix_path = d->conf->admin_socket,
                                .routes = app_admin_routes(),
                                .arg = d->app,
                                .error_body = app_error_body,
                                .max_body = ADMIN_BODY,
                                .connections = 16};
    int err = http_server_new(&https, &d->https, ret_error);
    if (!err)
        err = http_server_new(&admin, &d->admin, ret_error);
    if (err)
        return err;
    log_event(LOG_LEVEL_NOTICE, "cpfd.listening", "address", d->conf->listen_address, "port",
              LOG_NUM(http_server_port(d->https)), "admin", d->conf->admin_socket, NULL);
    return 0;
}

static void stop(struct daemon *d)
{
    struct event *events[] = {d->term, d->interrupt, d->hangup, d->watchdog, d->overdue};
    /* Servers first: the application may still answer requests, which then go nowhere. */
    http_server_free(d->https);
    http_server_free(d->admin);
    app_free(d->app);
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        if (events[i])
            event_free(events[i]);
    }
    if (d->base)
        event_base_free(d->base);
    conf_free(d->conf);
}

/* Descriptors for all connections and to spare, if we may have them. */
static void raise_descriptor_limit(void)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) < 0)
        return;
    r.rlim_cur = r.rlim_max;
    setrlimit(RLIMIT_NOFILE, &r);
}

static int run(struct daemon *d)
{
    char *error = NULL;
    int err;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN); /* until there is something to read anew */
    umask(0077);
    raise_descriptor_limit();
    err = start_events(d);
    if (!err)
        err = app_new(d->conf, d->base, on_app_stop, d, &d->app, &error);
    if (!err)
        err = start_servers(d, &error);
    if (err) {
        log_event(LOG_LEVEL_ERROR, "cpfd.start", "error", cpf_strerror(err), "text", error, "do",
                  hint_for(err), NULL);
        free(error);
        return exit_code_of(err);
    }
    app_set_https(d->app, d->https);
    tell_certificate(d->conf, http_server_validity(d->https), clock_now_ms());
    if (event_add(d->hangup, NULL))
        return EXIT_FAILED;
    app_set_on_ready(d->app, on_ready, d);
    if (app_ready(d->app))
        on_ready(d);
    if (event_base_dispatch(d->base) < 0)
        d->exit_code = EXIT_FAILED;
    return d->exit_code;
}

/* ---- options ---- */

static const char help[] = "cpfd: keeps the batch records of a cell processing facility.\n"
                           "cpfd: 細胞加工物の製造記録を守る常駐プログラム\n"
                           "\n"
                           "  --config FILE   configuration (default " DEFAULT_CONFIG ")\n"
                           "                  設定ファイル\n"
                           "  --check         read the configuration and what it names, tell, and exit\n"
                           "                  設定と参照先を確かめて終わる\n"
                           "  --help-config   all keys of the configuration\n"
                           "                  設定項目の一覧\n"
                           "  --version, --help\n";

/* Can the files be read that are needed before a socket is opened? */
static int check_files(const struct conf *c, char **ret_error)
{
    const char *const paths[] = {c->tls_certificate, c->tls_key, c->vkey_file,
                                 c->catalogue,       c->clauses, c->rights};
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (access(paths[i], R_OK) == 0)
            continue;
        if (asprintf(ret_error, "%s: %s", paths[i], strerror(errno)) < 0)
            *ret_error = NULL;
        return CPF_E_IO;
    }
    return 0;
}

/* Loads and checks; prints what is wrong to stderr for a person, not as a log line. */
static int load(const char *path, struct conf **ret)
{
    char *error = NULL;
    int err = conf_load(path, ret, &error);
    if (!err)
        err = check_files(*ret, &error);
    if (!err)
        err = http_tls_check((*ret)->tls_certificate, (*ret)->tls_key, &error);
    if (!err)
        err = app_check(*ret, &error);
    if (!err && (err = clock_zone_use((*ret)->zone)) &&
        asprintf(&error, "zone %s is not known", (*ret)->zone) < 0)
        error = NULL;
    if (!err)
        return 0;
    fprintf(stderr, "cpfd: %s\n", error ? error : cpf_strerror(err));
    free(error);
    return err;
}

/* What does not keep a daemon from starting, since records would stand still, but is wrong. */
static int check_more(const struct conf *c)
{
    const char *const pem[] = {c->tls_certificate, c->report_certificate};
    const char *const readable[] = {c->report_key, c->report_certificate};
    int code = EXIT_SUCCESS;
    for (size_t i = 0; i < sizeof(pem) / sizeof(pem[0]); i++) {
        struct http_validity v;
        int64_t now = clock_now_ms();
        if (!*pem[i] || access(pem[i], R_OK) != 0)
            continue;
        int err = http_validity_read(pem[i], &v);
        if (err == 0 && now >= v.from && now < v.until)
            continue;
        fprintf(stderr, "cpfd: %s: %s\n", pem[i],
                err              ? "no certificate"
                : now >= v.until ? "the certificate has expired"
                                 : "the certificate does not count yet");
        code = EXIT_CONFIG;
    }
    for (size_t i = 0; i < sizeof(readable) / sizeof(readable[0]); i++) {
        if (!*readable[i] || access(readable[i], R_OK) == 0)
            continue;
        fprintf(stderr, "cpfd: %s: %s\n", readable[i], strerror(errno));
        code = EXIT_CONFIG;
    }
    return code;
}

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'}, {"check", no_argument, NULL, 'k'},
    {"help", no_argument, NULL, 'h'},         {"help-config", no_argument, NULL, 'H'},
    {"version", no_argument, NULL, 'v'},      {NULL, 0, NULL, 0}};

/* -1: go on; else exit with it. */
static int parse_options(int argc, char **argv, const char **ret_config, bool *ret_check)
{
    for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (o) {
        case 'c':
            *ret_config = optarg;
            break;
        case 'k':
            *ret_check = true;
            break;
        case 'h':
            fputs(help, stdout);
            return EXIT_SUCCESS;
        case 'H':
            conf_print_keys();
            return EXIT_SUCCESS;
        case 'v':
            puts("cpfd " CPF_VERSION);
            return EXIT_SUCCESS;
        default:
            return EXIT_USAGE;
        }
    }
    if (optind == argc)
        return -1;
    fprintf(stderr, "cpfd: %s: no such argument (cpfd --help)\n", argv[optind]);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    struct daemon d = {0};
    const char *config = DEFAULT_CONFIG;
    bool check = false;
    int code = parse_options(argc, argv, &config, &check);
    if (code >= 0)
        return code;
    log_start();
    if (load(config, &d.conf)) {
        conf_free(d.conf);
        return EXIT_CONFIG;
    }
    if (check) {
        code = check_more(d.conf);
        if (code == EXIT_SUCCESS)
            printf("%s: ok\n", config);
        conf_free(d.conf);
        return code;
    }
    code = run(&d);
    log_event(LOG_LEVEL_NOTICE, "cpfd.exit", "code", LOG_NUM(code), NULL);
    stop(&d);
    return code;
}
