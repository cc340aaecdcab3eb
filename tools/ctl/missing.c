/* Who is missing for what is coming, and what should exist and does not. */
#include <string.h>

#include "ctl.h"

static int read_path(struct ctl *c, const struct ctl_command *cmd, const char *path, json_t **ret)
{
    int code = ctl_connect(c);
    const char *o = args_unknown(&c->args);
    if (!code && (o || c->args.nwords))
        code =
            ctl_usage(cmd, say("知らないオプション: --%s", "unknown option --%s"), o ? o : c->args.word[0]);
    return code ? code : ctl_call(c, path, NULL, ret);
}

static const char *const gap_columns[] = {"on:日:day",
                                          "weekday:曜日:weekday",
                                          "culture:培養日:D",
                                          "batch:製造番号:batch",
                                          "title:工程:step",
                                          "words:不足:lack",
                                          "more:ほか:more",
                                          "who:役割:roles",
                                          NULL};
static const char *const why_columns[] = {"person:職員:person", "name:氏名:name", "words:理由:why not", NULL};
static const char *const silence_columns[] = {"words:無いもの:what is missing",
                                              "batch:製造番号:batch",
                                              "title:工程:step",
                                              "thing:対象:of",
                                              "of:種類:kind",
                                              "since:いつから:since",
                                              NULL};

/* Nobody reads a list of nothing as "all is well". */
static void print_list(const json_t *list, const char *const columns[], const char *none)
{
    if (json_array_size(list))
        ctl_print_table(list, columns);
    else
        puts(none);
}

static int run_rota(struct ctl *c, const struct ctl_command *cmd)
{
    json_t *v = NULL, *g;
    size_t i;
    int code = read_path(c, cmd, "/v1/rota", &v);
    if (code)
        return code;
    const json_t *gaps = json_object_get(v, "gaps");
    if (c->json) {
        ctl_print_json(v);
    } else {
        print_list(
            gaps, gap_columns,
            say("今後21日の予定に、人の不足はありません。", "Nobody is missing in the coming 21 days."));
        json_array_foreach((json_t *)gaps, i, g)
        {
            const json_t *why = json_object_get(g, "why");
            if (!json_array_size(why))
                continue;
            ctl_printf("\n%s %s %s\n", ctl_text(json_object_get(g, "on")),
                       ctl_text(json_object_get(g, "batch")), ctl_text(json_object_get(g, "title")));
            ctl_print_table(why, why_columns);
        }
    }
    json_decref(v);
    return EXIT_FINE;
}

static int run_silence(struct ctl *c, const struct ctl_command *cmd)
{
    json_t *v = NULL;
    int code = read_path(c, cmd, "/v1/silence", &v);
    if (code)
        return code;
    if (c->json)
        ctl_print_json(v);
    else
        print_list(json_object_get(v, "silence"), silence_columns,
                   say("あるべきものはすべてあります。", "Everything that should exist does."));
    json_decref(v);
    return EXIT_FINE;
}

/* ── the page of last resort ───────────────────────────────────────────── */

static const char *const cell_columns[] = {
    "container:容器:container", "label:内容:what", "place:位置:position",
    "kind:種類:kind",           "room:室:room",    NULL};
static const char *const ring_columns[] = {"role:役割:role",       "name:氏名:name", "person:職員:id",
                                           "phone:電話:telephone", "away:不在:away", NULL};

static void print_ids(const json_t *x, const char *member, const char *name, const char *const words[2])
{
    const json_t *list = json_object_get(x, member), *id;
    size_t i;
    if (json_array_size(list))
        printf("%s:", name);
    json_array_foreach((json_t *)list, i, id)
        ctl_printf("%s %s %s", i ? "," : "", ctl_text(json_object_get(id, words[0])),
                   ctl_text(json_object_get(id, words[1])));
    if (json_array_size(list))
        putchar('\n');
}

static void print_batch(const json_t *x)
{
    const json_t *next = json_object_get(x, "next"), *culture = json_object_get(x, "culture");
    ctl_printf("\n%s  %s", ctl_text(json_object_get(x, "batch")), ctl_text(json_object_get(x, "state")));
    if (culture)
        ctl_printf("  D%lld", (long long)json_integer_value(culture));
    if (json_integer_value(json_object_get(x, "holds")))
        ctl_printf("  %s", say("保留中", "on hold"));
    ctl_printf("\n  %s: %s\n  %s: %s  %s\n", say("直近", "last"), ctl_text(json_object_get(x, "last")),
               say("予定（指示ではない）", "due (no instruction)"), ctl_text(json_object_get(next, "title")),
               ctl_text(json_object_get(next, "when")));
    if (json_array_size(json_object_get(x, "containers")))
        ctl_print_table(json_object_get(x, "containers"), cell_columns);
    static const char *const thing[] = {"thing", "kind"}, *const container[] = {"container", "label"};
    print_ids(x, "taken", say("使用中の機器・位置", "equipment and positions taken"), thing);
    print_ids(x, "loose", say("位置の記録なし", "no place recorded"), container);
}

static void title(const char *text)
{
    printf("\n%s\n", text);
}

