/* Written from protocol_json(), so that what people read is what stations get. */
#include "protocol/show.h"

#include <string.h>

#include "lib/say.h"

/* ---- small parts ---- */

static const char *title(const struct json *of)
{
    const char *text = json_get_str(json_get(of, "title"), say_ja() ? "ja" : "en");
    return text ? text : "";
}

/* "a, b" after `before`, nothing if there is none. */
static void put_list(FILE *out, const char *before, const struct json *list)
{
    const char *sep = before;
    json_each(it, list) {
        fprintf(out, "%s%s", sep, it->str);
        sep = ", ";
    }
}

static void span_text(const struct json *span, char ret[32])
{
    int64_t days = json_get_int(span, "days", -1), ms = json_get_int(span, "ms", 0);
    if (days >= 0)
        snprintf(ret, 32, "%lldd", (long long)days);
    else if (ms % 3600000 == 0)
        snprintf(ret, 32, "%lldh", (long long)(ms / 3600000));
    else if (ms % 60000 == 0)
        snprintf(ret, 32, "%lldmin", (long long)(ms / 60000));
    else
        snprintf(ret, 32, "%llds", (long long)(ms / 1000));
}

/* "min 14d max 21d" */
static void window_text(const struct json *window, char ret[128])
{
    static const char *const ends[] = {"possible", "min", "max"};
    size_t used = 0;
    ret[0] = '\0';
    for (size_t i = 0; i < 3; i++) {
        const struct json *span = json_get(window, ends[i]);
        char text[32];
        if (!span)
            continue;
        span_text(span, text);
        used += (size_t)snprintf(ret + used, 128 - used, "%s%s %s", used ? " " : "", ends[i], text);
    }
}

static void put_range(FILE *out, const char *name, const struct json *range)
{
    const char *lo = json_get_str(range, "lo"), *hi = json_get_str(range, "hi");
    if (range)
        fprintf(out, "  %s %s..%s", name, lo ? lo : "", hi ? hi : "");
}

/* ---- outline ---- */

static void put_options(FILE *out, const struct json *options)
{
    const char *sep = "  ";
    json_each(o, options) {
        const char *is = json_get_str(o, "is");
        fprintf(out, "%s%s", sep, json_get_str(o, "id"));
        if (is && strcmp(is, "ok") != 0)
            fprintf(out, "=%s%s%s", is, json_get_bool(o, "exposes") ? "+exposed" : "",
                    json_get_bool(o, "suspects") ? "+suspected" : "");
        if (json_get_bool(o, "voids-run"))
            fprintf(out, "+void");
        sep = " | ";
    }
}

static void put_field(FILE *out, const struct json *f)
{
    const struct json *n = json_get(f, "n");
    const char *const words[] = {"use",  "thing",    "unit",     "derive",
                                 "same", "identity", "valid-on", "not-before"};
    fprintf(out, "        %-14s %-10s", json_get_str(f, "id"), json_get_str(f, "kind"));
    fprintf(out, json_get_bool(f, "optional") ? " (%s)" : " %s", title(f));
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (json_get_str(f, words[i]))
            fprintf(out, i < 3 ? "  %s%s" : "  %s: %s", i < 3 ? "" : words[i], json_get_str(f, words[i]));
    put_list(out, "  ", json_get(f, "label"));
    put_list(out, "  ", json_get(f, "material"));
    put_list(out, json_get(f, "derive") ? " of " : "  ", json_get(f, "of"));
    put_list(out, "  from ", json_get(f, "from"));
    if (n && n->type == JSON_STRING)
        fprintf(out, "  x all");
    else if (n && n->num > 1)
        fprintf(out, "  x %lld", (long long)n->num);
    put_range(out, "possible", json_get(f, "possible"));
    put_range(out, "alert", json_get(f, "alert"));
    put_range(out, "action", json_get(f, "action"));
    put_options(out, json_get(f, "options"));
    if (json_get(f, "valid-days"))
        fprintf(out, "  valid %lldd", (long long)json_get_int(f, "valid-days", 0));
    fputc('\n', out);
}

