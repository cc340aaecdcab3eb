#pragma once
/*
 * cpfd's side of the signer's socket (base/sigwire.h), on a libevent loop.
 *
 * Order: connect, open, then appends and settles. Requests go out in the order
 * they were made and are answered in that order; a settle and the next append
 * may be made without waiting in between. Nothing blocks, and no callback runs
 * before the function that was asked returns.
 *
 * Each request ends in one of three ways, exactly once:
 *   done     its callback runs with err 0 and the answer;
 *   refused  its callback runs with CPF_E_STALE (a newer daemon has taken over) or CPF_E_REFUSED and
 *            the refusal. That is final: the connection is closed, the requests behind it had no effect,
 *            and no other callback runs;
 *   lost     the connection broke, or could not be made, or the signer spoke nonsense: on_lost runs once
 *            with an error and a text, and none of the requests' callbacks runs. Whether a request took
 *            effect is then unknown: fence, connect, open.
 * After refused or lost the client is idle and may connect again; the caller waits before it does.
 *
 * Answers (texts, leaves, notes) point into the client's buffer and are valid during the callback only.
 * signer_client_close and signer_client_free may be called inside any callback.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/sigwire.h"

struct event_base;
struct signer_client;

/* Why a request was refused; NULL in a callback with err 0. */
struct signer_refusal {
    enum sigwire_code code;
    const char *name; /* machine code, e.g. "signer.behind" */
    const char *text; /* English, NUL-terminated: what is wrong and what to do. Show it to the operator */
};

typedef void (*signer_lost_fn)(void *arg, int err,
                               const char *text); /* CPF_E_AWAY, CPF_E_SYNTAX, CPF_E_VERSION */
typedef void (*signer_connect_fn)(void *arg);
/* `m` is the whole answer: m->opened, m->want, m->appended, m->settled; NULL when refused. */
typedef void (*signer_answer_fn)(void *arg, int err, const struct sigwire_msg *m,
                                 const struct signer_refusal *refusal);
typedef void (*signer_want_fn)(void *arg, uint64_t first, uint64_t count);

/* `path` is copied. `arg` goes to every callback of this client. */
must_check int signer_client_new(struct event_base *base, const char *path, signer_lost_fn on_lost, void *arg,
                                 struct signer_client **ret);
void signer_client_free(struct signer_client *c); /* closes first; NULL is fine */

/* Only while idle (fresh, or after lost, refused or close). on_connected, or on_lost. */
void signer_client_connect(struct signer_client *c, signer_connect_fn on_connected);
/* Quietly: what is under way gets no callback. Does nothing while idle. */
void signer_client_close(struct signer_client *c);
/* Connected and not closed? */
bool signer_client_up(const struct signer_client *c);

/* A signer that hangs is as one that is gone: with a request under way and not a byte from it, or taken by
 * it, for so long, the connection is lost. 0, as it begins: never. */
void signer_client_deadline(struct signer_client *c, unsigned ms);

/* What is asked in between leaves in one piece, and is answered so. */
void signer_client_cork(struct signer_client *c);
void signer_client_uncork(struct signer_client *c);

/*
 * First request on a connection, and once. `held`: NULL, or the head after the group this daemon was given a
 * note for and still has every byte of; a void group is never held. `note` is copied; NULL when head->size is
 * 0.
 *
 * If the database is ahead of the signer's mark (after a power loss: one or two groups; after an old state
 * file was put back: more), on_want runs first, at most once: give the leaves [first, first + count) in
 * order with signer_client_leaves, in as many calls as you like; then on_opened runs.
 */
void signer_client_open(struct signer_client *c, uint64_t epoch, const struct sigwire_head *head,
                        const char *note, const struct sigwire_head *held, signer_want_fn on_want,
                        signer_answer_fn on_opened);
void signer_client_leaves(struct signer_client *c, uint64_t first, const uint8_t (*leaf)[HASH_LEN], size_t n);

/* n is 1..SIGWIRE_LEAVES_MAX; leaves are copied. m->appended.head and .note. */
void signer_client_append(struct signer_client *c, uint64_t epoch, const struct sigwire_head *base,
                          const uint8_t (*leaf)[HASH_LEN], size_t n, signer_answer_fn on_appended);
/* After COMMIT. Answered once the signer's own file holds the group for good. */
void signer_client_settle(struct signer_client *c, uint64_t epoch, const struct sigwire_head *head,
                          signer_answer_fn on_settled);
