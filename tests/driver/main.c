/*
 * driver [--seed N] [--plays N] [--commands N] [--seconds N] [--cases DIR] [--save DIR] [--trace FILE]
 * [--rig DIR] [FILE...]
 *
 * --rig: a real daemon, the facility of that folder (real.h), put back as it was saved as `fresh` before each
 * play.
 *
 * Every play runs in a process of its own: whatever becomes of it (an abort, a sanitizer's word, a hang),
 * what was played up to there is known, is made smaller and printed. FILEs and cases are played again,
 * thoroughly. Output is TAP for the suites: one line a play or case.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "real.h"

#define HANG_S    20  /* no command takes so much of a processor, */
#define STUCK_S   900 /* nor so long on the busiest machine */
#define SHRINK_MS 60000
#define REAL_MS   300000 /* to make a play of a real daemon smaller: each try is a facility */
#define LINES_MAX 200000

struct script {
    size_t n, cap;
    char **line;
};

struct options {
    uint64_t seed;
    size_t plays, commands;
    int64_t seconds;
    const char *cases, *save;
};

static const char *rig; /* the folder of a real facility, or NULL */

struct result {
    bool good;
    char tag[200];   /* what it is known by */
    char text[4000]; /* what it said */
};

static struct tally *shared; /* of the child that plays now */
static FILE *trace;          /* each command and what came of it, or NULL */

void broken(const char *tag, const char *fmt, ...)
{
    va_list ap;
    fprintf(stderr, "BROKEN %s: ", tag);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, "\n");
    _exit(70);
}

/* ---- scripts ---- */

static void script_add(struct script *s, const char *line, size_t len)
{
    if (s->n == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 256;
        s->line = xrealloc(s->line, s->cap * sizeof(*s->line));
    }
    s->line[s->n] = xcalloc(1, len + 1);
    memcpy(s->line[s->n++], line, len);
}

static void script_free(struct script *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->line[i]);
    free(s->line);
    *s = (struct script){0};
}

static void script_read(struct script *s, FILE *f)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t len;
    while ((len = getline(&line, &size, f)) > 0) {
        while (len && line[len - 1] == '\n')
            len--;
        if (len && line[0] == '{')
            script_add(s, line, (size_t)len);
    }
    free(line);
}

/* ---- in the child ---- */

/* Else the process ends by a signal. */
static void expect_end(unsigned most_s)
{
    const struct itimerval own = {.it_value = {.tv_sec = HANG_S}};
    require(setitimer(ITIMER_PROF, &own, NULL) == 0);
    alarm(most_s);
}

static void run_line(struct play *p, const char *line)
{
    const struct json *c;
    if (json_parse(&p->rig.arena, line, strlen(line), &c, NULL) != 0)
        broken("script", "not canonical: %s", line);
    expect_end(p->real ? REAL_HANG_S : STUCK_S);
    size_t before = p->tally.commands;
    play_command(p, c);
    if (trace)
        fprintf(trace, "%s %s %s\n", p->tally.commands > before ? outcome_name(p->rig.v.outcome) : "-",
                p->tally.commands > before ? p->rig.v.code : "-", line);
    *shared = p->tally;
}

/* Every play goes on from the facility as it was set up; its process has a copy of its own. */
static struct play world;

static struct play *world_here(void)
{
    if (rig)
        play_begin_real(&world, rig);
    return &world;
}

static void play_script(const struct script *s, bool thorough)
{
    struct play *p = world_here();
    p->thorough = thorough;
    for (size_t i = 0; i < s->n; i++)
        run_line(p, s->line[i]);
    play_end(p);
    *shared = p->tally;
}

/* However short a play is, a restart and each kind of outage are in it. */
static const struct json *in_turn(struct gen *g, size_t i, size_t commands)
{
    static const char *const line[] = {
        "{\"do\":\"outage\",\"how\":\"kill\",\"ms\":200,\"what\":\"signer\"}", "{\"do\":\"restart\"}",
        "{\"do\":\"outage\",\"how\":\"kill\",\"ms\":200,\"what\":\"postgres\"}",
        "{\"do\":\"outage\",\"how\":\"kill\",\"ms\":0,\"what\":\"cpfd\"}",
        "{\"do\":\"outage\",\"how\":\"hang\",\"ms\":5000,\"what\":\"signer\"}"};
    size_t n = sizeof(line) / sizeof(*line);
    const struct json *c;
    if (i == 0 || i % (commands / (n + 1) + 1) != 0)
        return gen_next(g);
    const char *now = line[(i / (commands / (n + 1) + 1) - 1) % n];
    require(json_parse(g->a, now, strlen(now), &c, NULL) == 0);
    return c;
}

