#include "token_uri.h"
#include <string.h>
#include "base/enc.h"

#define SCHEME "pkcs11:"

bool token_uri_is(const char *text)
{
    return strncmp(text, SCHEME, strlen(SCHEME)) == 0;
}

/* Percent-decoding; *ret_len without the NUL that is put behind. */
static int decode(const char *s, size_t len, char ret[TOKEN_URI_MAX], size_t *ret_len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        char c = s[i];
        if (n + 1 >= TOKEN_URI_MAX)
            return CPF_E_SYNTAX;
        if (c == '%') {
            uint8_t byte;
            if (i + 2 >= len || enc_unhex(s + i + 1, 2, &byte, 1))
                return CPF_E_SYNTAX;
            c = (char)byte;
            i += 2;
        }
        ret[n++] = c;
    }
    ret[n] = '\0';
    *ret_len = n;
    return 0;
}

static int put_id(struct token_uri *u, const char *value, size_t len)
{
    char raw[TOKEN_URI_MAX];
    int err = u->id_len ? CPF_E_SYNTAX : decode(value, len, raw, &u->id_len);
    if (!err)
        memcpy(u->id, raw, u->id_len);
    return err;
}

static int put(struct token_uri *u, bool query, const char *name, size_t name_len, const char *value,
               size_t len)
{
    const struct {
        const char *name;
        bool query;
        char *slot;
    } known[] = {
        {"token", false, u->token},       {"serial", false, u->serial},        {"object", false, u->object},
        {"module-path", true, u->module}, {"pin-source", true, u->pin_source},
    };
    size_t n;
    if (!query && name_len == 2 && memcmp(name, "id", 2) == 0)
        return put_id(u, value, len);
    if (!query && name_len == 4 && memcmp(name, "type", 4) == 0)
        return len == 7 && memcmp(value, "private", 7) == 0 ? 0 : CPF_E_SYNTAX;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].query != query || strlen(known[i].name) != name_len ||
            memcmp(known[i].name, name, name_len) != 0)
            continue;
        if (*known[i].slot || decode(value, len, known[i].slot, &n) || strlen(known[i].slot) != n || n == 0)
            return CPF_E_SYNTAX;
        return 0;
    }
    return CPF_E_SYNTAX;
}

static int parse_part(struct token_uri *u, bool query, const char *s, size_t len)
{
    const char *end = s + len, separator = query ? '&' : ';';
    while (s < end) {
        const char *stop = memchr(s, separator, (size_t)(end - s));
        stop = stop ? stop : end;
        const char *eq = memchr(s, '=', (size_t)(stop - s));
        if (!eq || put(u, query, s, (size_t)(eq - s), eq + 1, (size_t)(stop - eq - 1)))
            return CPF_E_SYNTAX;
        s = stop < end ? stop + 1 : end;
    }
    return 0;
}

int token_uri_parse(struct token_uri *u, const char *text)
{
    static const char file[] = "file:";
    memset(u, 0, sizeof(*u));
    if (!token_uri_is(text))
        return CPF_E_SYNTAX;
    text += strlen(SCHEME);
    size_t path = strcspn(text, "?");
    int err = parse_part(u, false, text, path);
    if (!err && text[path])
        err = parse_part(u, true, text + path + 1, strlen(text + path + 1));
    if (err)
        return err;
    if (strncmp(u->pin_source, file, sizeof(file) - 1) == 0)
        memmove(u->pin_source, u->pin_source + sizeof(file) - 1, strlen(u->pin_source) - sizeof(file) + 2);
    return (*u->object || u->id_len) && (*u->token || *u->serial) ? 0 : CPF_E_INVAL;
}