static void put_who(FILE *out, const struct json *s)
{
    static const char *const flags[] = {"opens",   "closes", "optional",      "late",        "form",
                                        "witness", "fit",    "names-pending", "declares-fit"};
    const char *dept = json_get_str(s, "dept"), *skip = json_get_str(s, "skip");
    fprintf(out, "      ");
    put_list(out, say("担当 ", "by "), json_get(s, "by"));
    if (dept)
        fprintf(out, " (%s)", dept);
    put_list(out, say("  場所 ", "  at "), json_get(s, "where"));
    if (json_get(s, "people"))
        fprintf(out, say("  %lld人", "  %lld people"), (long long)json_get_int(s, "people", 0));
    put_list(out, say("  資格 ", "  qualified "), json_get(s, "qualified"));
    put_list(out, say("  除く ", "  not by who did "), json_get(s, "not-by"));
    for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
        if (json_get_bool(s, flags[i]))
            fprintf(out, "  [%s]", flags[i]);
    if (json_get_int(s, "repeat", 1) != 1)
        fprintf(out, "  [repeat %lld]", (long long)json_get_int(s, "repeat", 1));
    if (json_get_str(s, "rerun-of"))
        fprintf(out, "  [rerun-of %s]", json_get_str(s, "rerun-of"));
    if (skip)
        fprintf(out, "  [skip: %s]", skip);
    fputc('\n', out);
}

static void put_times(FILE *out, const struct json *s)
{
    const struct json *deadline = json_get(s, "deadline"), *clock = json_get(s, "starts-clock");
    char text[128];
    json_each(w, json_get(s, "window")) {
        window_text(w, text);
        fprintf(out,
                say("      時間 %s%s から%s %s（早い: %s, 遅い: %s）\n",
                    "      since %s%s%s: %s (early: %s, late: %s)\n"),
                json_get_str(w, "since"), json_get(w, "from") ? say("の最初の記録", " (first entry)") : "",
                json_get(w, "until") ? say("終了まで", ", until the end") : "", text,
                json_get_str(w, "early"), json_get_str(w, "late"));
    }
    if (json_get(s, "takes")) {
        span_text(json_get(s, "takes"), text);
        fprintf(out, say("      所要 %s 以上、短ければ %s\n", "      takes %s at least, else %s\n"), text,
                json_get_str(s, "short"));
    }
    if (deadline) {
        span_text(json_get(deadline, "within"), text);
        fprintf(out, say("      期限 %s から %s、過ぎれば %s\n", "      deadline since %s: %s, else %s\n"),
                json_get_str(deadline, "since"), text, json_get_str(deadline, "else"));
    }
    if (clock) {
        span_text(clock, text);
        fprintf(out, say("      有効期間 %s %s\n", "      starts clock %s %s\n"), json_get_str(clock, "id"),
                text);
    }
}

static void put_gates(FILE *out, const struct json *s)
{
    const struct json *sign = json_get(s, "sign"), *balance = json_get(s, "balance");
    const char *sep = say("      要件 ", "      needs ");
    json_each(r, json_get(s, "requires")) {
        const char *clock = json_get_str(r, "clock"), *step = json_get_str(r, "step");
        fprintf(out, "%s%s%s%s", sep, json_get_str(r, "need"), clock || step ? " " : "",
                clock  ? clock
                : step ? step
                       : "");
        put_list(out, " ", json_get(r, "keep"));
        sep = ", ";
    }
    if (json_get(s, "requires"))
        fputc('\n', out);
    if (sign)
        fprintf(out, say("      署名 %s「%s」\n", "      signs %s: \"%s\"\n"), json_get_str(sign, "verb"),
                json_get_str(json_get(sign, "meaning"), say_ja() ? "ja" : "en"));
    if (balance) {
        put_list(out, say("      収支 ", "      balance "), json_get(balance, "in"));
        put_list(out, " = ", json_get(balance, "out"));
        fprintf(out, " ±%s %%\n", json_get_str(balance, "tolerance"));
    }
    put_list(out, say("      条文 ", "      law "), json_get(s, "law"));
    if (json_get(s, "law"))
        fputc('\n', out);
}

static void put_step(FILE *out, const struct json *s, const char *previous)
{
    const struct json *after = json_get(s, "after");
    const char *state = json_get_str(s, "state");
    bool plain = after && after->len == 1 && previous && strcmp(after->child->str, previous) == 0;
    fprintf(out, "  %s  %s", json_get_str(s, "id"), title(s));
    if (state)
        fprintf(out, "  -> %s", state);
    if (!plain)
        put_list(out, say("  ← ", "  after "), after);
    fputc('\n', out);
    put_who(out, s);
    put_times(out, s);
    put_gates(out, s);
    json_each(f, json_get(s, "fields"))
        put_field(out, f);
}

