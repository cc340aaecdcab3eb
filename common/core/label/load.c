/* Layouts of labels: read strictly, each complaint with its place. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/label/layout.h"
#include "core/protocol/ytree.h"

#define SIDE_MOST  200000 /* micrometres: no printer for labels is wider */
#define SIDE_LEAST 5000
#define BOX_LEAST  1000
#define QUIET      1000 /* free around a code, so that it is found */
#define FONT_MOST  720  /* tenths of a point */
#define FONT_LEAST 35   /* smaller, nobody reads it at a bench */
#define WORDS_MOST 200  /* bytes of a text */
#define FONT_USUAL 80

static const char *const show_word[] = {NULL,      "code",     "container", "batch",  "title", "product",
                                        "patient", "facility", "printed",   "expiry", "value", "text"};
const struct word_list label_show_words = {sizeof(show_word) / sizeof(*show_word), show_word};

struct loader {
    struct arena *a;
    struct diag d;
    struct label_layout *l;
    const struct ynode *at[LABEL_FIELDS]; /* where each field stands */
};

#define fault_near(l, n, hint, ...) diag_put(&(l)->d, (n)->line, (n)->column, (hint), __VA_ARGS__)
#define fault(l, n, ...)            fault_near(l, n, NULL, __VA_ARGS__)

/* ---- words ---- */

static bool is(struct loader *l, const struct ynode *n, enum ynode_kind kind, const char *what)
{
    const struct ynode want = {.kind = kind};
    if (n->kind == kind)
        return true;
    fault(l, n, "%s must be %s, not %s", what, ynode_kind_name(&want), ynode_kind_name(n));
    return false;
}

static const char *meant(struct loader *l, const struct nearest *n)
{
    return n->best ? arena_printf(l->a, "did you mean `%s`?", n->best) : NULL;
}

/* Only the keys named, a list ended by NULL. */
static void only(struct loader *l, const struct ynode *map, const char *const *keys)
{
    ynode_each(it, map) {
        struct nearest near;
        size_t i = 0;
        nearest_init(&near, it->key->str);
        for (; keys[i] && strcmp(keys[i], it->key->str) != 0; i++)
            nearest_offer(&near, keys[i]);
        if (!keys[i])
            fault_near(l, it->key, meant(l, &near), "unknown key `%.60s`", it->key->str);
    }
}

/* NULL: it is not there, or is no such text. */
static const char *text_of(struct loader *l, const struct ynode *map, const char *key, bool needed)
{
    const struct ynode *v = ynode_get(map, key);
    if (!v && needed)
        fault(l, map, "`%s` is missing", key);
    if (!v || !is(l, v, YNODE_SCALAR, key))
        return NULL;
    if (v->len > 0 && v->len <= WORDS_MOST)
        return v->str;
    fault(l, v, "`%s` is empty or longer than %d bytes", key, WORDS_MOST);
    return NULL;
}

/* `12` or `12.5`, of `unit` parts each; -1 after a complaint. */
static int amount(struct loader *l, const struct ynode *n, int unit, int least, int most, const char *what)
{
    const char *s = n->kind == YNODE_SCALAR ? n->str : "";
    size_t whole = strspn(s, "0123456789"), part = s[whole] == '.' ? strspn(s + whole + 1, "0123456789") : 0;
    int value = 0;
    bool number = whole > 0 && whole < 5 && part < 4 && s[whole + (part ? part + 1 : 0)] == '\0';
    for (size_t i = 0; number && i < whole; i++)
        value = value * 10 + (s[i] - '0');
    value *= unit;
    for (size_t i = 0, scale = (size_t)unit / 10; number && i < part; i++, scale /= 10)
        value += (s[whole + 1 + i] - '0') * (int)scale;
    if (number && least <= value && value <= most)
        return value;
    fault(l, n, "%s must be a number from %g to %g, such as 12 or 12.5", what, (double)least / unit,
          (double)most / unit);
    return -1;
}

/* [a, b] in mm. */
static bool pair(struct loader *l, const struct ynode *map, const char *key, int least, int ret[2])
{
    const struct ynode *v = ynode_get(map, key);
    ret[0] = ret[1] = -1;
    if (!v)
        fault(l, map, "`%s` is missing: [mm, mm]", key);
    else if (is(l, v, YNODE_LIST, key) && v->len != 2)
        fault(l, v, "`%s` must be two numbers, in mm", key);
    else if (v->kind == YNODE_LIST)
        for (int i = 0; i < 2; i++)
            ret[i] = amount(l, (i ? v->last : v->first)->value, 1000, least, SIDE_MOST, key);
    return ret[0] >= 0 && ret[1] >= 0;
}

