#include "anchor/witness_rule.h"
#include "base/log.h"

#include <string.h>

/* CPF_OK and the key, CPF_E_NOTFOUND: no log of that name, CPF_E_SIGNATURE: none of its keys signed well. */
static int find_key(const struct policy *logs, bool training, const struct witness_ask *a,
                    const struct note_key **ret)
{
    bool known = false;
    if (log_is_training(a->c.origin) != training)
        return CPF_E_NOTFOUND;
    for (size_t i = 0; i < logs->nlogs; i++) {
        const struct note_key *k = &logs->log[i].key;
        if (strcmp(k->name, a->c.origin) != 0)
            continue;
        known = true;
        if (note_verify(&a->note, k) == CPF_OK) {
            *ret = k;
            return CPF_OK;
        }
    }
    return known ? CPF_E_SIGNATURE : CPF_E_NOTFOUND;
}

/* A checkpoint whose signature lines are no signatures: is it at least one of a log that we know? */
static int unsigned_status(const struct policy *logs, const char *text, size_t len)
{
    struct checkpoint c;
    const char *end = NULL;
    for (size_t i = 0; i + 1 < len; i++)
        if (text[i] == '\n' && text[i + 1] == '\n')
            end = text + i + 1;
    if (!end || checkpoint_parse(&c, text, (size_t)(end - text)))
        return 400;
    for (size_t i = 0; i < logs->nlogs; i++)
        if (strcmp(logs->log[i].key.name, c.origin) == 0)
            return 403;
    return 404;
}

static int refuse(int status, const char *why, const char **ret_why)
{
    *ret_why = why;
    return status;
}

int witness_read(const struct policy *logs, bool training, const char *body, size_t len,
                 struct witness_ask *ret, const char **ret_why)
{
    struct witness_ask a;
    if (tlog_consistency_parse(&a.proof, body, len))
        return refuse(400, "malformed", ret_why);
    if (note_parse(&a.note, a.proof.note, a.proof.note_len))
        return refuse(unsigned_status(logs, a.proof.note, a.proof.note_len), "not a signed note", ret_why);
    if (checkpoint_parse(&a.c, a.note.text, a.note.text_len))
        return refuse(400, "malformed", ret_why);
    int err = find_key(logs, training, &a, &a.key);
    if (err)
        return err == CPF_E_NOTFOUND ? refuse(404, "unknown log", ret_why)
                                     : refuse(403, "invalid signature", ret_why);
    if (a.proof.index > a.c.size || a.c.size > INT64_MAX)
        return refuse(400, "old size", ret_why);
    *ret = a;
    *ret_why = "";
    return 0;
}

int witness_known_read(struct witness_known *k, const char *origin, uint64_t size, const char *text)
{
    struct note n;
    struct checkpoint c;
    int err = note_parse(&n, text, strlen(text));
    if (!err)
        err = checkpoint_parse(&c, n.text, n.text_len);
    if (!err && (c.size != size || strcmp(c.origin, origin) != 0))
        err = CPF_E_MISMATCH;
    if (err)
        return CPF_E_MISMATCH;
    k->size = size;
    memcpy(k->root, c.root, HASH_LEN);
    return CPF_OK;
}

int witness_judge(const struct witness_ask *ask, const struct witness_known *known, bool *ret_fork)
{
    uint8_t root[HASH_LEN];
    const struct checkpoint *c = &ask->c;
    if (known->size == 0)
        hash_empty(root);
    else
        memcpy(root, known->root, HASH_LEN);
    bool other = c->size == known->size && memcmp(c->root, root, HASH_LEN) != 0;
    *ret_fork = other && known->size > 0; /* of the empty tree there is one root, and nobody signed another */
    if (ask->proof.index != known->size)
        return 409;
    return !other && tlog_consistency_verify(&ask->proof, root, c) == CPF_OK ? 200 : 422;
}
