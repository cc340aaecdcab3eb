#include "sim/story.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "lib/files.h"

#define STORY_BYTES (1024 * 1024)
#define WORDS_MAX   64

struct loader {
    struct story *s;
    int line;
    int64_t day;
    struct block **tail; /* where the next block goes */
    struct block *block; /* to which indented lines belong */
    struct item **items;
    struct change **changes;
    struct let **lets;
    struct patient **patients;
    char *error;
};

const char *expect_name(enum expect_kind k)
{
    static const char *const names[] = {"accepted", "refused", "deviation", "hold",
                                        "alert",    "already", "any"};
    return names[k];
}

__attribute__((format(printf, 2, 3))) static int fail(struct loader *l, const char *fmt, ...)
{
    int n = snprintf(l->error, STORY_ERROR, "%s:%d: ", l->s->file, l->line);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(l->error + n, (size_t)(STORY_ERROR - n), fmt, ap);
    va_end(ap);
    return CPF_E_SYNTAX;
}

/* ── words of a line ───────────────────────────────────────────────────── */

/* Divides at blanks; quotes keep blanks and are kept themselves; # begins a comment. -1: an open quote. */
static int split(char *line, char *words[WORDS_MAX])
{
    int n = 0;
    char *p = line;
    for (;;) {
        while (isspace((unsigned char)*p))
            p++;
        if (!*p || *p == '#' || n == WORDS_MAX)
            return n;
        words[n++] = p;
        for (bool quoted = false; *p && (quoted || !isspace((unsigned char)*p)); p++) {
            if (*p == '"')
                quoted = !quoted;
            if (!p[1] && quoted)
                return -1;
        }
        if (*p)
            *p++ = 0;
    }
}

static const char *unquote(struct loader *l, const char *s)
{
    size_t n = strlen(s);
    if (n >= 2 && *s == '"' && s[n - 1] == '"')
        return arena_strndup(&l->s->arena, s + 1, n - 2);
    return arena_strdup(&l->s->arena, s);
}

/* 18m, 90s, 3h, 2d; -1 if it is none. */
static int64_t span_ms(const char *s)
{
    int64_t ms;
    return clock_span_parse(s, &ms) == 0 ? ms : -1;
}

static int64_t clock_ms(const char *s)
{
    int h, m, sec = 0, n = 0;
    if (sscanf(s, "%2d:%2d%n:%2d%n", &h, &m, &n, &sec, &n) < 2 || s[n] || h > 47 || m > 59 || sec > 59)
        return -1;
    return ((int64_t)h * 3600 + m * 60 + sec) * 1000;
}

static bool read_expect(struct loader *l, const char *word, struct expect *ret)
{
    static const char signs[] = "!~^?=";
    static const enum expect_kind kinds[] = {EXPECT_REFUSED, EXPECT_DEVIATION, EXPECT_HOLD, EXPECT_ALERT,
                                             EXPECT_ALREADY};
    const char *at = *word ? strchr(signs, *word) : NULL;
    if (!at) {
        if (strcmp(word, "any") != 0)
            return false;
        *ret = (struct expect){EXPECT_ANY, NULL};
        return true;
    }
    ret->kind = kinds[at - signs];
    ret->code = word[1] && strcmp(word + 1, "*") != 0 ? arena_strdup(&l->s->arena, word + 1) : NULL;
    return true;
}

/* ── indented lines: items ─────────────────────────────────────────────── */

static struct item *item_new(struct loader *l, enum item_kind kind)
{
    struct item *it = arena_alloc(&l->s->arena, sizeof(*it));
    it->kind = kind;
    it->line = l->line;
    *l->items = it;
    l->items = &it->next;
    return it;
}

