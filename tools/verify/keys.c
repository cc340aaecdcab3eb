/* Root key -> key manifest -> checkpoint; and the policy with its witnesses. */
#include <string.h>

#include "base/cosig.h"
#include "verify_int.h"

/* A verifier key: one line, with or without its newline. */
static bool read_root(struct verify *v, const char *name, const char *text, size_t len, struct note_key *ret)
{
    char *line = arena_strndup(&v->own, text, len < 512 ? len : 512);
    size_t n = strcspn(line, "\r\n");
    if (line[n] != '\0' && line[n + strspn(line + n, "\r\n")] != '\0')
        n = 0; /* more than one line */
    line[n] = '\0';
    int r = note_key_parse(ret, line);
    if (r)
        verify_fail(v, ROOT_FORM, name, "%s", cpf_strerror(r));
    return r == CPF_OK;
}

static void find_root(struct verify *v)
{
    const struct member *m = verify_member(v, BUNDLE_ROOT);
    struct note_key bundled = {0};
    bool have = m && read_root(v, m->name, m->data, m->len, &bundled);
    if (!v->opt.root.text) {
        if (!m)
            verify_fail(v, LAYOUT_MISSING, BUNDLE_ROOT, NULL);
        v->root = bundled;
        v->have_root = have;
        return;
    }
    v->have_root = v->root_given =
        read_root(v, v->opt.root.name, v->opt.root.text, v->opt.root.len, &v->root);
    if (have && v->root_given && memcmp(bundled.pub, v->root.pub, KEY_PUB) != 0)
        verify_fail(v, ROOT_OTHER, m->name, NULL);
}

static bool open_manifest(struct verify *v, const char *name, const char *text, size_t len,
                          struct keymanifest *ret)
{
    int r = keymanifest_open(ret, text, len, &v->root);
    if (r == CPF_E_SIGNATURE || r == CPF_E_NOTFOUND)
        verify_fail(v, KEYS_SIGNATURE, name, "%s", cpf_strerror(r));
    else if (r)
        verify_fail(v, KEYS_FORM, name, "%s", cpf_strerror(r));
    else if (strcmp(ret->origin, v->info.origin) != 0)
        verify_fail(v, KEYS_ORIGIN, name, "%s", ret->origin);
    else
        return true;
    return false;
}

/* Of the bundle's manifest and the caller's the one with the higher serial counts: a newer one may revoke. */
static void find_keys(struct verify *v)
{
    const struct member *m = verify_member(v, BUNDLE_KEYS);
    const struct verify_text *given = &v->opt.manifest;
    if (!v->have_root)
        return;
    v->have_keys = m && open_manifest(v, m->name, m->data, m->len, &v->keys);
    if (!given->text)
        return;
    struct keymanifest *mine = arena_alloc(&v->own, sizeof(*mine));
    if (!open_manifest(v, given->name, given->text, given->len, mine))
        return;
    if (!v->have_keys || mine->serial > v->keys.serial)
        v->keys = *mine;
    v->have_keys = true;
}

static void check_signature(struct verify *v, const char *file)
{
    int r = keymanifest_verify(&v->keys, &v->note, v->checkpoint.size, NULL);
    if (r == CPF_E_STALE)
        verify_fail(v, CHECKPOINT_RANGE, file, "size %llu", (unsigned long long)v->checkpoint.size);
    else if (r == CPF_E_NOTFOUND)
        verify_fail(v, CHECKPOINT_KEY, file, NULL);
    else if (r)
        verify_fail(v, CHECKPOINT_SIGNATURE, file, "%s", cpf_strerror(r));
    v->checkpoint_good = r == CPF_OK;
}

