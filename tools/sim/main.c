/* cpf-sim: plays the people of a facility, over the real HTTPS API of a training log. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "lib/args.h"
#include "base/clock.h"
#include "base/mem.h"
#include "lib/client.h"
#include "lib/files.h"
#include "lib/say.h"
#include "sim.h"
#include "sim/plan.h"
#include "sim/tablet.h"

static const char *const flags[] = {"cases",   "states", "omit-each", "progress", "json",  "help",
                                    "version", "pauses", "no-pauses", "check",    "steps", NULL};

static void help(void)
{
    printf("%s\n    cpf-sim --dir DIR [--story FILE] [...]\n\n%s\n", say("使い方", "SYNOPSIS"),
           say("    訓練用サーバーで、施設の一日を HTTPS API を通して演じます。終了コード 0 "
               "は、すべての応答が話の予定どおり\n"
               "    だったときだけです。",
               "    Plays a facility's people over the HTTPS API of a training log. Exit status 0 only if "
               "every answer was\n"
               "    what the story expects and every batch came to its end."));
    printf("    --dir DIR          %s\n"
           "    --story FILE       %s\n"
           "    --seed N           %s\n"
           "    --batches N        %s\n"
           "    --speed X          %s\n"
           "    --cases            %s\n"
           "    --states           %s\n"
           "    --case NAME        %s\n"
           "    --omit STEP        %s\n"
           "    --omit-each        %s\n"
           "    --until STEP       %s\n"
           "    --start DATE       %s\n"
           "    --first N          %s\n"
           "    --pauses           %s\n"
           "    --slips N          %s\n"
           "    --connections N    %s\n"
           "    --progress         %s\n"
           "    --json             %s\n"
           "    --record FILE      %s\n"
           "    --steps            %s\n"
           "    --check            %s\n",
           say("cpfctl init が作ったフォルダー（url, ca.pem, stations/, logins.json）",
               "folder made by cpfctl init: url, ca.pem, stations/, logins.json"),
           say("話のファイル", "the story; default etc/stories/nk-autologous.story"),
           say("値のばらつきの種", "seed of the values' scatter; default 1"),
           say("同時に進める製造番号の数", "batches side by side; default 1"),
           say("速さ（0 = 最速、1 = 実時間）", "speed: 0 as fast as possible, 1 real time"),
           say("cases/ のすべての事例を加える（各一製造番号）",
               "add every case of cases/, each with a batch of its own"),
           say("states/ の製造番号を、それぞれの途中で止めておく（--cases の代わり）",
               "batches of states/, each left where it is on one day (instead of --cases)"),
           say("この事例だけを加える（繰返し可）", "add this case; may be repeated"),
           say("この工程を抜かし、決定が拒否されることを確かめる",
               "leave the step out; a decision must be refused, naming it"),
           say("必須の工程を一つずつ抜かす", "leave every mandatory step out in turn"),
           say("この工程まで", "stop behind this step"), say("採血日", "day of the draw"),
           say("最初の製造番号", "first serial number"),
           say("スキャンの間に休みを置く", "believable pauses between scans"),
           say("入力 N 件に 1 件を打ち間違える（隣のキー、全角、空白、コンマ、二度打ち）",
               "one in N typed values mistyped: next key, full width, blanks, comma, a key twice"),
           say("接続の数", "connections; default 16"), say("工程ごとに一行", "one line a step"),
           say("結果を JSON で", "summary as JSON"),
           say("送る要求をすべてファイルに書く", "write every request to FILE (tokens and PINs included)"),
           say("話の工程を並べて終わる", "list the story's steps and end"),
           say("話を読むだけで、送らない", "read the stories, send nothing"));
}

static int wrong(const char *fmt, const char *what)
{
    char text[300];
    snprintf(text, sizeof(text), "%s%s", fmt, what);
    say_error("%s", text);
    return EXIT_USAGE;
}

/* ── files ─────────────────────────────────────────────────────────────── */

