#include "rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <event2/event.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/enc.h"

static const char *env(const char *name)
{
    const char *v = getenv(name);
    if (!v)
        fail_msg("%s is not set", name);
    return v;
}

/* ---- cluster ---- */

static bool run_line(const char *command, char *ret, size_t size)
{
    FILE *f = popen(command, "r");
    bool ok = f && (!ret || fgets(ret, (int)size, f));
    if (ret && ok)
        ret[strcspn(ret, "\n")] = '\0';
    return f && pclose(f) == 0 && ok;
}

int rig_cluster_up(void **state)
{
    static struct rig_cluster c;
    char command[600];
    snprintf(command, sizeof(command), "%s make", env("CPF_CLUSTER"));
    if (!run_line(command, c.dir, sizeof(c.dir))) {
        fprintf(stderr, "no private PostgreSQL cluster could be made\n");
        return -1;
    }
    assert_int_equal(clock_zone_use("Asia/Tokyo"), 0);
    *state = &c;
    return 0;
}

void rig_pg(struct rig_cluster *c, const char *verb)
{
    char command[1000];
    snprintf(command, sizeof(command), "%s %s %s", env("CPF_CLUSTER"), verb, c->dir);
    assert_true(run_line(command, NULL, 0));
}

int rig_cluster_down(void **state)
{
    rig_pg(*state, "drop");
    return 0;
}

/* ---- SQL ---- */

static PGconn *connect_as(struct rig *r, const char *role, const char *db)
{
    char conninfo[600];
    snprintf(conninfo, sizeof(conninfo), "host=%s/run user=%s dbname=%s", r->cluster->dir, role, db);
    PGconn *pg = PQconnectdb(conninfo);
    if (PQstatus(pg) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(pg));
    PQclear(PQexec(pg, "set client_min_messages = error"));
    return pg;
}

static const char *sql_in(struct rig *r, const char *db, const char *sql)
{
    static char out[4096];
    PGconn *pg = connect_as(r, "postgres", db);
    PGresult *res = PQexec(pg, sql);
    ExecStatusType st = PQresultStatus(res);
    if (st != PGRES_TUPLES_OK && st != PGRES_COMMAND_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(pg));
    snprintf(out, sizeof(out), "%s", PQntuples(res) > 0 ? PQgetvalue(res, 0, 0) : "");
    PQclear(res);
    PQfinish(pg);
    return out;
}

const char *rig_sql(struct rig *r, const char *fmt, ...)
{
    char sql[4096];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(sql, sizeof(sql), fmt, ap);
    va_end(ap);
    return sql_in(r, r->db, sql);
}

const char *rig_sqlstate(struct rig *r, const char *role, const char *sql)
{
    static char out[8];
    PGconn *pg = connect_as(r, role, r->db);
    PGresult *res = PQexec(pg, sql);
    const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
    snprintf(out, sizeof(out), "%s", state ? state : "");
    PQclear(res);
    PQfinish(pg);
    return out;
}

/* ---- signer ---- */

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0400);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

static void signer_init(struct rig *r)
{
    char command[2000], path[400];
    snprintf(path, sizeof(path), "%s/pass", r->dir);
    write_file(path, "a passphrase for tests\n");
    if (!*r->key)
        snprintf(r->key, sizeof(r->key), "%s/key", r->dir);
    snprintf(
        command, sizeof(command),
        "%s init --state %s/state --key '%s' --passphrase-file %s --origin %s%s%s%s%s --light 2>/dev/null",
        env("CPF_SIGNER"), r->dir, r->key, path, r->origin, r->module ? " --module " : "",
        r->module ? r->module : "", r->pin ? " --pin-file " : "", r->pin ? r->pin : "");
    assert_true(run_line(command, r->vkey, sizeof(r->vkey)));
}

void rig_newkey(struct rig *r, char ret_vkey[256])
{
    char command[2000];
    snprintf(command, sizeof(command),
             "%s newkey --next-key '%s' --next-passphrase-file %s/pass --origin %s%s%s%s%s --light",
             env("CPF_SIGNER"), r->next, r->dir, r->origin, r->module ? " --module " : "",
             r->module ? r->module : "", r->pin ? " --pin-file " : "", r->pin ? r->pin : "");
    assert_true(run_line(command, ret_vkey, 256));
}

