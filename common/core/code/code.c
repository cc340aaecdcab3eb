#include "core/code/code.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "core/code/gs1.h"
#include "core/code/mangled.h"

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

void code_upper(char *id)
{
    for (char *p = id; *p; p++)
        *p = *p == '.' ? '-' : (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p);
}

int code_make_command(const char *what, const char *id, char *ret, size_t ret_size)
{
    char text[BOUND_CODE_ID + 1];
    int n = snprintf(text, sizeof(text), "%s%s%s", what, id ? "-" : "", id ? id : "");
    if (n < 0 || (size_t)n >= sizeof(text))
        return CPF_E_INVAL;
    code_upper(text);
    return code_make('X', text, ret, ret_size);
}

/* `<batch>-<label><number>`: NK26-0147-T1 */
static enum code_fault split_container(struct code *c)
{
    const char *last = strrchr(c->id, '-');
    size_t letters = last ? strspn(last + 1, alphabet + 10) : 0;
    const char *digits = last ? last + 1 + letters : "";
    size_t n = strspn(digits, "0123456789");
    if (letters == 0 || letters >= sizeof(c->label) || n == 0 || n > 4 || digits[n] || digits[0] == '0')
        return CODE_FORM;
    memcpy(c->batch, c->id, (size_t)(last - c->id));
    memcpy(c->label, last + 1, letters);
    for (size_t i = 0; i < n; i++)
        c->number = c->number * 10 + (digits[i] - '0');
    return CODE_OK;
}

/* `<lot>` or `<lot>-U<unit>` */
static enum code_fault split_lot(struct code *c)
{
    char *last = strrchr(c->id, '-');
    if (!last || last[1] != 'U' || !last[2])
        return CODE_OK;
    if (strlen(last + 2) >= sizeof(c->unit))
        return CODE_LONG;
    memcpy(c->unit, last + 2, strlen(last + 2) + 1);
    *last = '\0';
    return CODE_OK;
}

enum code_fault code_local_read(const char *s, size_t len, struct code *c)
{
    if (len < 5 || s[len - 2] != '-')
        return CODE_FORM;
    if (len - 4 > BOUND_CODE_ID)
        return CODE_LONG;
    memcpy(c->id, s + 2, len - 4);
    c->id[len - 4] = '\0';
    if (!id_ok(c->id) || value_of(s[len - 1]) < 0)
        return CODE_FORM;
    if (check_character(s[0], c->id) != s[len - 1])
        return CODE_CHECK;
    c->kind = types[type_index(s[0])].kind;
    if (c->kind == CODE_CONTAINER)
        return split_container(c);
    return c->kind == CODE_LOT ? split_lot(c) : CODE_OK;
}

bool code_local_said(const char *s, size_t len)
{
    if (len < 2 || s[1] != '-' || type_index(s[0]) == NTYPES)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] <= ' ' || (unsigned char)s[i] >= 0x7f)
            return false;
    return true;
}

/* What a scanner says it has read is never a number or a text that somebody typed. */
static enum code_fault read_symbol(const char *s, size_t len, const char *aim)
{
    size_t digits = 0;
    while (digits < len && isdigit((unsigned char)s[digits]))
        digits++;
    if (digits == len && (len == 8 || len == 12 || len == 13 || len == 14) &&
        (aim[1] == 'E' || aim[1] == 'I'))
        return code_gs1_check(s, len) ? CODE_RETAIL : CODE_CHECK;
    return CODE_UNKNOWN;
}

static enum code_fault read_typed(const char *s, size_t len, struct code *c)
{
    struct typed_number n;
    char text[BOUND_RAW_SCAN + 1];
    memcpy(text, s, len);
    text[len] = '\0';
    c->dated = typed_day(text, &c->day) == CPF_OK;
    c->kind = c->dated ? CODE_DATE : CODE_TEXT;
    c->fault = typed_number(s, len, &n);
    if (c->fault != TYPED_OK)
        return CODE_OK;
    c->kind = CODE_NUMBER; /* eight digits may be either: who awaits a date asks `dated` */
    c->value = n.value;
    c->censor = n.censor;
    snprintf(c->unit, sizeof(c->unit), "%s", n.unit);
    return CODE_OK;
}

static enum code_fault read_any(const char *s, size_t len, struct code *c)
{
    const char *aim = NULL;
    enum code_fault fault;
    if (s[0] == CODE_GS || code_gs1_said(s, len))
        return code_gs1_read(s, len, c);
    if (len > 3 && s[0] == ']' && isalpha((unsigned char)s[1]) && isdigit((unsigned char)s[2])) {
        aim = s;
        s += 3;
        len -= 3;
    }
    if (code_local_said(s, len)) {
        fault = code_local_read(s, len, c);
        return fault == CODE_FORM || fault == CODE_CHECK || fault == CODE_LONG ? mangled_local(s, len, fault)
                                                                               : fault;
    }
    fault = mangled_name(s, len);
    if (fault != CODE_OK)
        return fault;
    return aim ? read_symbol(s, len, aim) : read_typed(s, len, c);
}

/* What a scanner or a hand puts around it. */
static bool around(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

enum code_fault code_read(const char *raw, size_t len, struct code *ret)
{
    struct code c = {.kind = CODE_TEXT, .expiry_day = INT64_MIN, .made_day = INT64_MIN};
    if (len > BOUND_RAW_SCAN)
        return CODE_LONG;
    while (len && around(raw[len - 1]))
        len--;
    while (len && around(raw[0])) {
        raw++;
        len--;
    }
    if (len == 0 || !enc_utf8_ok(raw, len))
        return CODE_BYTES;
    enum code_fault fault = read_any(raw, len, &c);
    if (fault == CODE_OK)
        *ret = c;
    return fault;
}

static const char *const command_word[] = {NULL, "BACK", "YES", "OUT", "BROKEN", "LOST", "ACK"};
const struct word_list command_words = {sizeof(command_word) / sizeof(*command_word), command_word};

enum code_command code_command(const struct code *c)
{
    return c->kind == CODE_COMMAND ? (enum code_command)word_find(&command_words, c->id) : COMMAND_OTHER;
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
