/*
 * Persons' signatures, with --strict: an act must be signed by the key that its person had in the log before
 * it, and what was signed must say what the entry says.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "audit/hook.h"
#include "audit/keys.h"
#include "base/act.h"
#include "base/enc.h"
#include "base/instruction.h"
#include "base/mem.h"
#include "core/entry/person.h"

struct signer_key {
    uint64_t idx; /* of the entry that says so */
    char *person;
    uint8_t pub[KEY_PUB];
};
struct audit_acts { /* in the order of the log; not changed once the rows are read */
    struct signer_key *key;
    size_t n;
};

static void add_key(struct audit_acts *t, uint64_t idx, const char *person, const char *key)
{
    struct signer_key k = {.idx = idx};
    if (!key || enc_unb64url_fixed(key, strlen(key), k.pub, KEY_PUB) != 0)
        return;
    if ((t->n & (t->n - 1)) == 0)
        t->key = xrealloc(t->key, (t->n ? t->n * 2 : 1) * sizeof(*t->key));
    k.person = xstrdup(person);
    t->key[t->n++] = k;
}

static const struct signer_key *key_in_force(const struct audit_acts *t, const char *person, uint64_t idx)
{
    for (size_t i = t->n; i-- > 0;)
        if (t->key[i].idx < idx && strcmp(t->key[i].person, person) == 0)
            return &t->key[i];
    return NULL;
}

/* What the custodians ordered: signed by the root key, for the person and the key that was in force. */
static int check_instruction(struct audit *a, const struct audit_acts *t, uint64_t idx, const char *person,
                             const char *note)
{
    const struct note_key *root = audit_keys_root(a);
    const struct signer_key *k = key_in_force(t, person, idx);
    struct instruction i;
    uint8_t key[KEY_PUB];
    if (!note || !root)
        return 0;
    if (!k || instruction_open(&i, note, strlen(note), root) || strcmp(i.origin, a->key.name) != 0 ||
        strcmp(i.person, person) != 0 || key_read_public(i.key, key) || memcmp(key, k->pub, KEY_PUB) != 0)
        return audit_fault(a, CPF_E_FORK,
                           "entry %" PRIu64
                           " (person/%s): the root key did not sign what it says of the custodians",
                           idx, person);
    return 0;
}

static int read_key(struct audit *a, struct audit_acts *t, uint64_t idx, const struct entry *e)
{
    const struct person_record *v = person_record_read(e, &a->arena);
    const char *person = stream_rest(e->stream, STREAM_PERSON);
    if (!v || !person)
        return 0;
    int err = check_instruction(a, t, idx, person, v->custodians);
    if (!err)
        add_key(t, idx, person, v->key);
    return err;
}

static int read_keys(struct audit *a, struct scan *s, struct audit_acts *t)
{
    size_t len;
    int n;
    if (scan_start(s, DB_AUDIT_PERSON_KEYS, NULL))
        return audit_scan_fault(a, s);
    while ((n = scan_next(s)) > 0) {
        struct entry e = {0};
        const char *body = scan_bytes(s, 1, &len);
        arena_reset(&a->arena);
        /* One that cannot be read is named when its row comes. */
        if (entry_read(&e, &a->arena, body, len) == 0 && read_key(a, t, (uint64_t)scan_i64(s, 0), &e))
            return a->code;
    }
    return n < 0 ? audit_scan_fault(a, s) : 0;
}

int audit_acts_begin(struct audit *a, void **state)
{
    struct scan *s = NULL;
    char *error = NULL;
    if (!a->strict)
        return 0;
    *state = a->acts = xcalloc(1, sizeof(*a->acts));
    if (scan_open(a->conninfo, a->entries, &s, &error)) {
        (void)audit_fault(a, CPF_E_AWAY, "%s", error);
        free(error);
        return a->code;
    }
    int err = read_keys(a, s, a->acts);
    scan_close(s);
    return err;
}

void audit_acts_fini(void *state)
{
    struct audit_acts *t = state;
    for (size_t i = 0; t && i < t->n; i++)
        free(t->key[i].person);
    if (t)
        free(t->key);
    free(t);
}

/* ---- an act ---- */

static int act_fault(struct range *r, const struct entry *e, const char *what, const char *detail)
{
    return range_fault(r, CPF_E_FORK, "entry %" PRIu64 " (%s): %s%s", e->idx, e->stream, what, detail);
}

int range_act(struct range *r, const struct entry *e)
{
    struct actor actor;
    char id[23];
    actor_read(e, &actor);
    const char *person = actor.performed;
    if (!e->act)
        return act_must_be_signed(e->kind) ? act_fault(r, e, "nobody signed it: ", e->kind) : 0;
    const struct signer_key *k = person ? key_in_force(r->a->acts, person, e->idx) : NULL;
    if (!k)
        return act_fault(r, e, "signed by a person without a key: ", person ? person : "nobody");
    key_id(k->pub, id);
    if (strcmp(id, act_of(e).key) != 0)
        return act_fault(r, e, "not signed with the key of ", person);
    if (key_check_public(k->pub) != 0)
        return act_fault(r, e, "a weak key of ", person);
    if (act_verify(e, r->a->key.name, k->pub) != 0)
        return act_fault(r, e, "the signature does not verify of ", person);
    /* The id stands on a command's first entry; the others name that one by leaf. */
    const char *what = act_contradiction(e, e->id, &r->arena);
    if (what)
        return act_fault(r, e, "what was signed says something else: ", what);
    r->n.nacts++;
    return 0;
}
