#include "base/keyring.h"

#include <string.h>

#define LINE_MAX_BYTES 400 /* a name, two pluses, 8 hex, 44 base64 */

static int add_line(struct keyring *r, const char *line, size_t len)
{
    char vkey[LINE_MAX_BYTES];
    if (len >= sizeof(vkey) || r->n == KEYRING_MAX)
        return CPF_E_LIMIT;
    memcpy(vkey, line, len);
    vkey[len] = '\0';
    int err = note_key_parse(&r->key[r->n], vkey);
    for (size_t i = 0; i < r->n && !err; i++) {
        if (memcmp(r->key[i].pub, r->key[r->n].pub, KEY_PUB) == 0)
            err = CPF_E_DUPLICATE;
        else if (strcmp(r->key[i].name, r->key[r->n].name) != 0)
            err = CPF_E_MISMATCH;
    }
    if (!err)
        r->n++;
    return err;
}

int keyring_parse(struct keyring *r, const char *text)
{
    r->n = 0;
    while (*text) {
        size_t len = strcspn(text, "\r\n");
        int err = len ? add_line(r, text, len) : CPF_OK;
        if (err)
            return err;
        text += len;
        text += strspn(text, "\r\n");
    }
    return r->n ? CPF_OK : CPF_E_SYNTAX;
}

int keyring_verify(const struct keyring *r, const struct note *n)
{
    int good = CPF_E_NOTFOUND;
    for (size_t i = 0; i < r->n; i++) {
        int err = note_verify(n, &r->key[i]);
        if (err == CPF_OK)
            good = CPF_OK;
        else if (err != CPF_E_NOTFOUND)
            return err;
    }
    return good;
}

const struct note_key *keyring_missing(const struct keyring *r, const struct note *n)
{
    for (size_t i = 0; i < r->n; i++)
        if (!note_has(n, &r->key[i]))
            return &r->key[i];
    return NULL;
}

int keyring_open(const struct keyring *r, struct checkpoint *c, const char *msg, size_t len)
{
    struct note n;
    int err = note_parse(&n, msg, len);
    if (!err)
        err = keyring_verify(r, &n);
    return err ? err : checkpoint_parse(c, n.text, n.text_len);
}