static void print_page(const json_t *v)
{
    const json_t *x;
    size_t i;
    ctl_printf("%s  %s  %s\n", say("非常時対応票（最後の手段）", "PAGE OF LAST RESORT"),
               ctl_text(json_object_get(v, "name")), ctl_text(json_object_get(v, "made")));
    if (json_is_true(json_object_get(v, "stopped")))
        puts(say("施設は停止中です。", "The facility is stopped."));
    title(say("1. すべての細胞の所在", "1. WHERE ALL CELLS ARE"));
    json_array_foreach(json_object_get(v, "batches"), i, x) print_batch(x);
    if (!i)
        puts(say("この施設に細胞はありません。", "There are no cells in this facility."));
    title(say("2. 一人でしてよいこと", "2. WHAT ONE MAY DO ALONE"));
    json_array_foreach(json_object_get(v, "alone"), i, x) ctl_printf("%zu. %s\n", i + 1, ctl_text(x));
    title(say("3. 電話する相手", "3. WHOM TO RING"));
    ctl_print_table(json_object_get(v, "ring"), ring_columns);
    title(say("4. あるべきなのに無いもの", "4. WHAT SHOULD EXIST AND DOES NOT"));
    print_list(json_object_get(v, "silence"), silence_columns, say("ありません。", "Nothing."));
    title(say("5. 今後21日の人の不足", "5. WHO IS MISSING IN 21 DAYS"));
    print_list(json_object_get(v, "gaps"), gap_columns, say("ありません。", "Nobody."));
}

static int run_resort(struct ctl *c, const struct ctl_command *cmd)
{
    const char *out = args_get(&c->args, "out");
    bool force = args_flag(&c->args, "force");
    json_t *v = NULL;
    if (out)
        return ctl_fetch_page(c, cmd, "/v1/last-resort/pdf", out, force);
    int code = read_path(c, cmd, "/v1/last-resort", &v);
    if (code)
        return code;
    if (c->json)
        ctl_print_json(v);
    else
        print_page(v);
    json_decref(v);
    return EXIT_FINE;
}

/* ── a session form, to be printed ─────────────────────────────────────── */

#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"

static int run_sheet(struct ctl *c, const struct ctl_command *cmd)
{
    const char *form = args_get(&c->args, "form"), *batch = args_get(&c->args, "batch"),
               *session = args_get(&c->args, "session"), *out = args_get(&c->args, "out");
    bool force = args_flag(&c->args, "force");
    if (!form || !batch || !out)
        return ctl_usage(cmd, "%s",
                         say("--form、--batch、--out が必要です", "--form, --batch and --out are needed"));
    const char *given[] = {form, batch, session ? session : ""};
    for (size_t i = 0; i < sizeof(given) / sizeof(*given); i++)
        if (given[i][strspn(given[i], PLAIN)])
            return ctl_usage(cmd, say("番号ではありません: %s", "no number: %s"), given[i]);
    char *path = NULL;
    require(asprintf(&path, "/v1/form-sheet?form=%s&batch=%s%s%s", form, batch, session ? "&session=" : "",
                     session ? session : "") >= 0);
    int code = ctl_fetch_page(c, cmd, path, out, force);
    free(path);
    return code;
}

static int run_codes(struct ctl *c, const struct ctl_command *cmd)
{
    const char *of = args_get(&c->args, "of"), *out = args_get(&c->args, "out");
    bool force = args_flag(&c->args, "force");
    if (!of || !out)
        return ctl_usage(cmd, "%s", say("--of と --out が必要です", "--of and --out are needed"));
    if (of[strspn(of, PLAIN)])
        return ctl_usage(cmd, say("分からない表です: %s", "no such sheet: %s"), of);
    char *path = NULL;
    require(asprintf(&path, "/v1/code-sheet?of=%s", of) >= 0);
    int code = ctl_fetch_page(c, cmd, path, out, force);
    free(path);
    return code;
}

const struct ctl_command ctl_missing_commands[] = {
    {"codes", "print", "--of WHAT --out FILE.pdf [--force]", "読み取りコードの表を印刷する",
     "a sheet of codes for the bench, to be printed",
     "    WHAT: "
     "commands（操作）、protocols（工程・選択肢）、people（職員証）、equipment（機器）、places（場所）、\n"
     "    batches（製造番号カード）",
     "    WHAT: commands, protocols (steps and options), people (badges), equipment, places, batches (cards)",
     run_codes, NULL},
    {"form", "print", "--form FORM --batch BATCH [--session STEP] --out FILE.pdf [--force]",
     "渡した用紙を印刷する：工程の欄、時刻、二人の署名",
     "a form that was handed out, to be printed: fields, times, two names",
     "    --session d3 なら d3 で始まる工程だけ。なければ、まだ行っていない工程すべて",
     "    --session d3: only the steps of d3; without it all that are still to be done", run_sheet, NULL},
    {"last-resort", NULL, "[--out FILE.pdf [--force]]",
     "非常時対応票：全細胞の所在、一人でできること、電話する相手",
     "the page of last resort: where all cells are, what one may do alone, whom to ring",
     "    毎日印刷して、作業室の外に置く", "    Print it every day, and keep it outside of the room",
     run_resort, NULL},
    {"rota", NULL, "", "今後21日の担当者の不足", "who is missing for what comes in 21 days", NULL, NULL,
     run_rota, NULL},
    {"silence", NULL, "", "あるべきなのに無いもの（観察・プレート・ラベルなど）",
     "what should exist and does not: looks, plates, labels", NULL, NULL, run_silence, NULL},
    {0},
};