static void generate(uint64_t seed, size_t commands, FILE *out)
{
    struct play *p = world_here();
    struct arena a;
    arena_init(&a, 0);
    struct gen g = {.book = &p->rig.book, .a = &a, .rnd = {seed}, .real = rig != NULL};
    /* a whole batch of the shipped protocol takes some two thousand commands */
    bool long_one = seed % 4 == 0 && commands > 2000;
    g.noise = (unsigned)(long_one ? 20 : 40 + gen_below(&g, 400));
    g.slips = (unsigned)(long_one ? 4 : gen_below(&g, 60));
    g.small = long_one ? 0 : seed % 4 == 1 ? 500 : 1000;
    g.hands = !rig && seed % 3 == 0;
    g.most = long_one ? 1 : 1 + gen_below(&g, GEN_BATCHES);
    for (size_t i = 0; i < commands; i++) {
        struct buf text;
        g.now = play_now(p);
        g.log_entries = p->rig.n;
        g.refused = p->rig.v.outcome == OUTCOME_REFUSED ? g.refused + 1 : 0;
        buf_init(&text);
        json_write(&text, rig ? in_turn(&g, i, commands) : gen_next(&g));
        fprintf(out, "%s\n", text.data);
        fflush(out);
        run_line(p, text.data);
        buf_fini(&text);
        arena_reset(&a);
    }
    arena_fini(&a);
    play_end(p);
    *shared = p->tally;
}

/* ---- and around it ---- */

/* The failure without what differs from one play to the next. */
static void make_tag(struct result *o, int status)
{
    const char *from = strstr(o->text, "BROKEN "), *fold = strstr(o->text, " does not fold");
    const char *kind = o->text + (strncmp(o->text, "ERROR: ", 7) == 0 ? 7 : 0),
               *san = strstr(o->text, "ERROR: AddressSanitizer"), *ub = strstr(o->text, "runtime error");
    if (from)
        snprintf(o->tag, sizeof(o->tag), "%.*s", (int)strcspn(from, ":"), from);
    else if (fold)
        snprintf(o->tag, sizeof(o->tag), "does not fold: %.*s", (int)strcspn(kind, " "), kind);
    else if (san || ub)
        snprintf(o->tag, sizeof(o->tag), "%.60s", san ? san : ub);
    else if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGALRM || WTERMSIG(status) == SIGPROF))
        snprintf(o->tag, sizeof(o->tag), "hang");
    else
        snprintf(o->tag, sizeof(o->tag), "%.*s", (int)strcspn(o->text, "0123456789{\n"), o->text);
}

/* The facility as it was saved; the first play finds it so. */
static void restore(void)
{
    static bool played;
    char command[8192];
    if (rig && played) {
        snprintf(command, sizeof(command), "'%s' restore '%s' fresh >>'%s/log/outage' 2>&1",
                 getenv("CPF_RIG"), rig, rig);
        require(system(command) == 0); /* NOLINT(cert-env33-c): the rig is a script */
    }
    played = true;
}

/* Forks; the child plays `s`, or makes a play of its own and writes it to `out`. */
static struct result run(const struct script *s, uint64_t seed, size_t commands, FILE *out, bool thorough)
{
    struct result o = {0};
    FILE *said = tmpfile();
    require(said);
    restore();
    fflush(NULL);
    pid_t pid = fork();
    require(pid >= 0);
    if (pid == 0) {
        dup2(fileno(said), 2);
        dup2(fileno(said), 1);
        setenv("CMOCKA_TEST_ABORT", "1", 1);
        if (s)
            play_script(s, thorough);
        else
            generate(seed, commands, out);
        fflush(NULL);
        _exit(0);
    }
    int status;
    while (waitpid(pid, &status, 0) < 0)
        require(errno == EINTR);
    rewind(said);
    size_t n = fread(o.text, 1, sizeof(o.text) - 1, said);
    o.text[n] = 0;
    fclose(said);
    o.good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!o.good)
        make_tag(&o, status);
    return o;
}

/* ---- making it smaller ---- */

