#include "ctl.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/mem.h"

void ctl_print_json(const json_t *v)
{
    char *s = json_dumps(v, JSON_INDENT(1) | JSON_ENCODE_ANY);
    ctl_puts_json(s ? s : "null");
    free(s);
}

void ctl_puts_json(const char *text)
{
    struct buf b;
    buf_init(&b);
    enc_shown_json(&b, text, strlen(text));
    puts(b.data ? b.data : "");
    buf_fini(&b);
}

const char *ctl_text(const json_t *v)
{
    const char *s = json_string_value(v);
    if (!s)
        s = json_string_value(json_object_get(v, say("ja", "en")));
    if (!s)
        s = json_string_value(json_object_get(v, "en"));
    return s ? s : "";
}

/* Control characters of foreign text must not reach the terminal. */
static void add_clean(struct buf *b, const char *s)
{
    enc_shown(b, s, strlen(s));
}

void ctl_printf(const char *fmt, ...)
{
    struct buf b;
    char *text;
    va_list ap;
    va_start(ap, fmt);
    require(vasprintf(&text, fmt, ap) >= 0);
    va_end(ap);
    buf_init(&b);
    enc_shown_lines(&b, text, strlen(text));
    fputs(b.data ? b.data : "", stdout);
    buf_fini(&b);
    free(text);
}

/* A moment as the daemon writes it, by the clock of whoever reads it here. */
static bool add_moment(struct buf *b, const char *s)
{
    size_t n = strlen(s);
    int64_t ms;
    struct tm tm;
    char text[32];
    if (n < 20 || s[10] != 'T' || s[n - 1] != 'Z' || clock_parse_rfc3339(s, &ms) != 0)
        return false;
    time_t at = (time_t)(ms / 1000);
    localtime_r(&at, &tm);
    strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm);
    buf_puts(b, text);
    return true;
}

/* States as the daemon's answers have them; others, such as a protocol's own, are their own words. */
static const char *state_ja(const char *s)
{
    static const char *const word[][2] = {
        {"open", "未着手"},
        {"begun", "作業中"},
        {"done", "完了"},
        {"skipped", "実施せず"},
        {"printed", "印刷済み（未確認）"},
        {"issued", "発行済み"},
        {"empty", "空"},
        {"filled", "内容あり"},
        {"consumed", "使用済み"},
        {"discarded", "廃棄済み"},
        {"left", "施設外"},
        {"lost", "破損・紛失"},
        {"minor", "軽微"},
        {"major", "重大"},
        {"assessment", "評価待ち"},
        {"confirmation", "確認待ち"},
        {"ordered", "依頼済み"},
        {"instructed", "指図済み"},
        {"drawn", "採血済み"},
        {"received", "受入済み"},
        {"released", "合格"},
        {"rejected", "不合格"},
        {"stopped", "中止"},
        {"closed", "完結"},
    };
    for (size_t i = 0; i < sizeof(word) / sizeof(*word); i++)
        if (strcmp(word[i][0], s) == 0)
            return word[i][1];
    return s;
}

static void add_text(struct buf *b, const char *s)
{
    if (!add_moment(b, s))
        add_clean(b, say_ja() ? state_ja(s) : s);
}

static void add_value(struct buf *b, const json_t *v)
{
    const json_t *item;
    size_t i;
    if (json_is_integer(v))
        buf_printf(b, "%lld", (long long)json_integer_value(v));
    else if (json_is_boolean(v))
        buf_puts(b, json_is_true(v) ? say("はい", "yes") : say("いいえ", "no"));
    else if (json_is_array(v))
        json_array_foreach((json_t *)v, i, item)
        {
            if (i)
                buf_puts(b, " ");
            add_value(b, item);
        }
    else if (v)
        add_text(b, ctl_text(v));
}

static const json_t *reach(const json_t *v, const char *path, size_t len)
{
    while (v && len) {
        const char *dot = memchr(path, '.', len);
        size_t n = dot ? (size_t)(dot - path) : len;
        char name[64];
        snprintf(name, sizeof(name), "%.*s", (int)n, path);
        v = json_object_get(v, name);
        path += n + (dot != NULL);
        len -= n + (dot != NULL);
    }
    return v;
}

/* Columns a terminal needs: characters of East Asia count as two. */
static size_t width(const char *s)
{
    size_t w = 0;
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if ((c & 0xc0) != 0x80)
            w += c >= 0xe3 && c <= 0xef ? 2 : c >= 0xf0 ? 2 : 1;
    }
    return w;
}

