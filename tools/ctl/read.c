/* Commands that only read, and the training clock. */
#include "ctl.h"

#include <event2/http.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/hash.h"
#include "base/mem.h"

#define TAIL_PAUSE_NS 500000000L

static int unknown_option(struct ctl *c, const struct ctl_command *cmd)
{
    const char *o = args_unknown(&c->args);
    return o ? ctl_usage(cmd, say("知らないオプション: --%s", "unknown option --%s"), o) : EXIT_FINE;
}

/* Connects, checks the options, asks. */
static int read_path(struct ctl *c, const struct ctl_command *cmd, const char *path, json_t **ret)
{
    int code = ctl_connect(c);
    if (!code)
        code = unknown_option(c, cmd);
    return code ? code : ctl_call(c, path, NULL, ret);
}

/* The list inside an answer: the answer itself, or its first member that is a list. */
static const json_t *list_of(const json_t *v)
{
    const char *name;
    json_t *m;
    if (json_is_array(v))
        return v;
    json_object_foreach((json_t *)v, name, m)
    {
        if (json_is_array(m))
            return m;
    }
    return NULL;
}

static int run_status(struct ctl *c, const struct ctl_command *cmd)
{
    json_t *v = NULL, *m;
    const char *name;
    int code = read_path(c, cmd, "/v1/status", &v);
    if (code)
        return code;
    if (c->json)
        ctl_print_json(v);
    else
        json_object_foreach(v, name, m)
        {
            char *s = json_dumps(m, JSON_ENCODE_ANY | JSON_COMPACT);
            ctl_printf("%-12s %s\n", name, json_is_string(m) ? json_string_value(m) : s);
            free(s);
        }
    code = json_is_false(json_object_get(v, "ready")) ? EXIT_UNREACHABLE : EXIT_FINE;
    json_decref(v);
    return code;
}

static const char *const batch_columns[] = {"batch:製造番号:batch",       "protocol:製造手順:protocol",
                                            "state:状態:state",           "holds:保留:holds",
                                            "deviations:逸脱:deviations", NULL};
static const char *const step_columns[] = {"step:工程:step",
                                           "title:名称:title",
                                           "state:状態:state",
                                           "done:完了:done",
                                           "performer:作業者:performed by",
                                           "recorder:記録者:recorded by",
                                           "witness:確認者:witnessed by",
                                           NULL};
static const char *const deviation_columns[] = {
    "dev:逸脱:deviation", "code:コード:code",           "step:工程:step",
    "grade:区分:grade",   "awaits:待ち:awaits",         "closed:完了:closed",
    "told:連絡先:told",   "despite:残した処置:despite", NULL};
static const char *const action_columns[] = {
    "action:処置:action",       "dev:逸脱:deviation",         "owner:担当:owner",         "due:期限:due",
    "effect:効果の確認:effect", "verified:確認済み:verified", "overdue:期限超過:overdue", NULL};
static const char *const hold_columns[] = {"hold:保留:hold", "code:コード:code", "lifted:解除:lifted", NULL};
static const char *const silence_columns[] = {"words:無いもの:what is missing", "title:工程:step",
                                              "thing:対象:of", "since:いつから:since", NULL};
static const char *const container_columns[] = {"container:容器:container", "state:状態:state",
                                                "place:位置:place", NULL};

static int run_batch_list(struct ctl *c, const struct ctl_command *cmd)
{
    json_t *v = NULL;
    int code = read_path(c, cmd, "/v1/batches", &v);
    if (code)
        return code;
    if (c->json)
        ctl_print_json(v);
    else
        ctl_print_table(list_of(v), batch_columns);
    json_decref(v);
    return EXIT_FINE;
}

/* /v1/batches/<id>, the id escaped; to be freed. */
static char *batch_path(const char *id)
{
    char *name = evhttp_uriencode(id, -1, 0), *path;
    require(asprintf(&path, "/v1/batches/%s", name) >= 0);
    free(name);
    return path;
}

static int read_batch(struct ctl *c, const struct ctl_command *cmd, json_t **ret)
{
    if (c->args.nwords != 1)
        return ctl_usage(cmd, "%s", say("製造番号を一つ指定してください", "name one batch"));
    char *path = batch_path(c->args.word[0]);
    int code = read_path(c, cmd, path, ret);
    free(path);
    return code;
}

static void print_part(const json_t *v, const char *member, const char *title, const char *const columns[])
{
    const json_t *list = json_object_get(v, member);
    if (!json_array_size(list))
        return;
    printf("\n%s\n", title);
    ctl_print_table(list, columns);
}

