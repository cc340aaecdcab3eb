#include "core/words.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define LISTED        6 /* of a list among the arguments; the entry has them all */
#define LISTED_FIELDS 24

int words_load(struct words *w, struct arena *a, const char *catalogue, const char *clauses,
               const char *words, const char *staff, char **ret_error)
{
    *w = (struct words){.a = a};
    int err = catalogue_load(catalogue, clauses, &w->codes, ret_error);
    if (!err)
        err = catalogue_load(words, clauses, &w->report, ret_error);
    if (!err && staff)
        err = catalogue_load(staff, clauses, &w->staff, ret_error);
    return err;
}

void words_fini(struct words *w)
{
    catalogue_free(w->codes);
    catalogue_free(w->report);
    catalogue_free(w->staff);
    *w = (struct words){0};
}

struct text text_both(const char *s)
{
    return (struct text){s, s};
}

struct text words_value(const char *s)
{
    static const struct {
        const char *said;
        struct text text;
    } known[] = {{"not-detected", {"検出せず", "not detected"}}, {"tntc", {"計数不能", "too many to count"}}};
    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (strcmp(known[i].said, s) == 0)
            return known[i].text;
    return text_both(s);
}

struct text text_printf(struct arena *a, struct text one, const char *fmt_ja, const char *fmt_en)
{
    const char *at = strstr(fmt_ja, "%s"), *en = strstr(fmt_en, "%s");
    require(at && en);
    return (struct text){arena_printf(a, "%.*s%s%s", (int)(at - fmt_ja), fmt_ja, one.ja, at + 2),
                         arena_printf(a, "%.*s%s%s", (int)(en - fmt_en), fmt_en, one.en, en + 2)};
}

/* A code that a catalogue does not have is answered with itself. */
static bool lookup(const struct catalogue *c, struct arena *a, const char *code, struct text *ret)
{
    *ret = catalogue_text(c, a, code, NULL);
    return strcmp(ret->ja, code) != 0 || strcmp(ret->en, code) != 0;
}

bool word_known(const struct words *w, const char *family, const char *id)
{
    struct text t;
    return lookup(w->report, w->a, arena_printf(w->a, "%s.%s", family, id), &t);
}

struct text word(const struct words *w, const char *family, const char *id)
{
    struct text t;
    if (!id)
        return text_both("–");
    return lookup(w->report, w->a, arena_printf(w->a, "%s.%s", family, id), &t) ? t : text_both(id);
}

struct text words_person(const struct words *w, const char *id)
{
    struct text t;
    if (!id || !w->staff || !lookup(w->staff, w->a, arena_printf(w->a, "staff.%s", id), &t))
        return (struct text){NULL, NULL};
    return t;
}

struct text words_step(const struct words *w, int step)
{
    const struct step *s = &w->protocol->step[step];
    return (struct text){arena_printf(w->a, "%s [%s]", s->title.ja, s->id),
                         arena_printf(w->a, "%s [%s]", s->title.en, s->id)};
}

struct text words_step_id(const struct words *w, const char *id)
{
    int step = id && w->protocol ? protocol_step(w->protocol, id) : -1;
    if (step >= 0 && w->screen)
        return w->protocol->step[step].title;
    return step < 0 ? text_both(id ? id : "–") : words_step(w, step);
}

struct text words_join(const struct words *w, struct text a, struct text b)
{
    if (!a.ja || !*a.ja)
        return b;
    return (struct text){arena_printf(w->a, "%s、%s", a.ja, b.ja), arena_printf(w->a, "%s, %s", a.en, b.en)};
}

struct text words_span(const struct words *w, const struct span *s)
{
    static const struct {
        int64_t ms;
        const char *ja, *en;
    } unit[] = {{3600000, "時間", "h"}, {60000, "分", "min"}, {1000, "秒", "s"}};
    long long n = s->value;
    if (s->days)
        return (struct text){arena_printf(w->a, "%lld日", n), arena_printf(w->a, "%lld d", n)};
    size_t i = 0;
    while (i < 2 && (s->value % unit[i].ms || s->value < unit[i].ms))
        i++;
    n = s->value / unit[i].ms;
    return (struct text){arena_printf(w->a, "%lld%s", n, unit[i].ja),
                         arena_printf(w->a, "%lld %s", n, unit[i].en)};
}