static char *story_path(struct args *a)
{
    const char *given = args_get(a, "story");
    if (given)
        return xstrdup(given);
    if (!access("etc/stories/nk-autologous.story", R_OK))
        return xstrdup("etc/stories/nk-autologous.story");
    return xstrdup("/usr/share/cpfd/stories/nk-autologous.story");
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool wanted(struct args *a, const struct story *c)
{
    const char *name;
    if (args_flag(a, "cases") || args_flag(a, "states"))
        return true;
    for (int i = 0; (name = args_each(a, "case", i)); i++)
        if (strcmp(name, c->name) == 0)
            return true;
    return false;
}

/* The files of cases/ (or states/) beside the story, sorted by name. */
static int load_cases(struct args *a, const char *story, struct plan *plan)
{
    char *folder, *dir = xstrdup(story), *slash = strrchr(dir, '/'), *path[PLAN_CASES], why[STORY_ERROR];
    struct dirent *e;
    size_t n = 0;
    DIR *d;
    int err = 0;
    if (slash)
        *slash = 0;
    folder = files_join(slash ? dir : ".", args_flag(a, "states") ? "states" : "cases");
    d = opendir(folder);
    while (d && n < PLAN_CASES && (e = readdir(d)))
        if (strlen(e->d_name) > 6 && strcmp(e->d_name + strlen(e->d_name) - 6, ".story") == 0)
            path[n++] = files_join(folder, e->d_name);
    if (d)
        closedir(d);
    qsort(path, n, sizeof(*path), compare);
    for (size_t i = 0; i < n; i++) {
        struct story *c = NULL;
        if (!err)
            err = story_load(path[i], &c, why);
        if (err)
            say_error("%s", why);
        else if (wanted(a, c))
            plan->cases[plan->ncases++] = c;
        else
            story_free(c);
        free(path[i]);
        if (err)
            break;
    }
    free(folder);
    free(dir);
    return err;
}

/* ── options ───────────────────────────────────────────────────────────── */

static const char *flag_or(struct args *a, const char *name, const char *dflt)
{
    const char *v = args_get(a, name);
    return v ? v : dflt;
}

static int read_options(struct args *a, struct sim_options *o)
{
    o->seed = strtoull(flag_or(a, "seed", "1"), NULL, 10);
    o->speed = strtod(flag_or(a, "speed", "0"), NULL);
    o->batches = atoi(flag_or(a, "batches", "1"));
    o->connections = atoi(flag_or(a, "connections", "16"));
    o->slips = atoi(flag_or(a, "slips", "0"));
    o->first = atoi(flag_or(a, "first", "0"));
    o->progress = args_flag(a, "progress");
    o->json = args_flag(a, "json");
    o->pauses = args_flag(a, "pauses") && !args_flag(a, "no-pauses");
    o->until = args_get(a, "until");
    o->start = args_get(a, "start");
    if (o->batches < 0 || o->batches > 5000)
        return wrong("--batches: ", flag_or(a, "batches", ""));
    if (o->connections < 1 || o->connections > 256)
        return wrong("--connections: ", flag_or(a, "connections", ""));
    return 0;
}

/* ── the run ───────────────────────────────────────────────────────────── */

static int connect_to(struct sim *s, struct args *a, const char *dir)
{
    char *file = files_join(dir, "url"), *ca = files_join(dir, "ca.pem"), *line = files_line(file);
    struct client_config cfg = {.base = s->base, .connections = s->opt.connections, .patience_ms = 60000};
    const char *why = NULL, *record = args_get(a, "record");
    int err;
    cfg.url = flag_or(a, "url", line);
    cfg.ca = flag_or(a, "ca", ca);
    err = cfg.url ? client_new(&cfg, &s->client, &why) : CPF_E_INVAL;
    if (err)
        say_error("%s: %s", cfg.url ? cfg.url : file, why ? why : "no address");
    if (!err && record && !(s->record = fopen(record, "w"))) {
        say_error("%s: %s", record, strerror(errno));
        err = CPF_E_IO;
    }
    if (!err)
        client_record(s->client, s->record);
    free(line);
    free(file);
    free(ca);
    return err ? EXIT_USAGE : 0;
}

static int ask(struct sim *s, const char *path, json_t **ret)
{
    char *why = NULL;
    int status = client_call(s->client, path, s->stations->token, NULL, ret, &why);
    if (status != 200)
        say_error("%s: %d %s", path, status, why ? why : "");
    free(why);
    return status == 200 && *ret ? 0 : status && status != 503 ? EXIT_REFUSED : EXIT_UNREACHABLE;
}

/* The highest number of a unit that was opened, of whatever lot: others may have played here before. */
static int units_taken(struct sim *s)
{
    json_int_t after = -1;
    json_t *page, *e;
    size_t i, n = 1000;
    while (n == 1000) {
        char path[120];
        snprintf(path, sizeof(path), "/v1/log?kind=lot.opened&limit=1000&after=%lld", (long long)after);
        int code = ask(s, path, &page);
        if (code)
            return code;
        n = json_array_size(json_object_get(page, "entries"));
        json_array_foreach(json_object_get(page, "entries"), i, e)
        {
            const char *unit = json_string_value(json_object_get(json_object_get(e, "body"), "unit"));
            long taken = unit ? strtol(unit, NULL, 10) : 0;
            s->units_taken = taken > s->units_taken ? taken : s->units_taken;
            after = json_integer_value(json_object_get(e, "idx"));
        }
        json_decref(page);
    }
    return 0;
}

/* Clock, protocol and batches of the server. */
static int look(struct sim *s, json_t **ret_batches)
{
    json_t *status = NULL;
    char path[120];
    int code = ask(s, "/v1/status", &status);
    if (code)
        return code;
    clock_set(s, json_string_value(json_object_get(status, "now")));
    s->numbered = json_object_get(status, "numbering") != NULL;
    code = json_is_true(json_object_get(status, "training")) ? 0 : EXIT_REFUSED;
    json_decref(status);
    if (code) {
        say_error("%s", say("訓練用の記録ではありません", "this is no training log: nothing was played"));
        return code;
    }
    snprintf(path, sizeof(path), "/v1/protocols/%s", s->story->protocol);
    code = ask(s, path, &s->protocol);
    if (!code)
        code = units_taken(s);
    return code ? code : ask(s, "/v1/batches", ret_batches);
}

static int omitted(struct sim *s, struct args *a, struct plan *plan)
{
    const char *step;
    int n = 0;
    if (args_flag(a, "omit-each")) {
        plan->omit = plan_mandatory(s, &plan->nomit);
        return 0;
    }
    while (args_each(a, "omit", n))
        n++;
    plan->omit = arena_alloc(&s->arena, (size_t)(n + 1) * sizeof(*plan->omit));
    for (int i = 0; (step = args_each(a, "omit", i)); i++)
        plan->omit[plan->nomit++] = step;
    return 0;
}

static void cut(struct sim *s)
{
    for (size_t i = 0; s->opt.until && i < s->nplayers; i++) {
        struct block *b = s->player[i].block, *last = NULL;
        for (; b; b = b->next)
            if (b->kind <= BLOCK_SKIP && strcmp(b->step, s->opt.until) == 0)
                last = b;
        if (last)
            last->next = NULL;
    }
}

/* Every batch left out a step and was caught; every other one ended. */
static int verdict(const struct sim *s, int code)
{
    for (size_t i = 0; i < s->nplayers && !code; i++)
        if (s->player[i].omit && !s->player[i].caught)
            code = EXIT_REFUSED;
    return code;
}

static int play(struct sim *s, struct args *a, struct plan *plan, const char *dir)
{
    int64_t began = clock_mono_ms();
    char why[STORY_ERROR] = "";
    json_t *batches = NULL;
    int code = look(s, &batches);
    if (!code)
        code = omitted(s, a, plan);
    if (!code && plan_players(s, plan, batches, why, sizeof(why))) {
        say_error("%s", why);
        code = EXIT_USAGE;
    }
    json_decref(batches);
    if (code)
        return code;
    cut(s);
    if (tablet_prepare(s, dir))
        return EXIT_REFUSED;
    code = verdict(s, sim_run(s));
    report_end(s, (double)(clock_mono_ms() - began) / 1000);
    return code;
}

static int run(struct sim *s, struct args *a, struct plan *plan)
{
    const char *dir = args_get(a, "dir");
    char why[STORY_ERROR];
    int code;
    args_get(a, "url"), args_get(a, "ca"), args_get(a, "omit"), args_flag(a, "omit-each");
    args_get(a, "zone"), args_flag(a, "check"), args_flag(a, "steps");
    if (!dir)
        dir = getenv("CPF_DIR");
    args_get(a, "record");
    if (args_unknown(a))
        return wrong("unknown option --", args_unknown(a));
    if (args_flag(a, "check"))
        return 0;
    if (!dir)
        return wrong("", say("--dir が必要です", "--dir is needed"));
    if (world_load(s, dir, why, sizeof(why)))
        return wrong("", why);
    s->base = event_base_new();
    code = connect_to(s, a, dir);
    return code ? code : play(s, a, plan, dir);
}

static void list_steps(const struct story *st)
{
    for (const struct block *b = st->blocks; b; b = b->next)
        if (b->kind <= BLOCK_SKIP)
            puts(b->step);
}

int main(int argc, char **argv)
{
    struct args a;
    struct sim s = {0};
    struct plan plan = {0};
    struct story *st = NULL;
    char why[STORY_ERROR], *path;
    const char *bad;
    int code;
    signal(SIGPIPE, SIG_IGN);
    if (args_parse(&a, argc - 1, argv + 1, flags, &bad))
        return wrong("cannot use ", bad);
    if (args_flag(&a, "help")) {
        help();
        return 0;
    }
    if (args_flag(&a, "version")) {
        puts("cpf-sim " CPF_VERSION);
        return 0;
    }
    arena_init(&s.arena, 0);
    map_init(&s.person_by_id);
    map_init(&s.station_by_id);
    path = story_path(&a);
    code = clock_zone_use(flag_or(&a, "zone", "Asia/Tokyo")) ? EXIT_USAGE : read_options(&a, &s.opt);
    if (!code && story_load(path, &st, why))
        code = wrong("", why);
    if (!code && load_cases(&a, path, &plan))
        code = EXIT_USAGE;
    s.story = st;
    if (!code && args_flag(&a, "steps"))
        list_steps(st);
    else if (!code)
        code = run(&s, &a, &plan);
    plan_free(&s);
    client_free(s.client);
    if (s.record)
        fclose(s.record);
    if (s.base)
        event_base_free(s.base);
    json_decref(s.protocol);
    for (size_t i = 0; i < plan.ncases; i++)
        story_free(plan.cases[i]);
    story_free(st);
    map_fini(&s.person_by_id);
    map_fini(&s.station_by_id);
    arena_fini(&s.arena);
    free(path);
    return code;
}