/* Deviations, and what is done about them. */
static void print_deviations(const json_t *v)
{
    json_t *all = json_pack("[]"), *dev, *action;
    size_t i, k;
    json_array_foreach(json_object_get(v, "deviations"), i, dev)
    {
        json_array_foreach(json_object_get(dev, "actions"), k, action)
        {
            json_object_set(action, "dev", json_object_get(dev, "dev"));
            json_array_append(all, action);
        }
    }
    ctl_print_table(json_object_get(v, "deviations"), deviation_columns);
    if (json_array_size(all)) {
        printf("\n%s\n", say("処置", "MEASURES"));
        ctl_print_table(all, action_columns);
    }
    json_decref(all);
}

int ctl_look(struct ctl *c, const char *batch, json_t **ret_shown)
{
    json_t *v = NULL;
    char *path = batch_path(batch);
    int code = ctl_call(c, path, NULL, &v);
    free(path);
    if (code)
        return code;
    if (say_tty() && !c->json) {
        print_deviations(v);
        print_part(v, "holds", say("保留", "HOLDS"), hold_columns);
    }
    *ret_shown = json_incref(json_object_get(v, "shown"));
    json_decref(v);
    return EXIT_FINE;
}

static int run_batch_show(struct ctl *c, const struct ctl_command *cmd)
{
    json_t *v = NULL, *one;
    int code = read_batch(c, cmd, &v);
    if (code)
        return code;
    if (c->json) {
        ctl_print_json(v);
    } else {
        one = json_pack("[O]", v);
        ctl_print_table(one, (const char *const[]){"batch:製造番号:batch", "protocol:製造手順:protocol",
                                                   "version:版:version", "state:状態:state", NULL});
        json_decref(one);
        print_part(v, "steps", say("工程", "STEPS"), step_columns);
        print_part(v, "containers", say("容器", "CONTAINERS"), container_columns);
        if (json_array_size(json_object_get(v, "deviations"))) {
            printf("\n%s\n", say("逸脱", "DEVIATIONS"));
            print_deviations(v);
        }
        print_part(v, "holds", say("保留", "HOLDS"), hold_columns);
        print_part(v, "silence", say("あるべきなのに無いもの", "WHAT SHOULD EXIST AND DOES NOT"),
                   silence_columns);
    }
    json_decref(v);
    return EXIT_FINE;
}

static int run_deviation_list(struct ctl *c, const struct ctl_command *cmd)
{
    json_t *v = NULL;
    int code = read_batch(c, cmd, &v);
    if (code)
        return code;
    if (c->json) {
        ctl_print_json(json_object_get(v, "deviations"));
    } else {
        print_deviations(v);
        print_part(v, "holds", say("保留", "HOLDS"), hold_columns);
    }
    json_decref(v);
    return EXIT_FINE;
}

/* ── the log ───────────────────────────────────────────────────────────── */

static void add_query(struct buf *path, const char *name, const char *value)
{
    char *v;
    if (!value)
        return;
    v = evhttp_uriencode(value, -1, 0);
    buf_printf(path, "%c%s=%s", strchr(path->data, '?') ? '&' : '?', name, v);
    free(v);
}

static int64_t print_entries(struct ctl *c, const json_t *v, int64_t after)
{
    const json_t *list = list_of(v);
    json_t *e;
    size_t i;
    json_array_foreach((json_t *)list, i, e)
    {
        const json_t *idx = json_object_get(e, "idx");
        const char *body = json_string_value(json_object_get(e, "body"));
        if (json_is_integer(idx) && json_integer_value(idx) > after)
            after = json_integer_value(idx);
        if (c->json || !json_object_get(e, "kind")) {
            char *s = json_dumps(e, JSON_COMPACT);
            ctl_puts_json(s);
            free(s);
            continue;
        }
        char *s = body ? NULL : json_dumps(json_object_get(e, "body"), JSON_COMPACT | JSON_ENCODE_ANY);

        ctl_printf("%8lld  %s  %-22s %-20s %s\n", (long long)json_integer_value(idx),
                   ctl_text(json_object_get(e, "at")), ctl_text(json_object_get(e, "stream")),
                   ctl_text(json_object_get(e, "kind")),
                   body ? body
                   : s  ? s
                        : "");
        free(s);
    }
    fflush(stdout);
    return after;
}

static int read_log(struct ctl *c, int64_t after, const char *text, json_t **ret)
{
    struct buf path;
    char number[24];
    const char *limit = args_get(&c->args, "limit");
    int code;
    buf_init(&path);
    buf_puts(&path, "/v1/log");
    add_query(&path, "stream", args_get(&c->args, "stream"));
    add_query(&path, "kind", args_get(&c->args, "kind"));
    add_query(&path, "text", text);
    if (after >= 0) {
        snprintf(number, sizeof(number), "%" PRId64, after);
        add_query(&path, "after", number);
    }
    add_query(&path, "limit", limit ? limit : "100");
    code = ctl_call(c, path.data, NULL, ret);
    buf_fini(&path);
    return code;
}

