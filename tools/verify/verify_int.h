#pragma once
/* What the parts of cpf-verify share. Each part looks at what the parts before it made. */
#include <stdio.h>
#include "base/batchmap.h"
#include "base/bundle.h"
#include "base/entry.h"
#include "base/keymanifest.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/note.h"
#include "base/policy.h"
#include "base/tlog_proof.h"
#include "verify.h"

enum rule {
    /* the ZIP */
    ZIP_STRUCTURE,
    ZIP_COUNT,
    ZIP_SIZE,
    ZIP_BOMB,
    ZIP_PATH,
    ZIP_DUPLICATE,
    ZIP_KIND,
    ZIP_ENCRYPTED,
    ZIP_METHOD,
    ZIP_DATA,
    /* layout */
    LAYOUT_UNKNOWN,
    LAYOUT_MISSING,
    MANIFEST_FORM,
    MANIFEST_DIGEST,
    MANIFEST_ABSENT,
    MANIFEST_UNLISTED,
    INFO_FORM,
    INFO_SAYS,
    README_OTHER,
    /* keys */
    ROOT_FORM,
    ROOT_OTHER,
    KEYS_FORM,
    KEYS_SIGNATURE,
    KEYS_ORIGIN,
    CHECKPOINT_FORM,
    CHECKPOINT_ORIGIN,
    CHECKPOINT_SIGNATURE,
    CHECKPOINT_KEY,
    CHECKPOINT_RANGE,
    /* quorum */
    POLICY_FORM,
    POLICY_PIN,
    POLICY_LOG,
    QUORUM_MISSING,
    COSIGNATURE_BAD,
    /* stamps */
    STAMP_TRUST,
    STAMP_FORM,
    STAMP_NOTE,
    STAMP_IMPRINT,
    STAMP_SIGNER,
    STAMP_CERTIFICATE,
    STAMP_SIGNATURE,
    STAMP_MISSING,
    STAMP_AT,
    /* proofs */
    ENTRY_FORM,
    ENTRY_NAME,
    PROOF_MISSING,
    PROOF_FORM,
    PROOF_CHECKPOINT,
    PROOF_INCLUSION,
    SUPPORT_STREAM,
    SUPPORT_ORDER,
    /* the stream */
    STREAM_GAP,
    STREAM_PREV,
    STREAM_ORDER,
    STREAM_COUNT,
    STREAM_CLOSED,
    STREAM_OPEN,
    MAP_FORM,
    MAP_ENTRY,
    MAP_ROW,
    MAP_COUNT,
    PERSON_ROW,
    PERSON_COUNT,
    /* personal data */
    DISCLOSURE_FOREIGN,
    DISCLOSURE_DIGEST,
    DISCLOSURE_MISSING,
    DISCLOSURE_REDACTED,
    DISCLOSURE_NONE,
    REDACTED_FORM,
    REDACTED_APPROVER,
    /* void entries */
    VOID_FORM,
    VOID_ENTRY,
    VOID_COUNT,
    /* other checkpoints */
    CONSISTENCY_FORM,
    CONSISTENCY_NOTE,
    CONSISTENCY_PROOF,
    KNOWN_FORM,
    KNOWN_ORIGIN,
    KNOWN_FORK,
    KNOWN_NEWER,
    KNOWN_UNPROVEN,
    /* persons */
    ACT_MISSING,
    ACT_KEY,
    ACT_WEAK,
    ACT_SIGNATURE,
    ACT_SAYS,
    ACT_TWICE,
    SPOOL_KEY,
    SPOOL_SIGNATURE,
    SPOOL_SAYS,
    /* reports */
    REPORT_FORM,
    REPORT_SAYS,
    REPORT_BASIS,
    REPORT_WORDS,
    /* lesser statements */
    CLOSED_UNMAPPED,
    PERSON_UNMAPPED,
    SPOOL_MISSING,
    RULES
};

struct member {
    const char *name;
    struct bundle_name is;
    const char *data; /* NUL behind len */
    size_t len;
    uint8_t digest[HASH_LEN];
};