static struct script without(const struct script *s, size_t from, size_t n)
{
    struct script r = {0};
    for (size_t i = 0; i < s->n; i++)
        if (i < from || i >= from + n)
            script_add(&r, s->line[i], strlen(s->line[i]));
    return r;
}

/* Delta debugging: pieces are left out, ever smaller ones, as long as it fails in the same way. */
static struct result shrink(struct script *s, const struct result *first, bool thorough)
{
    struct result last = *first;
    int64_t until = clock_mono_ms() + (rig ? REAL_MS : SHRINK_MS);
    bool smaller = true;
    for (size_t piece = s->n / 2 + 1; piece > 1 || smaller; piece = piece > 1 ? piece / 2 : 1) {
        smaller = false;
        for (size_t at = 0; at < s->n && clock_mono_ms() < until;) {
            struct script t = without(s, at, piece);
            struct result r = run(&t, 0, 0, NULL, thorough);
            if (!r.good && strcmp(r.tag, first->tag) == 0) {
                script_free(s);
                *s = t;
                last = r;
                smaller = true;
            } else {
                script_free(&t);
                at += piece;
            }
        }
    }
    return last;
}

static void print_words(const struct result *o)
{
    for (const char *c = o->text; *c;) {
        size_t n = strcspn(c, "\n");
        printf("# %.*s\n", (int)n, c);
        c += n + (c[n] == '\n');
    }
}

static void print_failure(const struct result *o, const struct script *s, uint64_t seed)
{
    print_words(o);
    printf("# seed %llu, %zu commands:\n", (unsigned long long)seed, s->n);
    for (size_t i = 0; i < s->n && i < 400; i++)
        printf("#   %s\n", s->line[i]);
}

static void save(const struct options *opt, const struct result *o, const struct script *s, uint64_t seed)
{
    char path[4096];
    if (!opt->save)
        return;
    snprintf(path, sizeof(path), "%s/seed-%llu.txt", opt->save, (unsigned long long)seed);
    FILE *f = fopen(path, "w");
    if (!f)
        return;
    fprintf(f, "# %s\n", o->tag);
    for (size_t i = 0; i < s->n; i++)
        fprintf(f, "%s\n", s->line[i]);
    fclose(f);
}

/* ---- plays and cases ---- */

struct total {
    size_t tests, failed, hangs, exits, refolds;
    struct tally t;
};

static void count(struct total *t, const struct result *o)
{
    const struct tally *s = shared;
    t->tests++;
    t->failed += !o->good;
    t->hangs += !o->good && strcmp(o->tag, "hang") == 0;
    t->refolds += !o->good && (strstr(o->tag, "differs") || strstr(o->tag, "fold"));
    t->exits += !o->good && !strstr(o->tag, "BROKEN") && strcmp(o->tag, "hang") != 0;
    t->t.commands += s->commands;
    t->t.entries += s->entries;
    t->t.away += s->away;
    t->t.restarts += s->restarts;
    t->t.days += s->days;
    t->t.outages += s->outages;
    t->t.folds += s->folds;
    t->t.ordered += s->ordered;
    count_add(&t->t, s);
    t->t.released += s->released;
    t->t.closed += s->closed;
    t->t.reopened += s->reopened;
    t->t.codes = t->t.codes > s->codes ? t->t.codes : s->codes;
    for (int i = 0; i <= OUTCOME_REFUSED; i++)
        t->t.outcome[i] += s->outcome[i];
}

static void one_play(const struct options *opt, struct total *t, uint64_t seed)
{
    FILE *kept = tmpfile();
    struct script s = {0};
    require(kept);
    memset(shared, 0, sizeof(*shared));
    struct result o = run(NULL, seed, opt->commands, kept, false);
    count(t, &o);
    const struct tally *n = shared;
    printf("%s %zu - seed %llu: %zu commands, %zu ordered, %zu released, %zu closed, %zu refused\n",
           o.good ? "ok" : "not ok", t->tests, (unsigned long long)seed, n->commands, n->ordered, n->released,
           n->closed, n->outcome[OUTCOME_REFUSED]);
    if (!o.good) {
        print_words(&o);
        printf("# %s; making it smaller\n", o.tag);
        fflush(stdout);
        rewind(kept);
        script_read(&s, kept);
        struct result again = run(&s, 0, 0, NULL, false);
        o = shrink(&s, &o, again.good || strcmp(again.tag, o.tag) != 0);
        print_failure(&o, &s, seed);
        save(opt, &o, &s, seed);
    }
    fflush(stdout);
    script_free(&s);
    fclose(kept);
}

