/* Words and options of a record: its body, and how it is said. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bounds.h"
#include "base/file.h"
#include "base/mem.h"
#include "record.h"

/* ── the body ──────────────────────────────────────────────────────────── */

static bool is_word(const struct record *r, const struct member *m)
{
    for (int i = 0; i < WORDS_MAX && r->word[i]; i++)
        if (strcmp(r->word[i], m->name) == 0)
            return true;
    return false;
}

/* Does a list of names, a blank around each, have this one? */
static bool names(const char *list, const struct member *m)
{
    const char *at = list ? strstr(list, m->name) : NULL;
    return at && at[-1] == ' ' && at[strlen(m->name)] == ' ';
}

static bool is_option(const struct record *r, const struct member *m)
{
    return !(m->flags & OWN) && m->form != MEMBER_OBJECT && m->form != MEMBER_JSON && !is_word(r, m) &&
           !names(r->made, m);
}

/* Said by --second, who signs in; or by the badge as it is scanned. */
static bool is_witness(const struct member *m)
{
    return strcmp(m->name, "witness") == 0;
}

static bool is_needed(const struct record *r, const struct member *m)
{
    return (m->flags & NEEDED && !is_witness(m)) || names(r->needed, m);
}

static bool is_list(const struct member *m)
{
    return m->form == MEMBER_TEXTS || m->form == MEMBER_LIST;
}

#define OPTION_LEN 40
static const char *option_of(const struct member *m, char ret[OPTION_LEN])
{
    size_t n = (size_t)snprintf(ret, OPTION_LEN, "%s", m->name);
    if (is_list(m) && ret[n - 1] == 's')
        ret[n - 1] = 0;
    for (char *p = ret; *p; p++)
        if (*p == '_')
            *p = '-';
    return ret;
}

static json_t *value_file(const char *path)
{
    struct buf text;
    json_t *v = NULL;
    int err;
    buf_init(&text);
    err = file_read(path, BOUND_PROTOCOL_BYTES, &text);
    if (err)
        say_error("%s: %s", path, cpf_strerror(err));
    else
        v = json_stringn(text.data ? text.data : "", text.len);
    buf_fini(&text);
    return v;
}

static json_t *value_int(const char *s)
{
    char *end;
    long long n = strtoll(s, &end, 10);
    if (!*s || *end) {
        say_error(say("%s は整数ではありません", "%s is not a whole number"), s);
        return NULL;
    }
    return json_integer(n);
}

/* What is no yes is no `no`: `Yes` once took equipment out of service. */
static json_t *value_bool(const char *s)
{
    static const char *const words[2][4] = {{"no", "false", "いいえ", "否"}, {"yes", "true", "はい", "可"}};
    for (int v = 0; v < 2; v++)
        for (int i = 0; i < 4; i++)
            if (strcasecmp(s, words[v][i]) == 0)
                return json_boolean(v);
    say_error(say("%s は yes でも no でもありません", "%s is neither yes nor no"), s);
    return NULL;
}

/* aseptic:2027-03-31: the members of a list's shape, in its order, a colon between. */
static json_t *value_object(const struct member *m, const char *s)
{
    json_t *v = jansson_object();
    for (size_t i = 0; i < m->of->n; i++) {
        size_t len = i + 1 < m->of->n ? strcspn(s, ":") : strlen(s);
        json_object_set_new(v, m->of->member[i].name, json_stringn(s, len));
        if (i + 1 < m->of->n && !s[len]) {
            char option[OPTION_LEN];
            say_error(say("--%s は「%s:%s」の形で指定してください", "--%s wants %s:%s"), option_of(m, option),
                      m->of->member[0].name, m->of->member[1].name);
            json_decref(v);
            return NULL;
        }
        s += len + (i + 1 < m->of->n);
    }
    return v;
}

static json_t *value_one(const struct record *r, const struct member *m, const char *s)
{
    if (r->file && is_word(r, m))
        return value_file(s);
    switch (m->form) {
    case MEMBER_INT:
        return value_int(s);
    case MEMBER_BOOL:
    case MEMBER_YESNO:
        return value_bool(s);
    case MEMBER_LIST:
        return value_object(m, s);
    default:
        return json_string(s);
    }
}