static void find_checkpoint(struct verify *v)
{
    const struct member *m = verify_member(v, BUNDLE_CHECKPOINT);
    if (!m)
        return;
    int r = note_parse(&v->note, m->data, m->len);
    if (!r)
        r = checkpoint_parse(&v->checkpoint, v->note.text, v->note.text_len);
    if (r) {
        verify_fail(v, CHECKPOINT_FORM, m->name, "%s", cpf_strerror(r));
        return;
    }
    v->checkpoint_file = m;
    v->have_checkpoint = true;
    if (strcmp(v->checkpoint.origin, v->info.origin) != 0)
        verify_fail(v, CHECKPOINT_ORIGIN, m->name, "%s", v->checkpoint.origin);
    if (v->checkpoint.size != v->info.size)
        verify_fail(v, INFO_SAYS, BUNDLE_INFO, "size %llu, checkpoint %llu", (unsigned long long)v->info.size,
                    (unsigned long long)v->checkpoint.size);
    if (v->have_keys)
        check_signature(v, m->name);
}

void verify_keys(struct verify *v)
{
    find_root(v);
    find_keys(v);
    find_checkpoint(v);
}

/* ---- policy ---- */

/* The root key may name the policy by its digest; then no other counts. */
static void check_pin(struct verify *v, const struct member *m)
{
    const struct keymanifest_line *l = NULL;
    bool any = false;
    if (!v->have_keys || !v->have_checkpoint)
        return;
    while ((l = keymanifest_next(&v->keys, KEYMANIFEST_POLICY, v->checkpoint.size, l))) {
        any = true;
        if (memcmp(l->digest, m->digest, HASH_LEN) == 0)
            v->policy_pinned = true;
    }
    if (any && !v->policy_pinned)
        verify_fail(v, POLICY_PIN, m->name, NULL);
}

static void check_votes(struct verify *v)
{
    const struct policy *p = &v->policy;
    const char *unknown = NULL; /* may have cosigned: nobody here can tell */
    policy_vote(p, &v->note, &v->vote);
    for (size_t i = 0; i < p->nmembers; i++) {
        int64_t ms = v->vote.time[i] * 1000;
        if (p->member[i].unknown)
            unknown = p->member[i].name;
        if (v->vote.bad[i])
            verify_fail(v, COSIGNATURE_BAD, BUNDLE_CHECKPOINT, "%s", p->member[i].key.name);
        else if (ms > 0)
            verify_anchor_add(v,
                              &(struct anchor){v->checkpoint.size, ms, ms + 999, false, p->member[i].name});
    }
    if (!v->vote.quorum && unknown)
        verify_fail(v, QUORUM_MISSING, BUNDLE_CHECKPOINT, "%s: of a signature type unknown here", unknown);
    else if (!v->vote.quorum)
        verify_fail(v, QUORUM_MISSING, BUNDLE_CHECKPOINT, NULL);
}

void verify_policy(struct verify *v)
{
    const struct member *m = verify_member(v, BUNDLE_POLICY);
    const struct verify_text *given = &v->opt.policy;
    const char *name = given->text ? given->name : BUNDLE_POLICY;
    int line = 0;
    if (!given->text && !m)
        return;
    int r = given->text ? policy_parse(&v->policy, &v->own, given->text, given->len, &line)
                        : policy_parse(&v->policy, &v->own, m->data, m->len, &line);
    if (r) {
        verify_fail(v, POLICY_FORM, name, "line %d: %s", line, cpf_strerror(r));
        return;
    }
    v->have_policy = true;
    v->policy_given = given->text != NULL;
    if (!v->policy_given)
        check_pin(v, m);
    if (!v->have_checkpoint)
        return;
    /* a policy that names no log leaves that to the key manifest */
    if (v->policy.nlogs > 0 && policy_log_verify(&v->policy, &v->note, NULL) != CPF_OK)
        verify_fail(v, POLICY_LOG, name, NULL);
    check_votes(v);
}

void verify_anchor_add(struct verify *v, const struct anchor *a)
{
    if (v->nanchors == v->anchor_cap) {
        v->anchor_cap = v->anchor_cap ? 2 * v->anchor_cap : 64;
        v->anchor = xrealloc(v->anchor, v->anchor_cap * sizeof(*v->anchor));
    }
    v->anchor[v->nanchors++] = *a;
}