/* A full page is hardly ever all. */
static void tell_more(const char *limit, const json_t *v, int64_t last)
{
    if (json_array_size(list_of(v)) >= (size_t)(limit ? atoi(limit) : 100))
        fprintf(stderr, say("続きがあるかもしれません: --after %lld\n", "there may be more: --after %lld\n"),
                (long long)last);
}

static int run_log_search(struct ctl *c, const struct ctl_command *cmd)
{
    const char *after = args_get(&c->args, "after"), *limit = args_get(&c->args, "limit");
    json_t *v = NULL;
    int code;
    if (c->args.nwords > 1)
        return ctl_usage(cmd, "%s", say("検索語は一つです", "one text to search for"));
    args_get(&c->args, "stream"), args_get(&c->args, "kind");
    code = ctl_connect(c);
    if (!code)
        code = unknown_option(c, cmd);
    if (!code)
        code =
            read_log(c, after ? strtoll(after, NULL, 10) : -1, c->args.nwords ? c->args.word[0] : NULL, &v);
    if (!code)
        tell_more(limit, v, print_entries(c, v, -1));
    json_decref(v);
    return code;
}

/* Shows what came last, then what comes; ends by signal or when the server goes away. */
static int run_log_tail(struct ctl *c, const struct ctl_command *cmd)
{
    const char *limit = args_get(&c->args, "limit");
    bool once = args_flag(&c->args, "once");
    int64_t after = -1;
    json_t *v = NULL;
    int code;
    args_get(&c->args, "stream"), args_get(&c->args, "kind");
    code = ctl_connect(c);
    if (!code)
        code = unknown_option(c, cmd);
    if (!code)
        code = ctl_call(c, "/v1/status", NULL, &v);
    if (!code) {
        after = json_integer_value(json_object_get(v, "size")) - 1 - (limit ? atoi(limit) : 20);
        json_decref(v);
    }
    while (!code) {
        v = NULL;
        code = read_log(c, after, NULL, &v);
        bool more = !code && json_array_size(list_of(v)) > 0;
        if (more)
            after = print_entries(c, v, after);
        json_decref(v);
        if (more) /* there may be a next page */
            continue;
        if (once)
            break;
        nanosleep(&(struct timespec){0, TAIL_PAUSE_NS}, NULL);
    }
    return code;
}

/* ── the training clock ────────────────────────────────────────────────── */

static int run_clock(struct ctl *c, const struct ctl_command *cmd)
{
    const char *to = args_get(&c->args, "to"), *by = args_get(&c->args, "by");
    char text[CLOCK_TEXT];
    json_t *v = NULL, *body;
    int64_t now, span = 0;
    int code;
    if (!to == !by || (by && (clock_span_parse(by, &span) != 0 || span == 0)))
        return ctl_usage(cmd, "%s",
                         say("--to か --by の一方を指定してください", "give --to TIME or --by SPAN"));
    code = read_path(c, cmd, "/v1/status", &v);
    if (code)
        return code;
    if (by) {
        if (clock_parse_rfc3339(ctl_text(json_object_get(v, "now")), &now))
            now = clock_now_ms();
        clock_format(now + span, text);
        to = text;
    }
    json_decref(v);
    body = json_pack("{s:s}", "to", to);
    code = ctl_call(c, "/v1/clock", body, &v);
    json_decref(body);
    if (code)
        return code;
    if (c->json)
        ctl_print_json(v);
    else
        printf("%s\n", ctl_text(json_object_get(v, "now")));
    json_decref(v);
    return EXIT_FINE;
}

const struct ctl_command ctl_read_commands[] = {
    {"status", NULL, "", "サーバーの状態", "state of the server", NULL, NULL, run_status, NULL},
    {"batch", "list", "", "製造番号の一覧", "list batches", NULL, NULL, run_batch_list, NULL},
    {"batch", "show", "BATCH", "一つの製造番号の記録", "one batch with its steps, containers, deviations",
     NULL, NULL, run_batch_show, NULL},
    {"deviation", "list", "BATCH", "逸脱と保留の一覧", "deviations and holds of a batch", NULL, NULL,
     run_deviation_list, NULL},
    {"log", "tail", "[--stream S] [--kind K] [--limit N] [--once]", "新しい記録を表示し続ける",
     "follow the log", NULL, NULL, run_log_tail, NULL},
    {"log", "search", "[TEXT] [--stream S] [--kind K] [--after N] [--limit N]", "記録を検索する",
     "search the log", NULL, NULL, run_log_search, NULL},
    {"clock", "advance", "--to TIME | --by SPAN", "訓練用の時計を進める", "move the training clock forward",
     "    SPAN: 90s, 20min, 3h, 2d", "    SPAN: 90s, 20min, 3h, 2d", run_clock, NULL},
    {0},
};
