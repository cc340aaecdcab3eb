/* cpfctl rights check|show FILE: the table of rights, its faults by line and column, or in words. */
#include <stdlib.h>

#include "base/bounds.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "core/right/right.h"
#include "ctl.h"

#define FAULTS_SHOWN 50

/* NULL after telling why; *ret_code then says how. */
static struct rights *load(const char *path, int *ret_code)
{
    struct protocol_error fault[FAULTS_SHOWN];
    struct rights *r = NULL;
    struct buf text;
    size_t n = 0;
    buf_init(&text);
    int err = path ? file_read(path, BOUND_PROTOCOL_BYTES, &text) : CPF_E_INVAL;
    if (err) {
        say_error("%s: %s", path ? path : "FILE", path ? file_strerror(err) : say("必要です", "is needed"));
        *ret_code = EXIT_USAGE;
    } else if (rights_load(text.data ? text.data : "", text.len, &r, fault, FAULTS_SHOWN, &n) != 0) {
        for (size_t i = 0; i < n && i < FAULTS_SHOWN; i++)
            printf("%s:%d:%d: %s%s%s\n", path, fault[i].line, fault[i].column, fault[i].text,
                   *fault[i].hint ? "; " : "", fault[i].hint);
        *ret_code = EXIT_REFUSED;
    }
    buf_fini(&text);
    return r;
}

static const char *file_of(struct ctl *c)
{
    return c->args.nwords ? c->args.word[0] : NULL;
}

static int check(struct ctl *c, const struct ctl_command *cmd)
{
    int code = EXIT_FINE;
    struct rights *r = load(file_of(c), &code);
    (void)cmd;
    if (r)
        printf("%s: %s\n", file_of(c), say("誤りはありません", "ok"));
    rights_free(r);
    return code;
}

static void show_never(unsigned never)
{
    const char *comma = "";
    for (int bar = RIGHT_BAR_NONE + 1; bar < RIGHT_BARS_END; bar++)
        if (never >> bar & 1) {
            struct text t = right_bar_title((enum right_bar)bar);
            printf("%s%s", comma, say(t.ja, t.en));
            comma = say("、", ", ");
        }
    printf("\n");
}

static void show_one(const struct rights *r, enum right_act act, struct arena *a)
{
    const struct right *right = rights_of(r, act);
    struct text by = rights_words(r, &right->by, a), second = rights_words(r, &right->second, a);
    printf("%s  (%s)\n", say(right->title.ja, right->title.en), word_name(&right_act_words, (int)act));
    printf("    %s%s\n", say("できる人：", "who may: "), say(by.ja, by.en));
    if (right_wanted(&right->second))
        printf("    %s%s\n", say("もう一人：", "with: "), say(second.ja, second.en));
    if (right_wanted(&right->instead)) {
        struct text instead = rights_words(r, &right->instead, a);
        printf("    %s%s\n", say("全員ができないとき：", "where none of them may: "),
               say(instead.ja, instead.en));
    }
    if (right->document)
        printf("    %s\n", say("文書の番号とハッシュ値が必要", "with number and digest of a document"));
    if (right->never) {
        printf("    %s", say("できない人：", "never: "));
        show_never(right->never);
    }
}

static int show(struct ctl *c, const struct ctl_command *cmd)
{
    int code = EXIT_FINE;
    struct rights *r = load(file_of(c), &code);
    struct arena a;
    (void)cmd;
    arena_init(&a, 0);
    for (int act = RIGHT_NONE + 1; r && act < RIGHTS; act++)
        show_one(r, (enum right_act)act, &a);
    if (r)
        printf("%s %lld min\n%s %lld d\n", say("逸脱の評価の期限：", "a deviation is assessed within"),
               (long long)rights_assess_ms(r) / 60000,
               say("処置の期限の上限：", "what is done about it is due within"),
               (long long)rights_measure_days(r));
    arena_fini(&a);
    rights_free(r);
    return code;
}

static int weaker(struct ctl *c, const struct ctl_command *cmd)
{
    struct rights *table[2] = {NULL, NULL};
    int code = EXIT_FINE;
    struct arena a;
    if (c->args.nwords != 2)
        return ctl_usage(cmd, "%s", say("二つのファイルが要ります", "two files are needed"));
    for (size_t i = 0; i < 2; i++)
        table[i] = load(c->args.word[i], &code);
    arena_init(&a, 0);
    if (table[0] && table[1]) {
        const struct json *list = rights_weaker(&a, table[0], table[1]);
        json_each(one, list)
            puts(one->str);
    }
    arena_fini(&a);
    rights_free(table[0]);
    rights_free(table[1]);
    return code;
}

const struct ctl_command ctl_rights_commands[] = {
    {"rights", "check", "FILE", "権限表の誤りを行・列で示す", "name every error of a table of rights", NULL,
     NULL, check, NULL},
    {"rights", "show", "FILE", "権限表を言葉で示す", "say a table of rights in words", NULL, NULL, show,
     NULL},
    {"rights", "weaker", "OLD NEW", "新しい権限表で緩くなる点を挙げる",
     "name what another table of rights weakens", NULL, NULL, weaker, NULL},
    {0},
};
