#pragma once
/*
 * The signer's memory and its rules (LOG.md 2), pure: no file, no socket, no
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

/* Whose log this is. */
struct mark_log {
    struct note_key vkey; /* vkey.name is the origin */
    const struct key *key;
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

/* The mark of an empty log. */
void mark_init(struct mark *m);

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

/* Does `note` say exactly `head`, signed by this log's key? */
bool mark_note_ok(const struct mark_log *log, const struct sigwire_head *head, const char *note, size_t len);
/* Fills g->edge and g->head from g->leaf on top of `base`. */
void mark_group_root(struct mark_group *g, const struct merkle_edge *base);