/* argv of `cpf-signer serve`, from what the rig says. */
static void signer_exec(const struct rig *r, const char *state, const char *pass, const char *uid)
{
    const char *const option[][2] = {{"--socket", r->socket},
                                     {"--state", state},
                                     {"--key", r->key},
                                     {"--passphrase-file", pass},
                                     {"--origin", r->origin},
                                     {"--allow-uid", uid},
                                     {"--module", r->module},
                                     {"--pin-file", r->pin},
                                     {"--next-key", *r->next ? r->next : NULL},
                                     {"--next-passphrase-file", *r->next ? pass : NULL}};
    const char *argv[32] = {"cpf-signer", "serve"};
    size_t n = 2;
    for (size_t i = 0; i < sizeof(option) / sizeof(*option); i++) {
        if (!option[i][1])
            continue;
        argv[n++] = option[i][0];
        argv[n++] = option[i][1];
    }
    execv(env("CPF_SIGNER"), (char *const *)(uintptr_t)argv);
}

void rig_signer_start(struct rig *r)
{
    char state[400], pass[400], uid[16];
    int log = open("/dev/null", O_RDWR | O_CLOEXEC);
    snprintf(state, sizeof(state), "%s/state", r->dir);
    snprintf(pass, sizeof(pass), "%s/pass", r->dir);
    snprintf(uid, sizeof(uid), "%u", (unsigned)getuid());
    unlink(r->socket);
    r->signer = fork();
    assert_true(r->signer >= 0);
    if (r->signer == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when a test fails half-way */
        dup2(log, 0);
        dup2(log, 1);
        if (!getenv("CPF_RIG_VERBOSE"))
            dup2(log, 2);
        signer_exec(r, state, pass, uid);
        _exit(127);
    }
    close(log);
    for (int i = 0; i < 6000 && access(r->socket, F_OK) != 0; i++)
        usleep(10000);
    assert_int_equal(access(r->socket, F_OK), 0);
}

void rig_signer_kill(struct rig *r)
{
    if (r->signer <= 0)
        return;
    kill(r->signer, SIGKILL);
    waitpid(r->signer, NULL, 0);
    r->signer = 0;
}

/* ---- one log ---- */

void rig_up(struct rig *r, struct rig_cluster *c)
{
    memset(r, 0, sizeof(*r));
    rig_up_key(r, c);
}

void rig_up_key(struct rig *r, struct rig_cluster *c)
{
    static int count;
    char sql[200];
    r->cluster = c;
    r->base = event_base_new();
    snprintf(r->origin, sizeof(r->origin), "training.test/log");
    snprintf(r->db, sizeof(r->db), "log%d", ++count);
    snprintf(sql, sizeof(sql), "create database %s template cpf", r->db);
    sql_in(r, "postgres", sql);
    snprintf(r->conninfo, sizeof(r->conninfo), "host=%s/run user=cpf_writer dbname=%s", c->dir, r->db);
    snprintf(r->dir, sizeof(r->dir), "%s/signer%d", c->dir, count);
    assert_int_equal(mkdir(r->dir, 0700), 0);
    snprintf(r->socket, sizeof(r->socket), "%s/s", r->dir);
    signer_init(r);
    rig_signer_start(r);
}

void rig_down(struct rig *r)
{
    char sql[100];
    rig_signer_kill(r);
    snprintf(sql, sizeof(sql), "drop database %s with (force)", r->db);
    sql_in(r, "postgres", sql);
    event_base_free(r->base);
}

