#pragma once
/*
 * Evidence bundle of one batch: a ZIP of plain files. This module knows their names and texts; reading and
 * writing ZIP is its users'. doc/evidence-bundle.md is the format's specification and lists the files;
 * support/ holds, in the order of the log and each once, the whole streams of those who signed the batch, all
 * log.void, the log.batch-map of map.json, what stations signed of offline entries, log.opened,
 * log.recovered, key.rotated, protocol/... and facility: nothing of another batch.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/bounds.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"

#define BUNDLE_VERSION     1
#define BUNDLE_README      "README.txt"
#define BUNDLE_MANIFEST    "MANIFEST.sha256"
#define BUNDLE_INFO        "bundle.json"
#define BUNDLE_REPORT      "report.pdf"
#define BUNDLE_REPORT_CSV  "report.csv"
#define BUNDLE_REPORT_JSON "report.json"
#define BUNDLE_CHECKPOINT  "checkpoint.txt"
#define BUNDLE_POLICY      "policy.txt"
#define BUNDLE_KEYS        "keys/manifest.txt"
#define BUNDLE_ROOT        "keys/root.txt"
#define BUNDLE_MAP         "map.json"
#define BUNDLE_TSA         "timestamps/tsa.pem"
#define BUNDLE_CHAIN       "timestamps/chain.pem"
#define BUNDLE_CRLS        "timestamps/crls.pem"

#define BUNDLE_NAME 128 /* bytes of a member's name, NUL included */

/* What a name in the bundle stands for. */
enum bundle_kind {
    BUNDLE_K_FIXED, /* one of the names above */
    BUNDLE_K_ENTRY, /* number = sseq */
    BUNDLE_K_PROOF,
    BUNDLE_K_SUPPORT, /* number = position, from 1 */
    BUNDLE_K_SUPPORT_PROOF,
    BUNDLE_K_ROW,            /* number = position, from 1 */
    BUNDLE_K_DISCLOSURE,     /* number = sseq, field = name of the personal field */
    BUNDLE_K_OLD_CHECKPOINT, /* number = size */
    BUNDLE_K_OLD_PROOF,
    BUNDLE_K_STAMP, /* number = size, copy = 1, 2 ... */
    BUNDLE_K_STAMPED,
};
struct bundle_name {
    enum bundle_kind kind;
    uint64_t number;
    unsigned copy;
    const char *field; /* points into the name given */
};
/* Takes a name apart. CPF_E_INVAL for whatever is not of the layout above: such a member is refused. */
must_check int bundle_name_parse(struct bundle_name *n, const char *name);
/* The name; CPF_E_INVAL if number, copy or field do not make one. */
must_check int bundle_name_format(const struct bundle_name *n, char ret[BUNDLE_NAME]);
/* May a personal field's name be part of a file's name? [A-Za-z0-9_][A-Za-z0-9._-]*, no dot at its end, at
 * most 64. */
bool bundle_field_ok(const char *field);

/* bundle.json: canonical JSON {count, disclosures, made, origin, size, stream, v}. */
struct bundle_info {
    const char *origin, *stream;
    uint64_t count;   /* entries of the stream in the bundle */
    uint64_t size;    /* of checkpoint.txt */
    bool disclosures; /* "all", or "none": exported without personal data; then none may be there */
    int64_t made;     /* Unix ms */
};
must_check int bundle_info_parse(struct bundle_info *i, struct arena *a, const char *text, size_t len);
void bundle_info_format(const struct bundle_info *i, struct buf *ret); /* appended */

/* README.txt for this bundle, ja first; appended. */
void bundle_readme(const struct bundle_info *i, struct buf *ret);
/* Is this what this version writes, or what an earlier one wrote, for this bundle? CPF_E_MISMATCH. */
must_check int bundle_readme_check(const struct bundle_info *i, const char *text, size_t len);
/* SHA-256 (hex, appended) of the text that all bundles of this version have in common, and the newest of the
 * table of known ones: a text that was changed must be added there. */
void bundle_readme_digest(struct buf *ret);
const char *bundle_readme_newest(void);

/* MANIFEST.sha256: lines "<64 hex>  <name>\n", sorted bytewise, without itself. */
struct bundle_digest {
    const char *name;
    uint8_t digest[HASH_LEN];
};
/* Sorts `list` in place and appends the text. */
void bundle_manifest_format(struct bundle_digest *list, size_t n, struct buf *ret);
/* *ret in `a`. CPF_E_SYNTAX (also: not sorted, another form), CPF_E_DUPLICATE, CPF_E_LIMIT, CPF_E_INVAL (a
 * name that is not of the layout). */
must_check int bundle_manifest_parse(struct arena *a, const char *text, size_t len,
                                     struct bundle_digest **ret, size_t *ret_n);