/* An entry with its proof. */
struct record {
    const struct member *file, *proof;
    struct entry e;
    bool unsure;           /* signed by somebody whose stream is not proved whole */
    bool read, proven;     /* bytes are an entry; its leaf lies in the tree at e.idx */
    int64_t after, before; /* Unix ms, 0 = no anchor says */
    enum { ACT_NONE, ACT_GOOD, ACT_BAD, ACT_UNCHECKED } act;
};

/* A stream of a person, whole up to the map. */
struct person {
    const char *stream;
    uint64_t count;
};

struct older { /* an earlier checkpoint */
    const struct member *file;
    struct note note;
    struct checkpoint c;
    bool good; /* signed, and consistent with checkpoint.txt */
};

/* Somebody with a clock saw the log at this size. */
struct anchor {
    uint64_t size;
    int64_t from, until; /* Unix ms */
    bool stamp;          /* else a cosignature */
    const char *who;     /* witness's name, or the stamp's file */
};

struct verify {
    struct verify_options opt;
    struct arena a; /* bounded: what the bundle's bytes become */
    struct arena own;

    struct verify_failure failure[VERIFY_FAILURES_MAX];
    size_t nfailures, nmore;
    enum verify_class class;

    struct member *member; /* sorted by name */
    size_t nmembers;
    struct bundle_info info;
    bool have_info;

    struct note_key root;
    bool have_root, root_given; /* given by the caller, not only by the bundle */
    struct keymanifest keys;
    bool have_keys;
    const struct member *checkpoint_file;
    struct note note;
    struct checkpoint checkpoint;
    bool have_checkpoint; /* parsed */
    bool checkpoint_good; /* and signed by a key that counts */
    struct policy policy;
    struct policy_vote vote;
    bool have_policy, policy_given, policy_pinned;

    struct older *older;
    size_t nolder;
    struct anchor *anchor;
    size_t nanchors, anchor_cap;
    size_t nstamps;

    struct record *entry, *support;
    size_t nentries, nsupport;
    bool closed;        /* by its last closing entry */
    uint64_t closed_at; /* that entry's sseq */
    bool have_map;      /* a row proved */
    struct batchmap_opening map;
    const struct record *map_record;
    bool have_map_root; /* the map's entry is here and says this root */
    uint8_t map_root[HASH_LEN];
    struct person *person; /* whose streams are all here, as of the map */
    size_t npersons;
    bool voids_counted; /* a map says that these log.void are all there were */
    size_t nvoids;
    size_t ndisclosures, nredacted, nacts;
    const char
        *basis; /* of the words and settings in force: none, unaccepted, accepted, setup; NULL: no report */
};

/* As verify_run, of files already unpacked: sorted by name, malloc'ed and handed over, their bytes the
 * caller's. */
struct verify *verify_members(struct member *m, size_t n, const struct verify_options *opt);

/* One more failure. `file` NULL: none in particular; copied. `detail` may be NULL. */
void verify_fail(struct verify *v, enum rule rule, const char *file, const char *detail, ...)
    __attribute__((format(printf, 4, 5)));

/* The member, or NULL. */
const struct member *verify_member(const struct verify *v, const char *name);
/* The one of that kind and number, or NULL. */
const struct member *verify_numbered(const struct verify *v, enum bundle_kind kind, uint64_t number);
void verify_anchor_add(struct verify *v, const struct anchor *a);
/* Of that size, good or not; NULL if there is none. */
const struct older *verify_older_of(const struct verify *v, uint64_t size);

/* A log.void entry that is proved? */
bool verify_is_void(const struct record *r);

/* The parts, in their order. */
bool verify_zip(struct verify *v, const uint8_t *zip, size_t len); /* false: nothing else can be looked at */
bool verify_layout(struct verify *v);
void verify_keys(struct verify *v);
void verify_policy(struct verify *v);
void verify_older(struct verify *v);
void verify_known(struct verify *v);
void verify_stamps(struct verify *v);
void verify_entries(struct verify *v);
void verify_void(struct verify *v);
void verify_stream(struct verify *v);
void verify_map(struct verify *v);
void verify_persons(struct verify *v);
void verify_personal(struct verify *v);
void verify_acts(struct verify *v);
void verify_spool(struct verify *v);
void verify_brackets(struct verify *v);
void verify_reports(struct verify *v);
void verify_basis(struct verify *v, const struct json *report); /* of report.json */
