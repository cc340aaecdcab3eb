#include "core/code/code.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/bounds.h"
#include "base/clock.h"
#include "base/enc.h"
#include "core/code/gs1.h"

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
#define M 36

static int value_of(char c)
{
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

/* ISO 7064 MOD 37,36 over `type` and the letters and digits of `id`. */
static char check_character(char type, const char *id)
{
    int p = (M + value_of(type)) % M;
    p = (p ? p : M) * 2 % (M + 1);
    for (; *id; id++) {
        if (*id == '-')
            continue;
        int s = (p + value_of(*id)) % M;
        p = (s ? s : M) * 2 % (M + 1);
    }
    return alphabet[(M + 1 - p) % M];
}

/* Letters, digits and single hyphens inside. */
static bool id_ok(const char *id)
{
    size_t len = strlen(id);
    if (len == 0 || len > BOUND_CODE_ID || id[0] == '-' || id[len - 1] == '-' || strstr(id, "--"))
        return false;
    for (; *id; id++)
        if (*id != '-' && value_of(*id) < 0)
            return false;
    return true;
}

static const struct {
    char type;
    enum code_kind kind;
} types[] = {{'P', CODE_BADGE},    {'B', CODE_BATCH},     {'C', CODE_CONTAINER},
             {'L', CODE_LOT},      {'E', CODE_EQUIPMENT}, {'W', CODE_PLACE},
             {'D', CODE_DOCUMENT}, {'N', CODE_PATIENT},   {'X', CODE_COMMAND}};
#define NTYPES (sizeof(types) / sizeof(*types))

static size_t type_index(char c)
{
    size_t i = 0;
    while (i < NTYPES && types[i].type != c)
        i++;
    return i;
}

int code_make(char type, const char *id, char *ret, size_t ret_size)
{
    if (type_index(type) == NTYPES || !id_ok(id) || ret_size < strlen(id) + 5)
        return CPF_E_INVAL;
    snprintf(ret, ret_size, "%c-%s-%c", type, id, check_character(type, id));
    return CPF_OK;
}

/* `<batch>-<label><number>`: NK26-0147-T1 */
static int split_container(struct code *c)
{
    const char *last = strrchr(c->id, '-');
    size_t letters = last ? strspn(last + 1, alphabet + 10) : 0;
    const char *digits = last ? last + 1 + letters : "";
    size_t n = strspn(digits, "0123456789");
    if (letters == 0 || letters >= sizeof(c->label) || n == 0 || n > 4 || digits[n] || digits[0] == '0')
        return CPF_E_SYNTAX;
    memcpy(c->batch, c->id, (size_t)(last - c->id));
    memcpy(c->label, last + 1, letters);
    for (size_t i = 0; i < n; i++)
        c->number = c->number * 10 + (digits[i] - '0');
    return CPF_OK;
}

/* `<lot>` or `<lot>-U<unit>` */
static int split_lot(struct code *c)
{
    char *last = strrchr(c->id, '-');
    if (!last || last[1] != 'U' || !last[2])
        return CPF_OK;
    if (strlen(last + 2) >= sizeof(c->unit))
        return CPF_E_LIMIT;
    memcpy(c->unit, last + 2, strlen(last + 2) + 1);
    *last = '\0';
    return CPF_OK;
}

static int read_local(const char *s, size_t len, size_t type, struct code *c)
{
    if (len < 5 || s[len - 2] != '-')
        return CPF_E_SYNTAX;
    if (len - 4 > BOUND_CODE_ID)
        return CPF_E_LIMIT;
    memcpy(c->id, s + 2, len - 4);
    if (!id_ok(c->id) || value_of(s[len - 1]) < 0)
        return CPF_E_SYNTAX;
    if (check_character(s[0], c->id) != s[len - 1])
        return CPF_E_MISMATCH;
    c->kind = types[type].kind;
    if (c->kind == CODE_CONTAINER)
        return split_container(c);
    return c->kind == CODE_LOT ? split_lot(c) : CPF_OK;
}

/* A type letter, a hyphen, and no blank: "E-mail sent to ward 3" is a text. */
static bool looks_local(const char *s, size_t len)
{
    if (len < 2 || s[1] != '-' || type_index(s[0]) == NTYPES)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] <= ' ' || (unsigned char)s[i] >= 0x7f)
            return false;
    return true;
}

static bool looks_like_date(const char *s, size_t len)
{
    if (len != 10)
        return false;
    for (size_t i = 0; i < len; i++)
        if (i == 4 || i == 7 ? s[i] != '-' : !isdigit((unsigned char)s[i]))
            return false;
    return true;
}

static int read_date(const char *s, struct code *c)
{
    char text[11] = "";
    memcpy(text, s, 10);
    c->kind = CODE_DATE;
    return clock_day_parse(text, &c->day) == CPF_OK ? CPF_OK : CPF_E_SYNTAX;
}

/* `140` or `140 %`. A unit is one word; whether it is a known and the right one is not decided here. */
static int read_number(const char *s, size_t len, struct code *c)
{
    const char *blank = memchr(s, ' ', len);
    size_t digits = blank ? (size_t)(blank - s) : len, unit = blank ? len - digits - 1 : 0;
    c->kind = CODE_TEXT;
    for (size_t i = 0; i < digits; i++)
        if (!isdigit((unsigned char)s[i]) && s[i] != '.' && s[i] != '-')
            return CPF_OK;
    if (blank && (unit == 0 || unit >= sizeof(c->unit) || memchr(blank + 1, ' ', unit)))
        return CPF_OK;
    for (size_t i = 0; i < unit; i++)
        if ((unsigned char)blank[1 + i] < ' ' || blank[1 + i] == 0x7f)
            return CPF_OK;
    int rc = dec_parse(s, digits, &c->value);
    if (rc == CPF_E_LIMIT)
        return CPF_E_LIMIT;
    if (rc != CPF_OK)
        return CPF_OK;
    c->kind = CODE_NUMBER;
    if (unit)
        memcpy(c->unit, blank + 1, unit);
    return CPF_OK;
}

static int read_any(const char *raw, size_t len, struct code *c)
{
    if (len == 0)
        return CPF_E_SYNTAX;
    if (len > BOUND_RAW_SCAN)
        return CPF_E_LIMIT;
    if (!enc_utf8_ok(raw, len))
        return CPF_E_UTF8;
    if (raw[0] == ']' || raw[0] == CODE_GS)
        return code_gs1_read(raw, len, c);
    if (looks_local(raw, len))
        return read_local(raw, len, type_index(raw[0]), c);
    if (looks_like_date(raw, len))
        return read_date(raw, c);
    return read_number(raw, len, c);
}

int code_read(const char *raw, size_t len, struct code *ret)
{
    struct code c = {.kind = CODE_TEXT, .expiry_day = INT64_MIN, .made_day = INT64_MIN};
    int rc = read_any(raw, len, &c);
    if (rc == CPF_OK)
        *ret = c;
    return rc;
}

const char *code_kind_name(enum code_kind k)
{
    static const char *const names[] = {
        [CODE_BADGE] = "badge",     [CODE_BATCH] = "batch",       [CODE_CONTAINER] = "container",
        [CODE_LOT] = "lot",         [CODE_GS1] = "gs1",           [CODE_EQUIPMENT] = "equipment",
        [CODE_PLACE] = "place",     [CODE_DOCUMENT] = "document", [CODE_PATIENT] = "patient",
        [CODE_COMMAND] = "command", [CODE_NUMBER] = "number",     [CODE_DATE] = "date",
        [CODE_TEXT] = "text",
    };
    return names[k];
}