static void put_head(FILE *out, const struct json *p)
{
    const struct json *product = json_get(p, "product");
    fprintf(out, "%s %s  %s / %s\n%s\n", json_get_str(p, "id"), json_get_str(p, "version"),
            json_get_str(product, "ja"), json_get_str(product, "en"), json_get_str(p, "hash"));
    fprintf(out, "%s", say("容器", "labels"));
    json_each(l, json_get(p, "labels"))
        fprintf(out, "  %s %s", json_get_str(l, "id"), title(l));
    fprintf(out, "\n%s", say("資材", "materials"));
    json_each(m, json_get(p, "materials"))
        fprintf(out, "  %s (%s)", title(m), json_get_str(m, "unit"));
    fputc('\n', out);
}

void protocol_show_outline(FILE *out, const struct protocol *p)
{
    struct arena a;
    arena_init(&a, 0);
    const struct json *j = protocol_json(&a, p);
    const char *section = NULL, *previous = NULL;
    put_head(out, j);
    json_each(s, json_get(j, "steps")) {
        const char *own = json_get_str(s, "section");
        if (own && (!section || strcmp(own, section) != 0))
            fprintf(out, "\n%s\n", own);
        if (own)
            section = own;
        put_step(out, s, previous);
        previous = json_get_str(s, "id");
    }
    arena_fini(&a);
}

/* ---- graph ---- */

/* Titles are people's text: quotes and backslashes would end the string. */
static void put_quoted(FILE *out, const char *s)
{
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            fputc('\\', out);
        fputc(*s, out);
    }
}

static void put_node(FILE *out, const struct json *s)
{
    fprintf(out, "    \"%s\" [label=\"%s\\n", json_get_str(s, "id"), json_get_str(s, "id"));
    put_quoted(out, title(s));
    put_list(out, "\\n", json_get(s, "by"));
    fprintf(out, "\"%s%s];\n", json_get(s, "sign") ? ", peripheries=2" : "",
            json_get_bool(s, "optional") ? ", style=dashed" : "");
}

static void put_edges(FILE *out, const struct json *s)
{
    const char *id = json_get_str(s, "id");
    const struct json *deadline = json_get(s, "deadline");
    char text[128];
    json_each(a, json_get(s, "after"))
        fprintf(out, "  \"%s\" -> \"%s\";\n", a->str, id);
    json_each(w, json_get(s, "window")) {
        window_text(w, text);
        fprintf(out, "  \"%s\" -> \"%s\" [style=dashed, constraint=false, label=\"%s\"];\n",
                json_get_str(w, "since"), id, text);
    }
    if (deadline) {
        span_text(json_get(deadline, "within"), text);
        fprintf(out, "  \"%s\" -> \"%s\" [style=dotted, constraint=false, label=\"<= %s\"];\n",
                json_get_str(deadline, "since"), id, text);
    }
}

void protocol_show_dot(FILE *out, const struct protocol *p)
{
    struct arena a;
    arena_init(&a, 0);
    const struct json *j = protocol_json(&a, p);
    fprintf(out, "digraph \"%s\" {\n  rankdir=TB;\n  node [shape=box];\n", p->id);
    for (int section = 'A' - 1; section <= 'Z'; section++) { /* before A: steps without one */
        char name[2] = {(char)section, '\0'};
        if (section >= 'A')
            fprintf(out, "  subgraph cluster_%s {\n    label=\"%s\";\n", name, name);
        json_each(s, json_get(j, "steps")) {
            const char *own = json_get_str(s, "section");
            if (own ? strcmp(own, name) == 0 : section < 'A')
                put_node(out, s);
        }
        if (section >= 'A')
            fprintf(out, "  }\n");
    }
    json_each(s, json_get(j, "steps"))
        put_edges(out, s);
    fprintf(out, "}\n");
    arena_fini(&a);
}

void protocol_show_json(FILE *out, const struct protocol *p)
{
    struct arena a;
    struct buf text;
    arena_init(&a, 0);
    buf_init(&text);
    json_write(&text, protocol_json(&a, p));
    fprintf(out, "%s\n", text.data);
    buf_fini(&text);
    arena_fini(&a);
}