static void one_case(struct total *t, const char *path)
{
    struct script s = {0};
    FILE *f = fopen(path, "r");
    memset(shared, 0, sizeof(*shared));
    if (f)
        script_read(&s, f);
    struct result o = f && s.n ? run(&s, 0, 0, NULL, true) : (struct result){.tag = "no such case"};
    count(t, &o);
    printf("%s %zu - %s\n", o.good ? "ok" : "not ok", t->tests, path);
    if (!o.good)
        print_failure(&o, &s, 0);
    script_free(&s);
    if (f)
        fclose(f);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void all_cases(const struct options *opt, struct total *t)
{
    struct dirent **list;
    int n = opt->cases ? scandir(opt->cases, &list, NULL, by_name) : 0;
    for (int i = 0; i < n; i++) {
        char path[4096];
        size_t len = strlen(list[i]->d_name);
        snprintf(path, sizeof(path), "%s/%s", opt->cases, list[i]->d_name);
        if (len > 4 && strcmp(list[i]->d_name + len - 4, ".txt") == 0)
            one_case(t, path);
        free(list[i]);
    }
    if (n > 0)
        free(list);
}

static void print_total(const struct options *opt, const struct total *t)
{
    const struct tally *s = &t->t;
    printf("# driver: seed %llu, %zu plays and cases, %zu commands, %zu entries, %zu exits, %zu hangs, %zu "
           "refolds that "
           "differ, %zu other failures\n",
           (unsigned long long)opt->seed, t->tests, s->commands, s->entries, t->exits, t->hangs, t->refolds,
           t->failed - t->exits - t->hangs - (t->refolds < t->failed ? t->refolds : 0));
    printf("# accepted %zu, already %zu, alert %zu, deviation %zu, hold %zu, refused %zu, not taken %zu; "
           "days %zu, "
           "restarts %zu, outages %zu, books compared %zu\n",
           s->outcome[OUTCOME_ACCEPTED], s->outcome[OUTCOME_ALREADY], s->outcome[OUTCOME_ALERT],
           s->outcome[OUTCOME_DEVIATION], s->outcome[OUTCOME_HOLD], s->outcome[OUTCOME_REFUSED], s->away,
           s->days, s->restarts, s->outages, s->folds);
    printf("# batches ordered %zu, released %zu, closed %zu, reopened %zu; codes in one play at most %zu\n",
           s->ordered, s->released, s->closed, s->reopened, s->codes);
    count_print(s);
    printf("1..%zu\n", t->tests);
}

static bool option(struct options *o, const char *name, const char *value)
{
    if (strcmp(name, "--seed") == 0)
        o->seed = strtoull(value, NULL, 10);
    else if (strcmp(name, "--plays") == 0)
        o->plays = strtoul(value, NULL, 10);
    else if (strcmp(name, "--commands") == 0)
        o->commands = strtoul(value, NULL, 10);
    else if (strcmp(name, "--seconds") == 0)
        o->seconds = strtol(value, NULL, 10);
    else if (strcmp(name, "--cases") == 0)
        o->cases = value;
    else if (strcmp(name, "--save") == 0)
        o->save = value;
    else if (strcmp(name, "--rig") == 0)
        rig = value;
    else if (strcmp(name, "--trace") == 0)
        trace = fopen(value, "w");
    else
        return false;
    return true;
}

int main(int argc, char **argv)
{
    struct options opt = {.seed = 1, .plays = 0, .commands = 2500};
    struct total t = {0};
    int i = 1;
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    require(shared != MAP_FAILED);
    for (; i + 1 < argc && argv[i][0] == '-'; i += 2)
        if (!option(&opt, argv[i], argv[i + 1])) {
            fprintf(stderr, "driver: unknown option %s\n", argv[i]);
            return 2;
        }
    if (!rig)
        play_begin(&world);
    for (; i < argc; i++)
        one_case(&t, argv[i]);
    all_cases(&opt, &t);
    int64_t until = clock_mono_ms() + opt.seconds * 1000;
    for (uint64_t seed = opt.seed; seed < opt.seed + opt.plays || (opt.seconds && clock_mono_ms() < until);
         seed++)
        one_play(&opt, &t, seed);
    print_total(&opt, &t);
    return t.failed != 0;
}
