#pragma once
/*
 * The signer's memory and its rules (doc/log.md 2), pure: no file, no socket, no
 * clock. A mark says what was signed: `settled`, the high-water mark outside
 * PostgreSQL, and at most one group signed since, `pending`.
 *
 *                     append                      settle
 *   [settled] ------------------> [pending] ------------------> [settled]
 *       ^                           |   ^ \                        ^
 *       |        open, held ________|   |  \ open, nothing held    |
 *       | roll forward (open)    resend |   v        settle        |
 *       +---------------------------  [pending, void] -------------+
 *
 * The mark never goes back, a pending group is never dropped (it is settled, or
 * found inside what the database already holds), so no size is ever signed twice.
 *
 * Keys. One, or in a rotation two, each with `from`, the first size that it signed; a note counts only with
 * the signature of each key whose `from` it has reached. A new key joins beside a known one and gets its
 * `from` with the append that it signs first, so what a power loss forgets of that does no harm; a key leaves
 * once what is settled bears another's.
 *
 * Every function either does all of its change and answers 0, or refuses:
 * CPF_E_REFUSED with a ruling, mark untouched.
 *
 * Rules and their proof: the model of the commit path; simplify with it at hand.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/key.h"
#include "base/merkle.h"
#include "base/note.h"
#include "base/sigwire.h"

#define MARK_KEYS    2
#define MARK_KEY_NEW UINT64_MAX /* `from` of a key that has signed nothing yet */

/* One key that signs, wherever it lies. */
struct mark_signer {
    struct note_key vkey;
    /* 0, or CPF_E_CRYPTO, which it has reported itself. */
    int (*sign)(void *arg, const void *text, size_t len, uint8_t ret[KEY_SIG]);
    void *arg;
};

/* Whose log this is: its key, or during a rotation the old and the new one. All names are the origin. */
struct mark_log {
    size_t n;
    struct mark_signer key[MARK_KEYS];
};

/* A key of this log as the mark knows it: every note of size >= from bears its signature. */
struct mark_key {
    uint8_t pub[KEY_PUB];
    uint64_t from;
};

struct mark_group {
    struct merkle_edge edge; /* after the group */
    struct sigwire_head head;
    bool is_void; /* its bytes died with the daemon: it may only be committed as rows without body */
    size_t n;
    uint8_t leaf[SIGWIRE_LEAVES_MAX][HASH_LEN];
    size_t note_len;
    char note[SIGWIRE_NOTE_MAX];
};

struct mark {
    size_t nkeys; /* 1..MARK_KEYS once adopted */
    struct mark_key key[MARK_KEYS];
    uint64_t epoch; /* of the newest open */
    struct merkle_edge edge;
    struct sigwire_head settled;
    uint64_t void_count; /* rows without body at the tail of `settled` */
    bool has_pending;
    struct mark_group pending; /* meaningful with has_pending */
};

/* Why not. `text` says what is wrong and what to do. */
struct mark_ruling {
    enum sigwire_code code;
    char text[SIGWIRE_TEXT_MAX];
};

/* Rolling forward over leaves that the database gives, from the mark to its signed head. */
struct mark_roll {
    uint64_t epoch;
    struct sigwire_head to;
    struct merkle_edge edge;
    bool pending_met; /* the pending group's root came by (true without a pending) */
};

/* The mark of an empty log, without keys. */
void mark_init(struct mark *m);

/*
 * Takes the configured keys over: an empty mark takes any, another one only those that rotation allows. The
 * first must be known; a second may be new and signs from the next append on (which fixes its `from`); a
 * known one may go once what is settled bears another's signature. *ret_changed: the mark must be written.
 * CPF_E_MISMATCH with a ruling (code meaningless): mark untouched.
 */
must_check int mark_adopt(struct mark *m, const struct mark_log *log, bool *ret_changed,
                          struct mark_ruling *why);

/* Is `note` the checkpoint of exactly this head, signed by every key that counts at its size? */
bool mark_note_ok(const struct mark *m, const char *origin, const struct sigwire_head *head, const char *note,
                  size_t len);

/*
 * Judges OPEN. 0: opened, *ret_roll false; or, *ret_roll true, the leaves [settled.size, head.size) are
 * wanted first, `roll` is begun and the mark not yet changed.
 */
must_check int mark_open(struct mark *m, const struct mark_log *log, const struct sigwire_msg *open,
                         struct mark_roll *roll, bool *ret_roll, struct mark_ruling *why);
/* Takes the next leaves; *ret_done when the head is reached and the mark stands there. After a refusal the
 * roll is over. The mark must not have changed since mark_open. */
must_check int mark_roll_add(struct mark *m, struct mark_roll *roll, const struct sigwire_msg *leaves,
                             bool *ret_done, struct mark_ruling *why);

/* Signs base + leaves; then m->pending holds head and note. CPF_E_CRYPTO if OpenSSL fails (mark untouched).
 */
must_check int mark_append(struct mark *m, const struct mark_log *log, const struct sigwire_msg *append,
                           struct mark_ruling *why);

/* Is this SETTLE one that changes the mark (false: it is a repeat, or will be refused)? */
bool mark_settles(const struct mark *m, const struct sigwire_msg *settle);
must_check int mark_settle(struct mark *m, const struct sigwire_msg *settle, struct mark_ruling *why);

/* Answers, pointing into the mark. */
void mark_opened(const struct mark *m, struct sigwire_msg *ret);
void mark_settled(const struct mark *m, struct sigwire_msg *ret);
void mark_state(const struct mark *m, bool session, struct sigwire_msg *ret);

/* Signs g->head with every key, into g->note (mark_append does). CPF_E_CRYPTO; g->note is then undefined. */
must_check int mark_sign(const struct mark_log *log, struct mark_group *g);

/* Fills g->edge and g->head from g->leaf on top of `base`. */
void mark_group_root(struct mark_group *g, const struct merkle_edge *base);
