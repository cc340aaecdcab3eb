#pragma once
/*
 * cpf-verify's parts: is this evidence bundle (base/bundle.h, doc/evidence-bundle.md) whole and true? No
 * network, no database, no secret, no clock of its own. Everything that fails is named by file and rule; the
 * exit status is the class of the gravest failure, the one with the lowest number. Where nothing failed, but
 * the bundle leaves something unproved, that is told the same way: VERIFY_LESSER.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

/* Classes of failure = exit statuses of cpf-verify. doc/evidence-bundle.md lists the rules of each. */
enum verify_class {
    VERIFY_OK = 0,
    VERIFY_USAGE = 2,      /* wrong arguments, or a file that cannot be read (main only) */
    VERIFY_LESSER = 3,     /* all that is here holds, but something is left unproved: a lesser statement */
    VERIFY_CONTAINER = 10, /* the ZIP: damaged, ambiguous, or made to harm */
    VERIFY_LAYOUT = 11,    /* files missing, unknown, or not what MANIFEST.sha256 says */
    VERIFY_KEYS = 12,      /* root key, key manifest, the checkpoint's signature */
    VERIFY_QUORUM = 13,    /* policy and witnesses */
    VERIFY_STAMP = 14,     /* time stamps, and what they prove of the times told */
    VERIFY_PROOF = 15,     /* an entry's bytes, or its place in the tree */
    VERIFY_STREAM = 16,    /* something was left out */
    VERIFY_PERSONAL = 17,  /* disclosures and redactions */
    VERIFY_VOID = 18,      /* entries that the log declared void */
    VERIFY_KNOWN = 19,     /* contradicts another checkpoint: two histories, or an old one */
    VERIFY_ACT = 20,       /* persons' signatures */
    VERIFY_REPORT = 21,    /* report.json against the entries */
};

#define VERIFY_KNOWN_MAX 16

/* What the verifier's owner holds besides the bundle. Texts, not paths; the caller's, and they outlive the
 * run. */
struct verify_text {
    const char *name; /* for reports */
    const char *text; /* NULL: not given */
    size_t len;
};
struct verify_options {
    struct verify_text root;     /* the root's verifier key, instead of believing keys/root.txt */
    struct verify_text manifest; /* a key manifest that may be newer than the bundle's */
    struct verify_text policy;   /* instead of policy.txt */
    size_t nknown;
    struct verify_text known[VERIFY_KNOWN_MAX]; /* checkpoints: notes, or their bare three lines */
    int64_t now; /* Unix ms: may an entry still wait for its stamp? 0: no entry may */
};

struct verify_failure {
    const char *rule; /* "stream.gap" */
    enum verify_class class;
    const char *file;    /* member of the bundle, or what the caller gave; "" for the ZIP itself */
    const char *ja, *en; /* what the rule demands */
    const char *detail;  /* what was found, or NULL */
};
#define VERIFY_FAILURES_MAX 1000 /* more are counted only */

struct verify;
/* Checks `zip`, which must outlive the result. Never NULL. */
struct verify *verify_run(const void *zip, size_t len, const struct verify_options *opt);
void verify_free(struct verify *v);

enum verify_class verify_class(const struct verify *v);
size_t verify_failures(const struct verify *v, const struct verify_failure **ret);
/* Reports, appended. */
void verify_report_text(const struct verify *v, bool ja, struct buf *ret);
void verify_report_json(const struct verify *v, struct buf *ret);

/* Every rule, for the documentation and for tests; NULL behind the last. */
const struct verify_failure *verify_rule(size_t i);
