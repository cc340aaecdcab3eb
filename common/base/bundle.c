#include "base/bundle.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/json.h"

/* ---- names ---- */

static const char *const fixed[] = {
    BUNDLE_README,      BUNDLE_MANIFEST,   BUNDLE_INFO,   BUNDLE_REPORT, BUNDLE_REPORT_CSV,
    BUNDLE_REPORT_JSON, BUNDLE_CHECKPOINT, BUNDLE_POLICY, BUNDLE_KEYS,   BUNDLE_ROOT,
    BUNDLE_MAP,         BUNDLE_TSA,        BUNDLE_CHAIN,  BUNDLE_CRLS,
};

/* A numbered name: folder, number, end. Widths of 0 are plain decimals. */
static const struct form {
    enum bundle_kind kind;
    const char *folder, *end;
    int width;
} forms[] = {
    {BUNDLE_K_ENTRY, "entries/", ".json", 5},
    {BUNDLE_K_PROOF, "proofs/", ".tlog-proof", 5},
    {BUNDLE_K_SUPPORT, "support/", ".json", 5},
    {BUNDLE_K_SUPPORT_PROOF, "support/", ".tlog-proof", 5},
    {BUNDLE_K_ROW, "rows/", ".json", 5},
    {BUNDLE_K_DISCLOSURE, "disclosures/", ".", 5},
    {BUNDLE_K_OLD_CHECKPOINT, "consistency/", ".checkpoint", 0},
    {BUNDLE_K_OLD_PROOF, "consistency/", ".proof", 0},
    {BUNDLE_K_STAMP, "timestamps/", ".tsr", 0},
    {BUNDLE_K_STAMPED, "timestamps/", ".note", 0},
};
#define FORMS (sizeof(forms) / sizeof(*forms))

bool bundle_field_ok(const char *s)
{
    size_t len = strnlen(s, 65);
    /* Windows drops a dot at the end of a file's name */
    if (len == 0 || len > 64 || *s == '.' || *s == '-' || s[len - 1] == '.')
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = s[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '_' &&
            c != '.' && c != '-')
            return false;
    }
    return true;
}

static bool is_stamp(enum bundle_kind kind)
{
    return kind == BUNDLE_K_STAMP || kind == BUNDLE_K_STAMPED;
}

int bundle_name_format(const struct bundle_name *n, char ret[BUNDLE_NAME])
{
    const struct form *f = forms;
    char copy[16] = "";
    while (f < forms + FORMS && f->kind != n->kind)
        f++;
    if (f == forms + FORMS || n->number < 1 || n->number > INT64_MAX || (f->width && n->number > 99999))
        return CPF_E_INVAL;
    if (is_stamp(n->kind) ? n->copy < 1 || n->copy > 99 : n->copy > 1)
        return CPF_E_INVAL;
    if (n->kind == BUNDLE_K_DISCLOSURE && (!n->field || !bundle_field_ok(n->field)))
        return CPF_E_INVAL;
    if (n->copy > 1)
        snprintf(copy, sizeof(copy), "-%u", n->copy);
    snprintf(ret, BUNDLE_NAME, "%s%0*" PRIu64 "%s%s%s", f->folder, f->width, n->number, copy, f->end,
             n->kind == BUNDLE_K_DISCLOSURE ? n->field : "");
    return CPF_OK;
}

static const char *number_of(const char *s, uint64_t *ret)
{
    uint64_t v = 0;
    size_t len = 0;
    for (; s[len] >= '0' && s[len] <= '9'; len++) {
        if (len == 18)
            return NULL;
        v = v * 10 + (uint64_t)(s[len] - '0');
    }
    *ret = v;
    return len ? s + len : NULL;
}

static bool try_form(const struct form *f, const char *name, struct bundle_name *n)
{
    uint64_t copy = 1;
    char again[BUNDLE_NAME];
    *n = (struct bundle_name){.kind = f->kind};
    if (strncmp(name, f->folder, strlen(f->folder)) != 0)
        return false;
    const char *rest = number_of(name + strlen(f->folder), &n->number);
    if (rest && is_stamp(f->kind) && *rest == '-')
        rest = number_of(rest + 1, &copy);
    if (!rest || strncmp(rest, f->end, strlen(f->end)) != 0 || copy > 99)
        return false;
    n->copy = (unsigned)copy;
    if (f->kind == BUNDLE_K_DISCLOSURE)
        n->field = rest + strlen(f->end);
    /* what we would write, and nothing else */
    return bundle_name_format(n, again) == CPF_OK && strcmp(again, name) == 0;
}

int bundle_name_parse(struct bundle_name *n, const char *name)
{
    struct bundle_name tmp;
    for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++)
        if (strcmp(name, fixed[i]) == 0) {
            *n = (struct bundle_name){.kind = BUNDLE_K_FIXED};
            return CPF_OK;
        }
    for (size_t i = 0; i < FORMS; i++)
        if (try_form(&forms[i], name, &tmp)) {
            *n = tmp;
            return CPF_OK;
        }
    return CPF_E_INVAL;
}

/* ---- bundle.json ---- */

