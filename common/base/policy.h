#pragma once
/*
 * Trust policy (C2SP tlog-policy): the logs and the witnesses, and which of the witnesses make a quorum.
 *
 *   log <vkey> [<url>]
 *   witness <name> <vkey> [<url>]
 *   group <name> all|any|<k> <name>...
 *   quorum <name>|none
 *
 * A key of a signature type that this program cannot check (C2SP tlog-cosignature's ML-DSA-44, say) makes no
 * policy unreadable: its log, or witness, is one of which no signature is ever found. Its key has no name, so
 * that no signature line can be by it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/bounds.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/note.h"

struct policy_log {
    const char *vkey;
    bool unknown; /* of another signature type */
    struct note_key key;
    const char *url; /* or NULL */
};

/* A witness, or a group of earlier ones. */
struct policy_member {
    const char *name;
    bool group;
    bool unknown;          /* witness; of another signature type */
    const char *vkey;      /* witness */
    struct note_key key;   /* witness; type 0x04 (cosig.h) */
    const char *url;       /* witness; or NULL */
    size_t need, nmembers; /* group: `need` of these */
    uint16_t *member;      /* indices below this one's own */
};

struct policy {
    size_t nlogs, nmembers;
    struct policy_log log[BOUND_POLICY_ITEMS];
    struct policy_member member[2 * BOUND_POLICY_ITEMS];
    int quorum; /* index of a member; -1: none */
};

/* Strings live in `a`. CPF_E_SYNTAX, _LIMIT, _KEY (also: a log's type for a witness, or the other way round),
 * _DUPLICATE, _NOTFOUND (a name not defined above); *ret_line (may be NULL) then says where, from 1; 0 = the
 * end. */
must_check int policy_parse(struct policy *p, struct arena *a, const char *text, size_t len, int *ret_line);

/* Whose cosignature stands under the note; time 0 = not this one's. Indexed like policy.member; groups stay
 * 0. */
struct policy_vote {
    int64_t time[2 * BOUND_POLICY_ITEMS]; /* Unix seconds of the cosignature */
    bool bad[2 * BOUND_POLICY_ITEMS];     /* one by this key does not verify: counts as none */
    bool quorum;
};
void policy_vote(const struct policy *p, const struct note *n, struct policy_vote *ret);

/* CPF_OK if one of the policy's logs signed the note; *ret tells which (may be NULL). CPF_E_SIGNATURE,
 * CPF_E_NOTFOUND as note_verify. */
must_check int policy_log_verify(const struct policy *p, const struct note *n, const struct policy_log **ret);