static int audit_with(struct rig *r, const char *keys, const char **ret_text)
{
    static char text[4096];
    char command[2500];
    snprintf(command, sizeof(command),
             "LC_ALL=C %s audit --quiet --signatures %s --database 'host=%s/run user=cpf_reader "
             "dbname=%s' %s",
             env("CPF_AUDIT"), r->unsigned_acts ? "" : "--strict", r->cluster->dir, r->db, keys);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    size_t n = fread(text, 1, sizeof(text) - 1, f);
    text[n] = '\0';
    int status = pclose(f);
    *ret_text = text;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int rig_audit(struct rig *r, const char **ret_text)
{
    char keys[600];
    snprintf(keys, sizeof(keys), "--vkey '%s'", r->vkey);
    return audit_with(r, keys, ret_text);
}

int rig_audit_manifest(struct rig *r, const char *manifest, const char *root, const char **ret_text)
{
    char keys[1000];
    snprintf(keys, sizeof(keys), "--manifest '%s' --root '%s'", manifest, root);
    return audit_with(r, keys, ret_text);
}

void rig_audit_ok(struct rig *r)
{
    const char *text;
    if (rig_audit(r, &text) != 0)
        fail_msg("audit: %s", text);
}

void rig_audit_fails(struct rig *r, const char *what)
{
    const char *text;
    if (rig_audit(r, &text) != 4 || !strstr(text, what))
        fail_msg("audit should say \"%s\", says: %s", what, text);
}

/* ---- daemon ---- */

static int64_t node_now(void *arg)
{
    return ((struct node *)arg)->now;
}

static void keep_chain(struct node *n, const char *stream, uint64_t sseq, const uint8_t leaf[32])
{
    size_t i = 0;
    while (i < n->nchains && strcmp(n->chain[i].stream, stream) != 0)
        i++;
    assert_true(i < 64);
    if (i == n->nchains)
        n->nchains++;
    snprintf(n->chain[i].stream, sizeof(n->chain[i].stream), "%s", stream);
    n->chain[i].sseq = sseq;
    memcpy(n->chain[i].leaf, leaf, 32);
}

static void on_reading(void *arg)
{
    struct node *n = arg;
    assert_int_equal(n->folded, 0);
    n->readings++;
    if (!n->rig->hold)
        ledger_read_on(n->ledger);
}

static int on_fold(void *arg, const struct entry *e)
{
    struct node *n = arg;
    assert_int_equal(n->ready, 0);
    n->folded++;
    keep_chain(n, e->stream, e->sseq, e->leaf);
    return 0;
}

static void on_ready(void *arg)
{
    struct node *n = arg;
    n->ready++;
    n->up = true;
}

static void on_away(void *arg, const char *code)
{
    struct node *n = arg;
    n->away++;
    n->up = false;
    n->why_away = code;
}

static void on_settled(void *arg, void *tag)
{
    struct node *n = arg;
    assert_int_equal((uint64_t)(uintptr_t)tag, n->last_tag + 1); /* in order, exactly once */
    n->last_tag++;
    n->settled++;
    if (n->again && n->again--)
        node_submit(n, "batch/again", 1);
}

static void on_entry(void *arg, const struct entry *e)
{
    struct node *n = arg;
    n->entries++;
    if (n->on_entry)
        n->on_entry(n->on_entry_arg, e);
}

static void on_fatal(void *arg, int code, const char *text)
{
    struct node *n = arg;
    assert_int_equal(n->fatal, 0);
    n->fatal = code;
    n->up = false;
    snprintf(n->text, sizeof(n->text), "%s", text);
}

void node_start(struct node *n, struct rig *r)
{
    memset(n, 0, sizeof(*n));
    n->rig = r;
    n->now = 1790000000000;
    arena_init(&n->arena, 0);
    struct ledger_config cfg = {.base = r->base,
                                .conninfo = r->conninfo,
                                .signer_socket = r->socket,
                                .origin = r->origin,
                                .vkey = r->vkey,
                                .training = true,
                                .now_ms = node_now,
                                .arg = n,
                                .on_reading = on_reading,
                                .on_fold = on_fold,
                                .on_ready = on_ready,
                                .on_away = on_away,
                                .on_settled = on_settled,
                                .on_entry = on_entry,
                                .on_fatal = on_fatal};
    assert_int_equal(ledger_new(&cfg, &n->ledger), 0);
    ledger_start(n->ledger);
}

void node_stop(struct node *n)
{
    ledger_free(n->ledger);
    n->ledger = NULL;
    arena_fini(&n->arena);
}

static struct entry *node_entry(struct node *n, const char *stream, const char *kind)
{
    struct arena *a = &n->arena;
    struct entry *e = arena_alloc(a, sizeof(*e));
    *e = (struct entry){.kind = kind, .stream = stream, .zone = "Asia/Tokyo", .sseq = 1, .at = ++n->now};
    for (size_t i = 0; i < n->nchains; i++) {
        if (strcmp(n->chain[i].stream, stream) == 0) {
            e->sseq = n->chain[i].sseq + 1;
            memcpy(e->prev, n->chain[i].leaf, 32);
        }
    }
    e->actor = json_set_str(a, json_object(a), "performed", "op1");
    e->clock = json_set(a, json_object(a), "simulated", json_bool(a, true));
    e->body = json_set_str(a, json_object(a), "outcome", "accepted");
    return e;
}

static void node_add(struct node *n, struct ledger_item *items, size_t k, struct ledger_disclosure *d,
                     const char *stream, const char *kind)
{
    uint8_t first[32];
    char digest[44];
    for (size_t i = 0; i < k; i++) {
        struct entry *e = node_entry(n, stream, kind);
        items[i] = (struct ledger_item){.entry = e};
        if (i == 0) {
            char *id = arena_alloc(&n->arena, 37);
            uuid7_make(n->now, id);
            e->id = id;
            d->name = "donor_name";
            disclosure_make(&n->arena, "donor_name", "Yamada", &d->salted, digest);
            e->pd = json_set_str(&n->arena, json_object(&n->arena), "donor_name", digest);
            items[i].disclosure = d;
            items[i].ndisclosures = 1;
        } else {
            e->has_of = true;
            memcpy(e->of, first, 32);
        }
        assert_int_equal(entry_build(e, &n->arena), 0);
        if (i == 0)
            memcpy(first, e->leaf, 32);
        keep_chain(n, stream, e->sseq, e->leaf);
    }
    ledger_submit(n->ledger, items, k, (void *)(uintptr_t)++n->tags);
}

void node_submit(struct node *n, const char *stream, size_t k)
{
    struct ledger_item items[64];
    node_add(n, items, k, arena_alloc(&n->arena, sizeof(struct ledger_disclosure)), stream, "step.input");
}

void node_submit_kind(struct node *n, const char *stream, const char *kind)
{
    struct ledger_item item;
    node_add(n, &item, 1, arena_alloc(&n->arena, sizeof(struct ledger_disclosure)), stream, kind);
}

void node_submit_text(struct node *n, const char *text, size_t len)
{
    struct entry *e = arena_alloc(&n->arena, sizeof(*e));
    struct ledger_item item = {.entry = e};
    assert_int_equal(entry_read(e, &n->arena, arena_strndup(&n->arena, text, len), len), 0);
    ledger_submit(n->ledger, &item, 1, (void *)(uintptr_t)++n->tags);
}

/* ---- waiting ---- */

/* A busy machine takes so many times as long as one with nothing else to do. */
#define BUSY 6

static bool until(struct rig *r, bool (*what)(void *arg), void *arg, int ms)
{
    int64_t end = clock_mono_ms() + ms;
    struct timeval tick = {0, 20000};
    while (!what(arg)) {
        if (clock_mono_ms() > end)
            return false;
        event_base_loopexit(r->base, &tick);
        event_base_loop(r->base, EVLOOP_ONCE);
    }
    return true;
}

bool rig_until(struct rig *r, bool (*what)(void *arg), void *arg, int ms)
{
    return until(r, what, arg, ms * BUSY);
}

struct sql_wait {
    struct rig *rig;
    const char *sql, *want;
};

static bool sql_gives(void *arg)
{
    struct sql_wait *w = arg;
    return strcmp(rig_sql(w->rig, "%s", w->sql), w->want) == 0;
}

void rig_until_sql(struct rig *r, const char *want, const char *sql)
{
    struct sql_wait w = {r, sql, want};
    if (!rig_until(r, sql_gives, &w, 10000))
        fail_msg("%s: never %s", sql, want);
}

static bool is_ready(void *arg)
{
    struct node *n = arg;
    return n->up || n->fatal;
}

static bool is_fatal(void *arg)
{
    return ((struct node *)arg)->fatal != 0;
}

void node_until_ready(struct node *n)
{
    if (!rig_until(n->rig, is_ready, n, 10000) || n->fatal)
        fail_msg("not ready: %s %s", n->why_away ? n->why_away : "", n->text);
}

struct wait {
    struct node *n;
    size_t want;
};

static bool is_settled(void *arg)
{
    struct wait *w = arg;
    return w->n->settled >= w->want || w->n->fatal;
}

void node_until_settled(struct node *n, size_t commands)
{
    struct wait w = {n, commands};
    if (!rig_until(n->rig, is_settled, &w, 10000) || n->settled < commands)
        fail_msg("%zu of %zu settled: %s", n->settled, commands, n->text);
}

void node_until_fatal(struct node *n)
{
    if (!rig_until(n->rig, is_fatal, n, 10000))
        fail_msg("the daemon goes on where it must not");
}

void node_refused(struct rig *r, const char *what)
{
    struct node n;
    node_start(&n, r);
    node_until_fatal(&n);
    if (!strstr(n.text, what))
        fail_msg("the start should be refused with \"%s\", says: %s", what, n.text);
    assert_int_equal(n.ready, 0);
    node_stop(&n);
}

void node_accepted(struct rig *r)
{
    struct node n;
    node_start(&n, r);
    node_until_ready(&n);
    node_stop(&n);
}

static bool never(void *arg)
{
    (void)arg;
    return false;
}

void rig_run(struct rig *r, int ms)
{
    (void)until(r, never, NULL, ms);
}