static bool truth_of(struct loader *l, const struct ynode *map, const char *key)
{
    const char *s = text_of(l, map, key, false);
    bool yes = s && strcmp(s, "true") == 0;
    if (s && !yes && strcmp(s, "false") != 0)
        fault(l, ynode_get(map, key), "`%s` must be true or false", key);
    return yes;
}

/* ---- fields ---- */

static struct text words_of(struct loader *l, const struct ynode *map, const char *key)
{
    static const char *const keys[] = {"ja", "en", NULL};
    const struct ynode *v = ynode_get(map, key);
    if (!v || !is(l, v, YNODE_MAP, key))
        return (struct text){0};
    only(l, v, keys);
    return (struct text){text_of(l, v, "ja", true), text_of(l, v, "en", true)};
}

static enum label_show show_of(struct loader *l, const struct ynode *map)
{
    const char *s = text_of(l, map, "show", true);
    enum label_show show = (enum label_show)word_find(&label_show_words, s);
    struct nearest near;
    if (!s || show)
        return show;
    nearest_init(&near, s);
    for (size_t k = 1; k < label_show_words.n; k++)
        nearest_offer(&near, label_show_words.word[k]);
    fault_near(l, ynode_get(map, "show"), meant(l, &near), "nothing is called `%.60s`", s);
    return LABEL_NOTHING;
}

static void read_font(struct loader *l, const struct ynode *map, struct label_field *f)
{
    const struct ynode *font = ynode_get(map, "font"), *least = ynode_get(map, "least");
    f->font = font ? amount(l, font, 10, FONT_LEAST, FONT_MOST, "font") : FONT_USUAL;
    f->least = least ? amount(l, least, 10, FONT_LEAST, FONT_MOST, "least") : f->font;
    if (f->font >= 0 && f->least > f->font)
        fault(l, least, "`least` is larger than `font`");
}

static bool shows_of(enum label_show s)
{
    return s == LABEL_EXPIRY || s == LABEL_VALUE;
}

/* What belongs to what it shows. */
static void check_field(struct loader *l, const struct ynode *n, const struct label_field *f)
{
    static const char *const lettered[] = {"font", "least", "bold", "text"};
    if (shows_of(f->show) && !f->of)
        fault(l, n, "`of` is missing: %s", f->show == LABEL_VALUE ? "a STEP.FIELD" : "a clock");
    if (f->of && f->show && !shows_of(f->show))
        fault(l, ynode_get(n, "of"), "`of` goes with value and expiry");
    if (f->show == LABEL_VALUE && f->of && !strchr(f->of, '.'))
        fault(l, ynode_get(n, "of"), "`of` must be a STEP.FIELD, not `%.60s`", f->of);
    if (f->show == LABEL_TEXT && !ynode_get(n, "text"))
        fault(l, n, "`text` is missing: {ja, en}");
    for (size_t i = 0; f->show == LABEL_CODE && i < sizeof(lettered) / sizeof(*lettered); i++)
        if (ynode_get(n, lettered[i]))
            fault(l, ynode_get(n, lettered[i]), "a code has no `%s`", lettered[i]);
    if (f->show == LABEL_CODE && f->width != f->height)
        fault(l, ynode_get(n, "box"), "a code is square");
}

static void read_field(struct loader *l, const struct ynode *n)
{
    static const char *const keys[] = {"show", "at",   "box", "font",  "least",
                                       "bold", "text", "of",  "until", NULL};
    struct label_layout *all = l->l;
    int at[2], box[2];
    if (!is(l, n, YNODE_MAP, "a field"))
        return;
    if (all->nfields == LABEL_FIELDS) {
        diag_limit(&l->d, n->line, n->column, NULL, "more than %d fields", LABEL_FIELDS);
        return;
    }
    only(l, n, keys);
    struct label_field f = {.show = show_of(l, n),
                            .of = text_of(l, n, "of", false),
                            .until = text_of(l, n, "until", false),
                            .bold = truth_of(l, n, "bold"),
                            .text = words_of(l, n, "text")};
    bool placed = pair(l, n, "at", 0, at);
    placed &= pair(l, n, "box", BOX_LEAST, box);
    f.x = at[0], f.y = at[1], f.width = box[0], f.height = box[1];
    read_font(l, n, &f);
    if (placed)
        check_field(l, n, &f);
    l->at[all->nfields] = n;
    all->field[all->nfields++] = f;
}

