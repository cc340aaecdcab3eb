#include "keys.h"
#include <stdio.h>
#include <string.h>
#include "token.h"

/* Where one key lies and what opens it. */
struct place {
    const char *key, *passphrase; /* file or pkcs11: URI; file of the passphrase */
    const char *credential, *pin_credential;
};

static struct place place_of(const struct settings *c, enum keys_which which)
{
    if (which == KEYS_FIRST)
        return (struct place){c->key, c->passphrase, SECRET_CREDENTIAL, SECRET_PIN};
    return (struct place){c->next_key, c->next_passphrase, SECRET_NEXT_CREDENTIAL, SECRET_NEXT_PIN};
}

static int read_uri(const struct place *p, struct token_uri *u, struct secret_fault *fault)
{
    int err = token_uri_parse(u, p->key);
    if (err)
        snprintf(fault->text, sizeof(fault->text),
                 "%s: not a URI for one key: pkcs11:token=NAME;object=NAME[;id=%%XX][?module-path=FILE&"
                 "pin-source=FILE]",
                 p->key);
    return err;
}

static int read_pin(const struct settings *c, const struct place *p, const struct token_uri *u,
                    struct buf *ret, struct secret_fault *fault)
{
    const char *file = *u->pin_source ? u->pin_source : c->pin;
    const char *credential = secret_has_credential(p->pin_credential) ? p->pin_credential : SECRET_PIN;
    return secret_pin(credential, file, ret, fault);
}

/* ---- opening ---- */

static int sign_sealed(void *arg, const void *text, size_t len, uint8_t ret[KEY_SIG])
{
    return key_sign(arg, text, len, ret);
}

static int open_sealed(const struct settings *c, const struct place *p, struct keys *k, size_t i,
                       struct secret_fault *fault)
{
    struct mark_signer *s = &k->log.key[i];
    struct buf pass;
    buf_init(&pass);
    int err = secret_passphrase(p->credential, p->passphrase, &pass, fault);
    if (!err)
        err = secret_open(p->key, pass.data, c->origin, &k->sealed[i], &s->vkey, fault);
    buf_wipe(&pass);
    s->sign = sign_sealed;
    s->arg = k->sealed[i];
    return err;
}

static int open_token(const struct settings *c, const struct place *p, struct keys *k, size_t i,
                      struct secret_fault *fault)
{
    struct mark_signer *s = &k->log.key[i];
    struct token_uri u;
    struct buf pin;
    uint8_t pub[KEY_PUB];
    buf_init(&pin);
    int err = read_uri(p, &u, fault);
    if (!err)
        err = read_pin(c, p, &u, &pin, fault);
    if (!err)
        err = token_open(&u, c->module, pin.data, &k->token[i], pub, fault);
    buf_wipe(&pin);
    if (!err)
        err = secret_name_key(pub, c->origin, &s->vkey, fault);
    s->sign = token_sign;
    s->arg = k->token[i];
    return err;
}

static int open_one(const struct settings *c, enum keys_which which, struct keys *k,
                    struct secret_fault *fault)
{
    struct place p = place_of(c, which);
    size_t i = k->log.n++;
    return token_uri_is(p.key) ? open_token(c, &p, k, i, fault) : open_sealed(c, &p, k, i, fault);
}

int keys_open(const struct settings *c, struct keys *ret, struct secret_fault *fault)
{
    memset(ret, 0, sizeof(*ret));
    int err = open_one(c, KEYS_FIRST, ret, fault);
    if (!err && c->next_key)
        err = open_one(c, KEYS_NEXT, ret, fault);
    if (err)
        keys_close(ret);
    return err;
}

int keys_open_next(const struct settings *c, struct keys *ret, struct secret_fault *fault)
{
    memset(ret, 0, sizeof(*ret));
    int err = open_one(c, KEYS_NEXT, ret, fault);
    if (err)
        keys_close(ret);
    return err;
}

void keys_close(struct keys *k)
{
    for (size_t i = MARK_KEYS; i-- > 0;) {
        token_free(k->token[i]);
        key_free(k->sealed[i]);
    }
    memset(k, 0, sizeof(*k));
}

/* ---- making ---- */

static int make_in_token(const struct settings *c, const struct place *p, struct secret_fault *fault)
{
    struct token_uri u;
    struct buf pin;
    buf_init(&pin);
    int err = read_uri(p, &u, fault);
    if (!err)
        err = read_pin(c, p, &u, &pin, fault);
    if (!err)
        err = token_make_key(&u, c->module, pin.data, fault);
    buf_wipe(&pin);
    return err;
}

int keys_make(const struct settings *c, enum keys_which which, struct secret_fault *fault)
{
    struct place p = place_of(c, which);
    struct buf pass;
    if (token_uri_is(p.key))
        return make_in_token(c, &p, fault);
    buf_init(&pass);
    int err = secret_passphrase(p.credential, p.passphrase, &pass, fault);
    if (!err)
        err = secret_create(p.key, pass.data, c->light, fault);
    buf_wipe(&pass);
    return err;
}

void keys_print(const struct mark_log *log)
{
    struct buf line;
    buf_init(&line);
    for (size_t i = 0; i < log->n; i++) {
        buf_clear(&line);
        note_key_format(&log->key[i].vkey, &line);
        printf("%s\n", line.data);
    }
    buf_fini(&line);
}