struct text words_clause(const struct words *w, const char *clause, int64_t day)
{
    struct text t = catalogue_clause(w->codes, clause, day);
    return t.ja ? t : text_both(clause);
}

/* Units as people write them: the protocol's are plain text. */
static const char *unit_text(const struct words *w, const char *unit)
{
    static const char *const digit[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    if (strcmp(unit, "xg") == 0)
        return "×g";
    if (strncmp(unit, "10^", 3) != 0)
        return unit;
    const char *all = "×10";
    for (unit += 3; *unit >= '0' && *unit <= '9'; unit++)
        all = arena_printf(w->a, "%s%s", all, digit[*unit - '0']);
    return arena_printf(w->a, "%s%s", all, unit);
}

const char *words_amount(const struct words *w, const char *number, const char *unit)
{
    return !unit || strcmp(unit, "1") == 0 ? number : arena_printf(w->a, "%s %s", number, unit_text(w, unit));
}

/* ---- what happened ---- */

/* An option's title: the rules put its English one (or its id) into the arguments. */
static struct text option_text(const struct words *w, const struct field *f, const char *name)
{
    for (size_t i = 0; f && i < f->noptions; i++)
        if (strcmp(f->option[i].id, name) == 0 ||
            (f->option[i].title.en && strcmp(f->option[i].title.en, name) == 0))
            return f->option[i].title;
    return word(w, "option", name);
}

/* "5 min" as the rules write it. */
static struct text span_text(const struct words *w, const char *s)
{
    struct span v = {.set = true, .days = strchr(s, 'd') != NULL};
    if (clock_span_parse(s, &v.value) != 0)
        return text_both(s);
    v.value /= v.days ? 86400000 : 1;
    return words_span(w, &v);
}

/* "≥ 5 min", "≤ 2 h": of a window. */
static struct text limit_text(const struct words *w, const char *s)
{
    bool least = strncmp(s, "≥ ", 4) == 0;
    if (!least && strncmp(s, "≤ ", 4) != 0)
        return text_both(s);
    return least ? text_printf(w->a, span_text(w, s + 4), "%s以上", "at least %s")
                 : text_printf(w->a, span_text(w, s + 4), "%s以内", "within %s");
}

/* A material, a kind of thing, or a unit. */
static struct text wanted_text(const struct words *w, const char *id)
{
    const struct material *m = w->protocol ? protocol_material(w->protocol, id) : NULL;
    if (m || word_known(w, "thing", id))
        return m ? m->title : word(w, "thing", id);
    return text_both(unit_text(w, id));
}

static const struct field *field_named(const struct words *w, int step, const char *id)
{
    int field = w->protocol && step >= 0 && id ? step_field(&w->protocol->step[step], id) : -1;
    return field < 0 ? NULL : &w->protocol->step[step].field[field];
}

/* A moment as the log writes it; on a screen and on paper it is the house's own time. */
static bool is_moment(const char *v, char ret[17])
{
    int64_t ms;
    size_t n = strlen(v);
    if (n < 20 || v[10] != 'T' || v[n - 1] != 'Z' || clock_parse_rfc3339(v, &ms) != 0)
        return false;
    clock_format_local(ms, ret);
    return true;
}

static struct text arg_text(const struct words *w, const char *name, const char *v, const struct field *f,
                            int step)
{
    char local[17];
    if (is_moment(v, local))
        return text_both(arena_strdup(w->a, local));
    static const struct {
        const char *name, *family;
    } family[] = {{"role", "role"},       {"qualification", "qualification"},
                  {"state", "container"}, {"clock", "clock"},
                  {"dept", "dept"},       {"grade", "grade"},
                  {"station", "station"}, {"weekday", "weekday"},
                  {"lack", "lack"},       {"how", "loss"},
                  {"is", "paper"},        {NULL, NULL}};
    static const char *const steps[] = {"step", "since", "missing", "steps", "pending", NULL};
    for (size_t i = 0; steps[i]; i++)
        if (strcmp(name, steps[i]) == 0)
            return words_step_id(w, v);
    for (size_t i = 0; family[i].name; i++)
        if (strcmp(name, family[i].name) == 0)
            return word(w, family[i].family, v);
    if (strcmp(name, "option") == 0)
        return option_text(w, f, v);
    if (strcmp(name, "wanted") == 0)
        return wanted_text(w, v);
    if (strcmp(name, "least") == 0 || strcmp(name, "most") == 0)
        return span_text(w, v);
    if (strcmp(name, "span") == 0)
        return limit_text(w, v);
    if (strcmp(name, "field") == 0 || strcmp(name, "awaits") == 0 || strcmp(name, "before") == 0) {
        const struct field *g = field_named(w, step, v);
        if (g)
            return g->title;
        return w->protocol && protocol_step(w->protocol, v) >= 0 ? words_step_id(w, v) : word(w, "field", v);
    }
    if (strcmp(name, "unit") == 0 || strcmp(name, "given") == 0)
        return text_both(unit_text(w, v));
    if (strcmp(name, "value") == 0 || strcmp(name, "other") == 0)
        return words_value(v);
    const struct label *l = strcmp(name, "label") == 0 && w->protocol ? protocol_label(w->protocol, v) : NULL;
    return l ? l->title : text_both(v);
}

static void set_arg(const struct words *w, struct json *ja, struct json *en, const struct json *m,
                    const struct field *f, int step)
{
    if (m->type == JSON_STRING) {
        struct text t = arg_text(w, m->name, m->str, f, step);
        json_set_str(w->a, ja, m->name, t.ja);
        json_set_str(w->a, en, m->name, t.en);
    } else if (m->type == JSON_ARRAY) {
        struct json *list_ja = json_array(w->a), *list_en = json_array(w->a);
        size_t n = 0, most = strcmp(m->name, "field") == 0 ? LISTED_FIELDS : LISTED;
        json_each(i, m) {
            if (++n > most)
                break;
            struct text t = i->str ? arg_text(w, m->name, i->str, f, step) : text_both("?");
            json_push(list_ja, json_str(w->a, t.ja));
            json_push(list_en, json_str(w->a, t.en));
        }
        if (m->len > most) {
            json_push(list_ja, json_strf(w->a, "ほか %zu 件", m->len - most));
            json_push(list_en, json_strf(w->a, "and %zu more", m->len - most));
        }
        json_set(w->a, ja, m->name, list_ja);
        json_set(w->a, en, m->name, list_en);
    } else {
        json_set(w->a, ja, m->name, json_copy(w->a, m));
        json_set(w->a, en, m->name, json_copy(w->a, m));
    }
}

void words_args(const struct words *w, const struct json *args, int step, struct json **ret_ja,
                struct json **ret_en)
{
    const struct field *f = field_named(w, step, json_get_str(args, "field"));
    *ret_ja = json_object(w->a);
    *ret_en = json_object(w->a);
    json_each(m, args)
        set_arg(w, *ret_ja, *ret_en, m, f, step);
}

/* What the person at the screen is to do next is no description of what happened. */
static const char *first_sentence(struct arena *a, const char *s, const char *end)
{
    const char *at = strstr(s, end);
    return at ? arena_strndup(a, s, (size_t)(at - s) + strlen(end) - (end[0] == '.')) : s;
}

struct text words_code(const struct words *w, const char *code, const struct json *args, int step)
{
    struct json *ja, *en;
    struct text plain;
    if (!code)
        return text_both("–");
    bool named = lookup(w->report, w->a, code, &plain);
    const struct catalogue *c = named ? w->report : w->codes;
    words_args(w, args, step, &ja, &en);
    struct text t = {catalogue_text(c, w->a, code, ja).ja, catalogue_text(c, w->a, code, en).en};
    if (!named && !w->screen)
        t = (struct text){first_sentence(w->a, t.ja, "。"), first_sentence(w->a, t.en, ". ")};
    return t;
}