/* name=..., name==..., name:word, name/codes: where the field's name ends, or NULL. */
static const char *name_end(const char *word)
{
    const char *p = word;
    while (islower((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '-')
        p++;
    return p > word && islower((unsigned char)*word) && strchr("=:/", *p) && *p ? p : NULL;
}

static int read_named(struct loader *l, const char *word, const char *end)
{
    struct item *it;
    const char *value = end + 1;
    enum item_kind kind = *end == ':' ? ITEM_WORD : *end == '/' ? ITEM_CODES : ITEM_NUMBER;
    if (*end == '=' && *value == '=') {
        kind = ITEM_TWICE;
        value++;
    } else if (*end == '=' && *value == '"') {
        kind = ITEM_TEXT;
    }
    if (!*value)
        return fail(l, "%s has no value", word);
    it = item_new(l, kind);
    it->name = arena_strndup(&l->s->arena, word, (size_t)(end - word));
    it->text = unquote(l, value);
    if (kind == ITEM_TEXT && strcmp(it->name, "raw") == 0)
        it->kind = ITEM_RAW;
    return CPF_OK;
}

static int read_item(struct loader *l, const char *word)
{
    struct item *it;
    const char *end;
    if (*word == '+') {
        it = item_new(l, ITEM_WAIT);
        it->wait_ms = span_ms(word + 1);
        return it->wait_ms < 0 ? fail(l, "%s is no span such as +18m", word) : CPF_OK;
    }
    if (strcmp(word, "resend") == 0) {
        item_new(l, ITEM_RESEND);
        return CPF_OK;
    }
    if (strncmp(word, "witness", 7) == 0 && (!word[7] || word[7] == ':')) {
        it = item_new(l, ITEM_WITNESS);
        it->text = word[7] ? arena_strdup(&l->s->arena, word + 8) : NULL;
        return CPF_OK;
    }
    if (strncmp(word, "neighbour:", 10) == 0)
        end = NULL;
    else
        end = name_end(word);
    if (end)
        return read_named(l, word, end);
    if (!isupper((unsigned char)*word) && strncmp(word, "neighbour:", 10) != 0)
        return fail(l, "not understood: %s", word);
    it = item_new(l, ITEM_CODES);
    it->text = arena_strdup(&l->s->arena, word);
    return CPF_OK;
}

static struct item *last_item(const struct loader *l)
{
    struct item *it = l->block->items;
    while (it && it->next)
        it = it->next;
    return it;
}

static int read_items(struct loader *l, char *words[], int n)
{
    struct expect e;
    struct item *it;
    int err;
    if (!l->block)
        return fail(l, "an indented line belongs to nothing");
    for (int i = 0; i < n; i++) {
        e = (struct expect){0};
        if (read_expect(l, words[i], &e)) {
            it = last_item(l);
            if (!it)
                return fail(l, "%s expects nothing", words[i]);
            it->expect = e;
            continue;
        }
        err = read_item(l, words[i]);
        if (err)
            return err;
    }
    return CPF_OK;
}

/* ── block lines ───────────────────────────────────────────────────────── */

static bool read_time(const char *word, struct block *b)
{
    b->relative = *word == '+';
    b->ms = b->relative ? span_ms(word + 1) : clock_ms(word);
    return b->ms >= 0;
}

static const struct {
    const char *word;
    enum block_kind kind;
} verbs[] = {{"in", BLOCK_IN},           {"out", BLOCK_OUT},      {"assess", BLOCK_ASSESS},
             {"confirm", BLOCK_CONFIRM}, {"close", BLOCK_CLOSE},  {"lift", BLOCK_LIFT},
             {"state", BLOCK_STATE},     {"record", BLOCK_RECORD}};

static void read_people(struct loader *l, struct block *b, const char *word)
{
    const char *plus = strchr(word, '+');
    b->who =
        plus ? arena_strndup(&l->s->arena, word, (size_t)(plus - word)) : arena_strdup(&l->s->arena, word);
    b->second = plus ? arena_strdup(&l->s->arena, plus + 1) : NULL;
}

static int read_tail(struct loader *l, struct block *b, char *word)
{
    if (read_expect(l, word, &b->expect))
        return CPF_OK;
    if (strcmp(word, "form") == 0)
        b->kind = BLOCK_FORM;
    else if (strcmp(word, "sign") == 0)
        b->kind = BLOCK_SIGN;
    else if (strcmp(word, "...") == 0)
        b->part = true;
    else if (strcmp(word, "neighbour") == 0)
        b->other = true;
    else if (strcmp(word, "gate") == 0)
        b->gate = true;
    else if (strncmp(word, "pin=", 4) == 0)
        b->pin = arena_strdup(&l->s->arena, word + 4);
    else if (strncmp(word, "late=", 5) == 0 && word_find(&late_words, word + 5))
        b->late = (enum late)word_find(&late_words, word + 5);
    else if (strncmp(word, "claim=-", 7) == 0 && span_ms(word + 7) >= 0)
        b->claim_ms = span_ms(word + 7);
    else if (strncmp(word, "skip=", 5) == 0) {
        b->kind = BLOCK_SKIP;
        b->pin = unquote(l, word + 5);
    } else
        return fail(l, "not understood: %s", word);
    return CPF_OK;
}

/* <station> in|out <person>..., <station> assess|confirm|close|lift <person>, - state WORD, <station> record
 * KIND WHO
 */
static int read_verb(struct loader *l, struct block *b, char *words[], int n)
{
    int at = 3;
    if (n < 4)
        return fail(l, "%s: something is missing", words[2]);
    if (b->kind == BLOCK_STATE) {
        b->step = arena_strdup(&l->s->arena, words[3]);
        return CPF_OK;
    }
    if (b->kind == BLOCK_RECORD) {
        b->step = arena_strdup(&l->s->arena, words[3]);
        at = 4;
    }
    if (b->kind == BLOCK_IN || b->kind == BLOCK_OUT) {
        for (int k = 0; at < n && k < 6 && islower((unsigned char)*words[at]) && !strchr(words[at], '=');
             k++, at++)
            b->names[k] = arena_strdup(&l->s->arena, words[at]);
    } else if (at < n) {
        read_people(l, b, words[at++]);
    }
    for (; at < n; at++) {
        int err = read_tail(l, b, words[at]);
        if (err)
            return err;
    }
    return CPF_OK;
}

static int read_block(struct loader *l, char *words[], int n)
{
    struct block *b = arena_alloc(&l->s->arena, sizeof(*b));
    int err;
    b->file = l->s->file;
    b->line = l->line;
    b->day = l->day;
    if (n < 4 || !read_time(words[0], b))
        return fail(l, "a block is <HH:MM or +span> <station> <step> <person>[+<person>], not \"%s\"",
                    words[0]);
    b->station = arena_strdup(&l->s->arena, words[1]);
    *l->tail = b;
    l->tail = &b->next;
    l->block = b;
    l->items = &b->items;
    for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
        if (strcmp(words[2], verbs[i].word) == 0) {
            b->kind = verbs[i].kind;
            return read_verb(l, b, words, n);
        }
    b->step = arena_strdup(&l->s->arena, words[2]);
    read_people(l, b, words[3]);
    for (int i = 4; i < n; i++) {
        err = read_tail(l, b, words[i]);
        if (err)
            return err;
    }
    return CPF_OK;
}

/* ── statements ────────────────────────────────────────────────────────── */

static int read_story(struct loader *l, char *words[], int n)
{
    l->s->name = arena_strdup(&l->s->arena, words[1]);
    l->s->title_ja = n > 2 ? unquote(l, words[2]) : l->s->name;
    l->s->title_en = n > 3 ? unquote(l, words[3]) : l->s->title_ja;
    l->s->is_case = strcmp(words[0], "case") == 0;
    return CPF_OK;
}

static int read_cast(struct loader *l, char *words[], int n)
{
    struct cast *c = arena_alloc(&l->s->arena, sizeof(*c));
    if (n > 10)
        return fail(l, "at most 8 lanes");
    c->name = arena_strdup(&l->s->arena, words[1]);
    c->lot = strcmp(words[0], "lot") == 0;
    for (int i = 2; i < n; i++)
        c->id[c->n++] = arena_strdup(&l->s->arena, words[i]);
    c->next = l->s->cast;
    l->s->cast = c;
    return c->n ? CPF_OK : fail(l, "%s is played by nobody", c->name);
}

static int read_patient(struct loader *l, char *words[], int n)
{
    struct patient *p = arena_alloc(&l->s->arena, sizeof(*p));
    if (n != 5)
        return fail(l, "a patient has four parts: kanji, kana, Latin, birth date");
    p->kanji = unquote(l, words[1]);
    p->kana = unquote(l, words[2]);
    p->latin = unquote(l, words[3]);
    p->birth = unquote(l, words[4]);
    *l->patients = p;
    l->patients = &p->next;
    l->s->npatients++;
    return CPF_OK;
}

/* The expression is the rest of the line as it stands. */
static int read_let(struct loader *l, char *words[], int n)
{
    struct let *t = arena_alloc(&l->s->arena, sizeof(*t));
    struct buf b;
    if (n < 4 || strcmp(words[2], "=") != 0)
        return fail(l, "let NAME = EXPRESSION");
    t->name = arena_strdup(&l->s->arena, words[1]);
    t->line = l->line;
    if (*words[3] == '"') {
        t->text = unquote(l, words[3]);
    } else {
        buf_init(&b);
        for (int i = 3; i < n; i++)
            buf_printf(&b, "%s ", words[i]);
        t->expr = arena_strdup(&l->s->arena, b.data);
        buf_fini(&b);
    }
    *l->lets = t;
    l->lets = &t->next;
    return CPF_OK;
}

/* stagger CYCLE DAY...: when batches that share a lane may begin, so that their sessions never meet. */
static int read_stagger(struct loader *l, char *words[], int n)
{
    l->s->cycle = atoi(words[1]);
    l->s->nstagger = 0;
    for (int i = 2; i < n && l->s->nstagger < 8; i++)
        l->s->stagger[l->s->nstagger++] = atoi(words[i]);
    return l->s->cycle > 0 && l->s->nstagger ? CPF_OK : fail(l, "stagger CYCLE DAY...");
}

static int read_change(struct loader *l, char *words[], int n)
{
    struct change *c = arena_alloc(&l->s->arena, sizeof(*c));
    (void)n;
    c->place = *words[0] == 'b' ? PLACE_BEFORE : *words[0] == 'a' ? PLACE_AFTER : PLACE_INSTEAD;
    c->step = arena_strdup(&l->s->arena, words[1]);
    c->line = l->line;
    *l->changes = c;
    l->changes = &c->next;
    l->tail = &c->blocks;
    l->block = NULL;
    l->day = NO_DAY;
    return CPF_OK;
}

static int read_day(struct loader *l, char *words[], int n)
{
    char *end;
    (void)n;
    l->day = strtol(words[1], &end, 10);
    l->block = NULL;
    return *end ? fail(l, "day %s", words[1]) : CPF_OK;
}

static int read_setting(struct loader *l, char *words[], int n)
{
    (void)n;
    if (strcmp(words[0], "protocol") == 0)
        l->s->protocol = arena_strdup(&l->s->arena, words[1]);
    else if (strcmp(words[0], "until") == 0)
        l->s->until = arena_strdup(&l->s->arena, words[1]);
    else if (strcmp(words[0], "begins") == 0)
        l->s->begins = atoi(words[1]);
    else if (strcmp(words[0], "needs") == 0)
        l->s->neighbour = strcmp(words[1], "neighbour") == 0;
    else
        l->s->lanes = atoi(words[1]);
    return CPF_OK;
}

static const struct {
    const char *word;
    int (*read)(struct loader *l, char *words[], int n);
} statements[] = {
    {"story", read_story},   {"case", read_story},      {"protocol", read_setting}, {"lanes", read_setting},
    {"until", read_setting}, {"needs", read_setting},   {"cast", read_cast},        {"lot", read_cast},
    {"let", read_let},       {"patient", read_patient}, {"day", read_day},          {"before", read_change},
    {"after", read_change},  {"stagger", read_stagger}, {"instead", read_change},   {"begins", read_setting},
};

static int read_line(struct loader *l, char *line)
{
    bool indented = isspace((unsigned char)*line);
    char *words[WORDS_MAX];
    int n = split(line, words);
    if (n < 0)
        return fail(l, "a quote is not closed");
    if (n == 0)
        return CPF_OK;
    if (indented)
        return read_items(l, words, n);
    for (size_t i = 0; i < sizeof(statements) / sizeof(*statements); i++)
        if (strcmp(words[0], statements[i].word) == 0)
            return n < 2 ? fail(l, "%s: something is missing", words[0]) : statements[i].read(l, words, n);
    return read_block(l, words, n);
}

static int read_text(struct loader *l, char *text)
{
    int err;
    for (char *next; text && *text; text = next) {
        next = strchr(text, '\n');
        if (next)
            *next++ = 0;
        l->line++;
        err = read_line(l, text);
        if (err)
            return err;
    }
    l->line = 0;
    if (!l->s->name)
        return fail(l, "the first line must be: story NAME or case NAME");
    return CPF_OK;
}

int story_load(const char *path, struct story **ret, char ret_error[STORY_ERROR])
{
    struct story *s = xcalloc(1, sizeof(*s));
    struct loader l = {.s = s, .day = NO_DAY, .error = ret_error};
    struct buf text;
    int err;
    arena_init(&s->arena, 0);
    s->file = arena_strdup(&s->arena, path);
    s->lanes = 1;
    s->begins = -1;
    s->cycle = 60;
    s->nstagger = 1;
    l.tail = &s->blocks;
    l.changes = &s->changes;
    l.lets = &s->lets;
    l.patients = &s->patients;
    buf_init(&text);
    err = file_read(path, STORY_BYTES, &text);
    if (err)
        snprintf(ret_error, STORY_ERROR, "%s: %s", path, cpf_strerror(err));
    else
        err = read_text(&l, text.data);
    buf_fini(&text);
    if (err) {
        story_free(s);
        return err;
    }
    *ret = s;
    return CPF_OK;
}

void story_free(struct story *s)
{
    if (!s)
        return;
    arena_fini(&s->arena);
    free(s);
}

const struct cast *story_cast(const struct story *s, const char *name)
{
    for (const struct cast *c = s->cast; c; c = c->next)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}