static json_t *value_list(struct ctl *c, const struct record *r, const struct member *m, const char *option)
{
    json_t *list = jansson_array(), *item = list;
    const char *v;
    for (int i = 0; item && (v = args_each(&c->args, option, i)); i++) {
        item = value_one(r, m, v);
        json_array_append_new(list, item);
    }
    if (!item)
        json_decref(list);
    return item ? list : NULL;
}

/* Sets one member; an exit code. `given` NULL: not said. */
static int set_member(json_t *body, const struct member *m, const char *given, json_t *value)
{
    if (!given)
        return EXIT_FINE;
    return value && !json_object_set_new(body, m->name, value) ? EXIT_FINE : EXIT_USAGE;
}

static int set_words(struct ctl *c, const struct ctl_command *cmd, const struct shape *s, json_t *body)
{
    const struct record *r = cmd->data;
    int n = 0, code = EXIT_FINE;
    for (; !code && n < WORDS_MAX && r->word[n]; n++) {
        const struct member *m = shape_member(s, r->word[n]);
        const char *v = n < c->args.nwords ? c->args.word[n] : NULL;
        if (!v)
            return ctl_usage(cmd, "%s", say("引数が足りません", "an argument is missing"));
        code = set_member(body, m, v, value_one(r, m, v));
    }
    if (!code && n < c->args.nwords)
        return ctl_usage(cmd, say("余分な引数: %s", "too many arguments: %s"), c->args.word[n]);
    return code;
}

int record_body(struct ctl *c, const struct ctl_command *cmd, json_t *body)
{
    const struct record *r = cmd->data;
    const struct shape *s = &kind_of(r->kind)->shape;
    int code = set_words(c, cmd, s, body);
    for (const struct member *m = s->member; !code && m < s->member + s->n; m++) {
        char option[OPTION_LEN];
        const char *v = is_option(r, m) ? args_get(&c->args, option_of(m, option)) : NULL;
        if (v)
            code = set_member(body, m, v, is_list(m) ? value_list(c, r, m, option) : value_one(r, m, v));
        else if (is_option(r, m) && is_needed(r, m))
            code = ctl_usage(cmd, say("--%s が必要です", "--%s is needed"), option);
        else if (is_option(r, m) && m->flags & NEEDED && is_witness(m) && !args_get(&c->args, "second"))
            code = ctl_usage(cmd, say("--%s が必要です", "--%s is needed"), "second");
    }
    return code;
}

/* ── how it is said ────────────────────────────────────────────────────── */

static void put_value(struct buf *out, const struct member *m)
{
    char name[OPTION_LEN];
    if (m->form == MEMBER_WORD) {
        for (size_t i = 1; i < m->words->n; i++)
            buf_printf(out, "%s%s", i > 1 ? "|" : "", word_name(m->words, (int)i));
    } else if (m->form == MEMBER_BOOL || m->form == MEMBER_YESNO) {
        buf_puts(out, "yes|no");
    } else if (m->form == MEMBER_LIST) {
        for (size_t i = 0; i < m->of->n; i++)
            buf_printf(out, "%s%s", i ? ":" : "", m->of->member[i].name);
    } else if (m->form == MEMBER_DAY) {
        buf_puts(out, "YYYY-MM-DD");
    } else {
        option_of(m, name);
        for (const char *p = name; *p; p++)
            buf_printf(out, "%c", *p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
    }
}

static void put_option(struct buf *out, const struct member *m, bool needed)
{
    char option[OPTION_LEN];
    buf_printf(out, "%s--%s ", needed ? "" : "[", option_of(m, option));
    put_value(out, m);
    buf_printf(out, "%s%s ", needed ? "" : "]", is_list(m) ? "..." : "");
}

/* What must be said first. */
void ctl_record_usage(const struct ctl_command *cmd, struct buf *out)
{
    const struct record *r = cmd->data;
    const struct shape *s = &kind_of(r->kind)->shape;
    for (int i = 0; i < WORDS_MAX && r->word[i]; i++) {
        if (r->file)
            buf_puts(out, "FILE");
        else
            put_value(out, shape_member(s, r->word[i]));
        buf_puts(out, " ");
    }
    for (int needed = 1; needed >= 0; needed--)
        for (const struct member *m = s->member; m < s->member + s->n; m++)
            if (is_option(r, m) && is_needed(r, m) == needed)
                put_option(out, m, needed);
    buf_printf(out, "%s%s--as PERSON [--password-file FILE] [--second PERSON [--second-pin-file FILE]]",
               r->more ? r->more : "", r->more ? " " : "");
}
