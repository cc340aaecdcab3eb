/* Sealed secrets and disclosed values, by what the log says of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bundle.h"
#include "base/enc.h"
#include "base/instruction.h"
#include "flow/flow_int.h"
#include "log.h"

static void sealed_row_free(struct sealed_row *r)
{
    free(r->person);
    free(r->pin);
    *r = (struct sealed_row){0};
}

void credential_digest(const char *pin, const char *key, char ret[44])
{
    struct buf b;
    uint8_t d[HASH_LEN];
    buf_init(&b);
    buf_printf(&b, "%s\n%s", pin ? pin : "", key ? key : "");
    hash_sha256(b.data, b.len, d);
    buf_fini(&b);
    enc_digest(d, ret);
}

bool credential_fits(const struct flow *f, const char *pin, const char *key)
{
    bool training = f->cfg.conf->training;
    return key_seal_check(pin, training) == CPF_OK && key_seal_check(key, training) == CPF_OK;
}

const struct instruction *credential_instruction(const struct flow *f, const char *note, struct arena *a)
{
    struct instruction *i = arena_alloc(a, sizeof(*i));
    struct note_key root;
    if (note_key_read(f->cfg.conf->evidence, BUNDLE_ROOT, &root) ||
        instruction_open(i, note, strlen(note), &root) || strcmp(i->origin, f->cfg.conf->origin) != 0)
        return NULL;
    return i;
}

static void name_write(struct buf *b, const char *person, const char *digest)
{
    buf_init(b);
    buf_printf(b, "%s %s", person, digest);
}

void credential_keep(struct flow *f, const char *person, const char *pin, const char *key)
{
    char digest[44];
    struct buf name;
    credential_digest(pin, key, digest);
    name_write(&name, person, digest);
    if (!map_get(&f->credentials, name.data)) {
        struct credential *c = arena_alloc(&f->keep, sizeof(*c));
        *c = (struct credential){arena_strdup(&f->keep, name.data), arena_strdup(&f->keep, pin),
                                 arena_strdup(&f->keep, key)};
        map_put(&f->credentials, c->name, c);
    }
    buf_fini(&name);
}

/* ---- at start ---- */

/* One row after the other: what the log does not name (an older program wrote the texts of refused commands,
 * too) is in memory for no longer than it passes by. */
static void on_row(void *arg, size_t no, const struct db_result *r)
{
    struct flow *f = arg;
    struct sealed_row *last = &f->sealed.last;
    const char *id = db_text(r, 0, 0), *kind = db_text(r, 0, 1), *sealed = db_text(r, 0, 2);
    const struct person *p = book_person(&f->book, id);
    char digest[44];
    (void)no;
    /* a key stands right behind its PIN: one statement wrote both */
    if (strcmp(kind, "key") == 0 && last->pin && strcmp(last->person, id) == 0 && p && p->cred) {
        credential_digest(last->pin, sealed, digest);
        if (strcmp(digest, p->cred) == 0)
            credential_keep(f, id, last->pin, sealed);
    }
    sealed_row_free(last);
    if (strcmp(kind, "pin") == 0)
        *last = (struct sealed_row){xstrdup(id), xstrdup(sealed)};
}

static void on_rows(void *arg, const struct db_reply *r)
{
    struct flow *f = arg;
    sealed_row_free(&f->sealed.last);
    f->sealed.reading = false;
    if (r->error.code) {
        log_event(LOG_LEVEL_ERROR, "flow.load", "statement", r->error.stmt, "message", r->error.message,
                  NULL);
        if (r->error.code == CPF_E_DB)
            f->cfg.on_stop(f->cfg.arg, r->error.code, r->error.message);
        return; /* else with the next connection */
    }
    f->sealed.wanted = false;
    f->sealed.done(f);
}

void credential_load(struct flow *f, void (*done)(struct flow *f))
{
    f->sealed.wanted = true;
    f->sealed.done = done;
    credential_load_on(f);
}

void credential_load_on(struct flow *f)
{
    if (!f->sealed.wanted || f->sealed.reading || !db_ready(f->db))
        return;
    f->sealed.reading = true;
    db_begin(f->db, on_row, on_rows, f);
    db_exec(f->db, DB_FLOW_CREDENTIALS, NULL);
    db_end(f->db);
}

/* ---- whose they are ---- */

/* Only what the log names counts: a row put into the table by hand, or by a command that was refused, opens
 * nothing and hides nothing. */
const struct credential *flow_credential(const struct flow *f, const struct person *p)
{
    struct buf name;
    if (!p->cred)
        return NULL;
    name_write(&name, p->id, p->cred);
    const struct credential *c = map_get(&f->credentials, name.data);
    buf_fini(&name);
    return c;
}

/* ---- values of streams that are in the book ---- */

struct disclosed {
    char *stream, *value;
    char digest[44];
};

static void disclosed_free(struct disclosed *d)
{
    if (!d)
        return;
    explicit_bzero(d->value, strlen(d->value));
    free(d->value);
    free(d->stream);
    free(d);
}

void disclosed_keep(struct flow *f, const char *stream, const char *digest, const char *value)
{
    disclosed_forget(f, digest);
    struct disclosed *d = xcalloc(1, sizeof(*d));
    snprintf(d->digest, sizeof(d->digest), "%s", digest);
    d->stream = xstrdup(stream);
    d->value = xstrdup(value);
    map_put(&f->disclosed, d->digest, d);
}

void disclosed_forget(struct flow *f, const char *digest)
{
    disclosed_free(map_remove(&f->disclosed, digest));
}

void disclosed_drop(struct flow *f, const char *stream)
{
    for (size_t i = 0; i < f->disclosed.nslots; i++) {
        struct disclosed *d = f->disclosed.slot[i].value;
        if (!f->disclosed.slot[i].key || (stream && strcmp(d->stream, stream) != 0))
            continue;
        (void)map_remove(&f->disclosed, d->digest);
        disclosed_free(d);
    }
}

const char *disclosed_value(void *flow, const char *digest)
{
    const struct flow *f = flow;
    const struct disclosed *d = map_get(&f->disclosed, digest);
    return d ? d->value : NULL;
}
