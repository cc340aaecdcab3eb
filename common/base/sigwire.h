#pragma once
/*
 * What cpfd's ledger and cpf-signer say to each other (doc/log.md 2), over a
 * SOCK_STREAM UNIX socket whose peer's uid is checked (SO_PEERCRED).
 *
 * Frame: uint32be length of what follows (2..BOUND_SIGNER_FRAME), uint8
 * version, uint8 op, fields. Integers are big-endian and unsigned, hashes are
 * 32 raw bytes, a text is uint16be length and bytes without NUL. One message
 * has exactly one form: whatever is longer, shorter or odd is CPF_E_SYNTAX.
 *
 *   cpfd                          cpf-signer
 *   OPEN  epoch head held note -> OPENED | WANT | REFUSED
 *   LEAVES first leaves (after WANT, as many as it takes; the last is answered)
 *                              -> OPENED | REFUSED
 *   APPEND epoch base leaves   -> APPENDED | REFUSED
 *   SETTLE epoch head          -> SETTLED | REFUSED
 *   STATUS                     -> STATE
 *
 * Answers come in the order of the requests; requests may be sent without
 * waiting (SETTLE and the next APPEND). After REFUSED the signer reads nothing
 * more from that connection and closes it: what was sent behind a refused
 * request has no effect.
 *
 * Sizes count leaves. A head is (size, root); the empty log is size 0 with
 * the root of the empty tree (hash_empty) and no note.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/bounds.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"

#define SIGWIRE_VERSION    1
#define SIGWIRE_PREFIX     4    /* bytes of the length in front of a frame */
#define SIGWIRE_LEAVES_MAX 512  /* leaves of one group: entries, and what the ledger puts before them */
#define SIGWIRE_ROLL_MAX   2000 /* leaves of one LEAVES frame */
#define SIGWIRE_NOTE_MAX   2048 /* bytes of a note; ours have one signature, in a rotation two */
#define SIGWIRE_TEXT_MAX   1024 /* bytes of a refusal's text */

/* The largest size and the largest epoch. */
#define SIGWIRE_SIZE_MAX (UINT64_C(1) << 53)

enum sigwire_op {
    SIGWIRE_OPEN = 0x01,
    SIGWIRE_LEAVES = 0x02,
    SIGWIRE_APPEND = 0x03,
    SIGWIRE_SETTLE = 0x04,
    SIGWIRE_STATUS = 0x05,
    SIGWIRE_OPENED = 0x81,
    SIGWIRE_WANT = 0x82,
    SIGWIRE_APPENDED = 0x83,
    SIGWIRE_SETTLED = 0x84,
    SIGWIRE_STATE = 0x85,
    SIGWIRE_REFUSED = 0xff,
};

/* Why the signer refuses; sigwire_code_name gives the machine code as text. */
enum sigwire_code {
    SIGWIRE_C_FRAME = 1, /* signer.frame     not a message of this protocol, or not now */
    SIGWIRE_C_VERSION,   /* signer.version   another version of this protocol */
    SIGWIRE_C_UID,       /* signer.uid       this user may not do that */
    SIGWIRE_C_STALE,     /* signer.stale     a lower epoch than the signer knows: another daemon took over */
    SIGWIRE_C_SESSION,   /* signer.session   no OPEN on this connection, or another OPEN came after it */
    SIGWIRE_C_UNSIGNED,  /* signer.unsigned  the head's note is not by this key, or is for another head */
    SIGWIRE_C_BEHIND,    /* signer.behind    head below the high-water mark: cut tail or old backup */
    SIGWIRE_C_FORK,   /* signer.fork      head of a known size with another root, or not after the pending */
    SIGWIRE_C_LEAVES, /* signer.leaves    the stored leaves do not lead from the mark to the signed head */
    SIGWIRE_C_HELD, /* signer.held      the group held is not the pending one, or that one is void already */
    SIGWIRE_C_BASE, /* signer.base      APPEND on something else than what is settled */
    SIGWIRE_C_PENDING, /* signer.pending   APPEND while a group is pending */
    SIGWIRE_C_SETTLE,  /* signer.settle    SETTLE of something else than the pending */
    SIGWIRE_C_LIMIT,   /* signer.limit     more leaves than one group or one log may have */
    SIGWIRE_C_LAST
};