static int positive(const struct json *obj, const char *name, uint64_t *ret)
{
    const struct json *v = json_get(obj, name);
    if (!v || v->type != JSON_INT || v->num < 1)
        return CPF_E_PROFILE;
    *ret = (uint64_t)v->num;
    return CPF_OK;
}

int bundle_info_parse(struct bundle_info *i, struct arena *a, const char *text, size_t len)
{
    struct bundle_info tmp = {0};
    const struct json *obj;
    int r = json_parse(a, text, len, &obj, NULL);
    if (r)
        return r;
    if (obj->type != JSON_OBJECT || json_get_int(obj, "v", 0) < 1)
        return CPF_E_PROFILE;
    if (json_get_int(obj, "v", 0) != BUNDLE_VERSION)
        return CPF_E_VERSION;
    const char *disclosures = json_get_str(obj, "disclosures"), *made = json_get_str(obj, "made");
    tmp.origin = json_get_str(obj, "origin");
    tmp.stream = json_get_str(obj, "stream");
    if (obj->len != 7 || !tmp.origin || !tmp.stream || !disclosures || !made)
        return CPF_E_PROFILE;
    tmp.disclosures = strcmp(disclosures, "all") == 0;
    if ((!tmp.disclosures && strcmp(disclosures, "none") != 0) || clock_parse(made, &tmp.made) != CPF_OK)
        return CPF_E_PROFILE;
    r = positive(obj, "count", &tmp.count);
    if (!r)
        r = positive(obj, "size", &tmp.size);
    if (!r)
        *i = tmp;
    return r;
}

void bundle_info_format(const struct bundle_info *i, struct buf *ret)
{
    struct arena a;
    char made[CLOCK_TEXT];
    arena_init(&a, 0);
    struct json *obj = json_object(&a);
    clock_format(i->made, made);
    json_set_int(&a, obj, "v", BUNDLE_VERSION);
    json_set_str(&a, obj, "origin", i->origin);
    json_set_str(&a, obj, "stream", i->stream);
    json_set_int(&a, obj, "count", (int64_t)i->count);
    json_set_int(&a, obj, "size", (int64_t)i->size);
    json_set_str(&a, obj, "disclosures", i->disclosures ? "all" : "none");
    json_set_str(&a, obj, "made", made);
    json_write(ret, obj);
    arena_fini(&a);
}

/* ---- MANIFEST.sha256 ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct bundle_digest *)a)->name, ((const struct bundle_digest *)b)->name);
}

void bundle_manifest_format(struct bundle_digest *list, size_t n, struct buf *ret)
{
    if (n > 1)
        qsort(list, n, sizeof(*list), by_name);
    for (size_t i = 0; i < n; i++) {
        enc_hex(ret, list[i].digest, HASH_LEN);
        buf_printf(ret, "  %s\n", list[i].name);
    }
}

#define LINE_HEAD (2 * HASH_LEN + 2) /* hex and two blanks */

static int manifest_line(struct arena *a, const char *line, size_t len, struct bundle_digest *ret)
{
    struct bundle_name n;
    if (len <= LINE_HEAD || len >= LINE_HEAD + BUNDLE_NAME || line[LINE_HEAD - 2] != ' ' ||
        line[LINE_HEAD - 1] != ' ')
        return CPF_E_SYNTAX;
    for (size_t i = 0; i < 2 * HASH_LEN; i++)
        if (line[i] >= 'A' && line[i] <= 'F')
            return CPF_E_SYNTAX;
    if (enc_unhex(line, 2 * HASH_LEN, ret->digest, HASH_LEN) || memchr(line, '\0', len))
        return CPF_E_SYNTAX;
    ret->name = arena_strndup(a, line + LINE_HEAD, len - LINE_HEAD);
    if (!ret->name)
        return CPF_E_LIMIT;
    if (strcmp(ret->name, BUNDLE_MANIFEST) == 0)
        return CPF_E_INVAL;
    return bundle_name_parse(&n, ret->name);
}

static size_t count_lines(const char *text, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += text[i] == '\n';
    return n;
}

int bundle_manifest_parse(struct arena *a, const char *text, size_t len, struct bundle_digest **ret,
                          size_t *ret_n)
{
    const char *p = text, *end = text + len;
    size_t n = 0, lines = count_lines(text, len);
    if (lines > BOUND_BUNDLE_MEMBERS)
        return CPF_E_LIMIT;
    struct bundle_digest *list = arena_alloc(a, (lines + 1) * sizeof(*list));
    if (!list)
        return CPF_E_LIMIT;
    while (p < end) {
        const char *eol = memchr(p, '\n', (size_t)(end - p));
        int r = eol ? manifest_line(a, p, (size_t)(eol - p), &list[n]) : CPF_E_SYNTAX;
        if (r)
            return r;
        int order = n ? strcmp(list[n - 1].name, list[n].name) : -1;
        if (order >= 0)
            return order == 0 ? CPF_E_DUPLICATE : CPF_E_SYNTAX;
        n++;
        p = eol + 1;
    }
    *ret = list;
    *ret_n = n;
    return CPF_OK;
}