struct cells {
    size_t ncols, nrows;
    char **text; /* (nrows + 1) * ncols, titles first */
};

static void cells_fill(struct cells *t, const json_t *list, const char *const columns[])
{
    struct buf b;
    t->text = xcalloc((t->nrows + 1) * t->ncols, sizeof(char *));
    for (size_t col = 0; col < t->ncols; col++) {
        const char *ja = strchr(columns[col], ':') + 1, *en = strchr(ja, ':') + 1;
        size_t len = (size_t)(ja - columns[col] - 1);
        t->text[col] = say_ja() ? strndup(ja, (size_t)(en - ja - 1)) : xstrdup(en);
        for (size_t row = 0; row < t->nrows; row++) {
            buf_init(&b);
            buf_puts(&b, "");
            add_value(&b, reach(json_array_get(list, row), columns[col], len));
            t->text[(row + 1) * t->ncols + col] = b.data ? b.data : xstrdup("");
        }
    }
}

void ctl_print_table(const json_t *list, const char *const columns[])
{
    struct cells t = {.nrows = json_array_size(list)};
    size_t *most;
    while (columns[t.ncols])
        t.ncols++;
    cells_fill(&t, list, columns);
    most = xcalloc(t.ncols, sizeof(*most));
    for (size_t i = 0; i < (t.nrows + 1) * t.ncols; i++)
        if (width(t.text[i]) > most[i % t.ncols])
            most[i % t.ncols] = width(t.text[i]);
    for (size_t i = 0; i < (t.nrows + 1) * t.ncols; i++) {
        bool last = i % t.ncols == t.ncols - 1;
        printf("%s%*s%s", t.text[i], last ? 0 : (int)(most[i % t.ncols] - width(t.text[i]) + 2), "",
               last ? "\n" : "");
        free(t.text[i]);
    }
    free(t.text);
    free(most);
}

void ctl_print_answer(const json_t *v)
{
    const char *outcome = json_string_value(json_object_get(v, "outcome"));
    const char *code = json_string_value(json_object_get(v, "code"));
    static const char *const lists[] = {"deviations", "holds", "law"};
    const json_t *one;
    size_t n;
    struct buf b;
    buf_init(&b);
    add_clean(&b, outcome ? outcome : "?");
    buf_addc(&b, ' ');
    add_clean(&b, code ? code : "");
    buf_puts(&b, "  ");
    add_clean(&b, ctl_text(json_object_get(v, "message")));
    json_array_foreach(json_object_get(v, "beside"), n, one)
    {
        buf_puts(&b, "\n  ");
        add_clean(&b, ctl_text(one));
    }
    for (size_t i = 0; i < 3; i++)
        if (json_array_size(json_object_get(v, lists[i]))) {
            buf_printf(&b, "\n  %s: ", lists[i]);
            add_value(&b, json_object_get(v, lists[i]));
        }
    /* as they are said when it is signed */
    json_array_foreach(json_object_get(json_object_get(v, "args"), "weakened"), n, one)
    {
        buf_puts(&b, "\n  --weakened '");
        add_clean(&b, json_string_value(one));
        buf_addc(&b, '\'');
    }
    puts(b.data);
    buf_fini(&b);
}

void ctl_put_usage(FILE *f, const struct ctl_command *cmd)
{
    struct buf usage;
    buf_init(&usage);
    if (cmd->usage)
        buf_puts(&usage, cmd->usage);
    else
        ctl_record_usage(cmd, &usage);
    fprintf(f, "cpfctl %s%s%s %s\n", cmd->noun, cmd->verb ? " " : "", cmd->verb ? cmd->verb : "", usage.data);
    buf_fini(&usage);
}

void ctl_help_command(const struct ctl_command *cmd)
{
    printf("%s\n    ", say("使い方", "SYNOPSIS"));
    ctl_put_usage(stdout, cmd);
    printf("\n%s\n    %s\n", say("説明", "DESCRIPTION"), say(cmd->ja, cmd->en));
    if (cmd->more_en)
        printf("\n%s\n", say(cmd->more_ja, cmd->more_en));
}

int ctl_usage(const struct ctl_command *cmd, const char *fmt, ...)
{
    va_list ap;
    fputs("cpfctl: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, "\n%s ", say("使い方:", "usage:"));
    ctl_put_usage(stderr, cmd);
    return EXIT_USAGE;
}