/* ---- the whole ---- */

static bool overlap(const struct label_field *a, const struct label_field *b, int free)
{
    return a->x < b->x + b->width + free && b->x < a->x + a->width + free && a->y < b->y + b->height + free &&
           b->y < a->y + a->height + free;
}

static void check_places(struct loader *l)
{
    const struct label_layout *all = l->l;
    size_t codes = 0;
    for (size_t i = 0; i < all->nfields; i++) {
        const struct label_field *f = &all->field[i];
        int quiet = f->show == LABEL_CODE ? QUIET : 0;
        codes += f->show == LABEL_CODE;
        if (f->x < quiet || f->y < quiet || f->x + f->width + quiet > all->width ||
            f->y + f->height + quiet > all->height)
            fault(l, l->at[i], "the field lies beyond the label's edge%s",
                  quiet ? ", with the 1 mm that stay free around a code" : "");
        for (size_t k = 0; k < i; k++)
            if (overlap(f, &all->field[k], quiet || all->field[k].show == LABEL_CODE ? QUIET : 0))
                fault(l, l->at[i], "the field lies over the one of line %d%s", l->at[k]->line,
                      quiet || all->field[k].show == LABEL_CODE ? ", or within 1 mm of a code" : "");
    }
    if (codes != 1)
        fault(l, l->at[0], "a label has one code, not %zu", codes);
}

static void read_kinds(struct loader *l, const struct ynode *root)
{
    const struct ynode *list = ynode_get(root, "for");
    const char **item;
    size_t n = 0;
    if (!list)
        fault(l, root, "`for` is missing: the kinds of label");
    if (!list || !is(l, list, YNODE_LIST, "for"))
        return;
    item = arena_alloc(l->a, (list->len + 1) * sizeof(*item));
    ynode_each(it, list) {
        const char *s = it->value->kind == YNODE_SCALAR ? it->value->str : "";
        if (!*s || s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")])
            fault(l, it->value, "`for` names kinds of label: capitals, not `%.60s`", s);
        else
            item[n++] = s;
    }
    l->l->kinds = (struct texts){n, item};
    if (!list->len)
        fault(l, list, "`for` names no kind of label");
}

static void read_language(struct loader *l, const struct ynode *root)
{
    const char *s = text_of(l, root, "language", false);
    l->l->english = s && strcmp(s, "en") == 0;
    if (s && !l->l->english && strcmp(s, "ja") != 0)
        fault(l, ynode_get(root, "language"), "`language` must be ja or en");
}

static void read_all(struct loader *l, const struct ynode *root)
{
    static const char *const keys[] = {"label", "size", "language", "protocol", "for", "fields", NULL};
    struct label_layout *all = l->l;
    int size[2];
    if (!is(l, root, YNODE_MAP, "the file"))
        return;
    only(l, root, keys);
    all->id = text_of(l, root, "label", true);
    all->protocol = text_of(l, root, "protocol", false);
    read_language(l, root);
    read_kinds(l, root);
    bool sized = pair(l, root, "size", SIDE_LEAST, size);
    all->width = size[0], all->height = size[1];
    const struct ynode *fields = ynode_get(root, "fields");
    if (!fields)
        fault(l, root, "`fields` is missing");
    else if (is(l, fields, YNODE_LIST, "fields"))
        ynode_each(it, fields)
            read_field(l, it->value);
    if (sized && all->nfields && l->d.rc == CPF_OK)
        check_places(l);
    else if (fields && !fields->len)
        fault(l, fields, "`fields` is empty");
}

int label_layout_load(struct arena *a, const char *text, size_t len, struct label_layout *ret,
                      struct protocol_error *errors, size_t max, size_t *ret_n)
{
    struct loader l = {.a = a, .l = ret};
    const struct ynode *root = NULL;
    struct arena nodes;
    *ret = (struct label_layout){0};
    diag_init(&l.d, errors, max);
    arena_init(&nodes, 0);
    if (len > LABEL_BYTES)
        diag_limit(&l.d, 0, 0, NULL, "more than %d bytes", LABEL_BYTES);
    else
        root = ytree_parse(&nodes, a, text, len, &l.d);
    if (root)
        read_all(&l, root);
    diag_sort(&l.d);
    arena_fini(&nodes);
    *ret_n = l.d.n;
    return l.d.rc;
}
