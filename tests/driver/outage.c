/* Processes of a driven facility: ended, stopped, started again, while commands go on or between two of them.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "real.h"

/* ---- which daemon answers ---- */

/* The kernel's start time of a process, as the rig's pid files have it; 0: it is gone, or waits to be. */
static unsigned long long started(long pid)
{
    char path[64], text[1024];
    unsigned long long start = 0;
    snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f)
        return 0;
    size_t n = fread(text, 1, sizeof(text) - 1, f);
    text[n] = 0;
    fclose(f);
    const char *s = strrchr(text, ')');
    if (!s || s[2] == 'Z' ||
        sscanf(s + 2,
               "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
               "%*d %*d %llu",
               &start) != 1)
        return 0;
    return start;
}

static bool read_daemon(const struct real *r, char ret[64])
{
    char path[4096];
    long pid;
    unsigned long long start;
    snprintf(path, sizeof(path), "%s/cpfd.pid", r->dir);
    FILE *f = fopen(path, "r");
    if (!f)
        return false;
    bool good = fgets(ret, 64, f) && sscanf(ret, "%ld %llu", &pid, &start) == 2 && started(pid) == start;
    fclose(f);
    return good;
}

bool real_restarted(struct play *p)
{
    struct real *r = p->real;
    char now[64];
    if (!read_daemon(r, now)) {
        if (!r->ends_daemon)
            broken("the daemon ended", "%s", r->daemon);
        return false; /* on its way */
    }
    bool other = *r->daemon && strcmp(now, r->daemon) != 0;
    if (other && !r->ends_daemon)
        broken("the daemon ended", "%s, then %s", r->daemon, now);
    memcpy(r->daemon, now, sizeof(now));
    return other;
}

/* ---- outages ---- */

static int shell(const char *command)
{
    int status = system(command); /* NOLINT(cert-env33-c): the rig is a script */
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static pid_t shell_beside(const char *command)
{
    fflush(NULL);
    pid_t pid = fork();
    require(pid >= 0);
    if (pid)
        return pid;
    alarm(0);
    execl("/bin/bash", "bash", "-c", command, (char *)NULL);
    _exit(127);
}

void real_outage_over(struct play *p)
{
    struct real *r = p->real;
    int status;
    if (!r->outage)
        return;
    while (waitpid(r->outage, &status, 0) < 0)
        require(errno == EINTR);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        broken("does not come back", "%s/log/outage", r->dir);
    r->outage = 0;
    bool again = real_restarted(p);
    r->ends_daemon = false;
    if (again)
        play_restart(p);
}

/* `what` is killed, or hangs, and is back a little later; commands go on. */
void real_outage(struct play *p, const struct json *c)
{
    struct real *r = p->real;
    struct arena *a = &p->rig.arena;
    const char *what = json_get_str(c, "what"), *how = json_get_str(c, "how");
    int64_t ms = json_get_int(c, "ms", 100);
    bool known =
        what && (strcmp(what, "cpfd") == 0 || strcmp(what, "signer") == 0 || strcmp(what, "postgres") == 0);
    if (!known || !how || ms < 0 || ms > 8000)
        return;
    real_outage_over(p);
    const char *pause = arena_printf(a, "sleep %lld.%03lld", (long long)ms / 1000, (long long)ms % 1000);
    r->ends_daemon = strcmp(what, "cpfd") == 0 && strcmp(how, "hang") != 0;
    p->tally.outages++;
    if (strcmp(how, "hang") == 0)
        r->outage = shell_beside(
            arena_printf(a, "read -r pid rest <%s/%s.pid && kill -STOP $pid && { %s; kill -CONT $pid; }",
                         r->dir, strcmp(what, "postgres") == 0 ? "signer" : what, pause));
    else
        r->outage = shell_beside(
            arena_printf(a, "{ '%s' %s '%s' %s && %s && '%s' start '%s' %s; } >>'%s/log/outage' 2>&1",
                         getenv("CPF_RIG"), strcmp(how, "stop") == 0 ? "stop" : "kill", r->dir, what, pause,
                         getenv("CPF_RIG"), r->dir, what, r->dir));
}

/* ---- restarts ---- */

/* When a step may be done at the earliest is counted from the moment in which it is asked. */
static void blank_earliest(char *text)
{
    static const char at[] = "\"at\":\"";
    while ((text = strstr(text, at))) {
        text += sizeof(at) - 1;
        while (*text && *text != '"')
            *text++ = '-';
    }
}

/* What clients read of open work; a closed batch is read from documents. */
static const char *views(struct play *p)
{
    struct rig *g = &p->rig;
    struct buf b;
    size_t pos = 0;
    int status;
    buf_init(&b);
    for (const struct batch *x; (x = map_next(&g->book.batches, &pos));)
        if (!x->closed)
            buf_printf(
                &b, "%s\n",
                real_get(p, real_station(p), arena_printf(&g->arena, "/v1/batches/%s", x->id), &status));
    pos = 0;
    for (const struct station *st; (st = map_next(&g->book.stations, &pos));)
        if (!st->revoked)
            buf_printf(&b, "%s\n", real_get(p, st->id, "/v1/stations/self", &status));
    char *text = arena_strndup(&g->arena, b.data ? b.data : "", b.len);
    buf_fini(&b);
    blank_earliest(text);
    return text;
}

void real_restart(struct play *p)
{
    struct real *r = p->real;
    struct arena *a = &p->rig.arena;
    real_outage_over(p);
    const char *was = views(p);
    r->ends_daemon = true;
    if (shell(arena_printf(a, "{ '%s' stop '%s' cpfd && '%s' start '%s' cpfd; } >>'%s/log/outage' 2>&1",
                           getenv("CPF_RIG"), r->dir, getenv("CPF_RIG"), r->dir, r->dir)) != 0)
        broken("does not start again", "%s/log/cpfd", r->dir);
    bool again = real_restarted(p);
    require(again);
    r->ends_daemon = false;
    play_restart(p);
    const char *is = views(p);
    size_t at = 0;
    while (was[at] && was[at] == is[at])
        at++;
    if (was[at] != is[at])
        broken("views differ", "before: %.300s\n---- after the restart: %.300s",
               was + (at > 100 ? at - 100 : 0), is + (at > 100 ? at - 100 : 0));
}

void real_audit(struct play *p)
{
    struct real *r = p->real;
    if (shell(arena_printf(
            &p->rig.arena,
            "'%s/bin/cpfctl' audit --database \"host=$PGHOST dbname=cpf user=cpf_reader\" --vkey "
            "'%s/facility/vkey' --signatures --strict >'%s/log/audit' 2>&1",
            r->dir, r->dir, r->dir)) != 0) {
        char line[1000] = "";
        FILE *f = fopen(arena_printf(&p->rig.arena, "%s/log/audit", r->dir), "r");
        size_t n = f ? fread(line, 1, sizeof(line) - 1, f) : 0;
        line[n] = 0;
        broken("audit", "%s", line);
    }
}