struct sigwire_head {
    uint64_t size;
    uint8_t root[HASH_LEN];
};

/* A decoded `note` points into the frame, is not NUL-terminated, and may be empty only in OPEN with size 0.
 */
struct sigwire_text {
    const char *s;
    size_t len;
};

struct sigwire_leaves {
    const uint8_t (*hash)[HASH_LEN]; /* decoded: points into the frame */
    size_t n;
};

/* What OPENED says of a group that was signed and never settled. */
enum sigwire_pending {
    SIGWIRE_NONE = 0,
    SIGWIRE_RESEND = 1, /* it is the one held: send the same bytes and note again, then SETTLE */
    SIGWIRE_VOID =
        2, /* its bytes are lost: commit its leaves as rows without body with `note`, then SETTLE */
};

struct sigwire_msg {
    enum sigwire_op op;
    union {
        struct {
            uint64_t epoch;           /* what the fence returned */
            struct sigwire_head head; /* of the database */
            bool has_held; /* the daemon still holds a (not void) group it got a note for, or sent */
            struct sigwire_head held; /* head after that group */
            struct sigwire_text note; /* of head; empty when head.size is 0 */
        } open;
        struct {
            uint64_t first;               /* index of the first leaf */
            struct sigwire_leaves leaves; /* 1..SIGWIRE_ROLL_MAX */
        } leaves;
        struct {
            uint64_t epoch;
            struct sigwire_head base;     /* what is settled */
            struct sigwire_leaves leaves; /* 1..SIGWIRE_LEAVES_MAX */
        } append;
        struct {
            uint64_t epoch;
            struct sigwire_head head; /* what APPENDED (or OPENED's pending) named */
        } settle;
        struct {
            struct sigwire_head settled; /* = the head given */
            uint64_t void_first,
                void_count; /* rows without body at the tail of `settled`; count 0: none,
                               first = settled.size. Anything else in the database is an attack */
            enum sigwire_pending pending;
            struct sigwire_head head;     /* of the pending; zero without */
            struct sigwire_text note;     /* of the pending; empty without */
            struct sigwire_leaves leaves; /* of the pending, from settled.size on; none without */
        } opened;
        struct {
            uint64_t first, count; /* leaves wanted: the database is ahead of the mark */
        } want;
        struct {
            struct sigwire_head head; /* after the group */
            struct sigwire_text
                note; /* signed checkpoint of head; stored with the group, shown after SETTLED only */
        } appended;
        struct {
            struct sigwire_head settled;
            uint64_t void_first, void_count; /* as in opened */
        } settled;
        struct {
            uint64_t epoch;
            struct sigwire_head settled;
            uint64_t void_first, void_count;
            enum sigwire_pending pending; /* NONE, RESEND (waiting for its SETTLE) or VOID */
            struct sigwire_head head;     /* of the pending; zero without */
            bool session;                 /* a daemon has opened */
        } state;
        struct {
            enum sigwire_op of; /* the request refused; 0 if it could not be read */
            enum sigwire_code code;
            struct sigwire_text text; /* English: what is wrong and what to do; never empty */
        } refused;
    };
};

/* Appends one whole frame. A message outside its ranges is a bug (require). */
void sigwire_write(struct buf *b, const struct sigwire_msg *m);

/* Is a whole frame at the start of data? 0 and *ret_total = its bytes with the prefix, or 0 and
 * *ret_total = 0 if more must come; CPF_E_LIMIT for a length outside 2..BOUND_SIGNER_FRAME. */
must_check int sigwire_frame(const void *data, size_t len, size_t *ret_total);

/* Takes one whole frame (prefix included) apart; pointers go into it. CPF_E_VERSION, CPF_E_SYNTAX.
 * *ret is undefined after an error. */
must_check int sigwire_read(const void *frame, size_t total, struct sigwire_msg *ret);

/* "signer.stale" ...; "signer.unknown" for others. */
const char *sigwire_code_name(enum sigwire_code code);

bool sigwire_head_eq(const struct sigwire_head *a, const struct sigwire_head *b);
