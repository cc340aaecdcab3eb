#pragma once
/*
 * cpf-report as a child process: one at a time, the request on its stdin, the document from its stdout, on
 * the loop. It has a time limit, an upper bound on what it may say, and a process group of its own, which
 * ends with it; whatever happens to it, the recorder only learns that there is no document. A document is
 * what the process had written when it ended: nobody else who holds its pipes is waited for.
 */
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

#define REPORTER_QUEUE   8                  /* waiting; more are refused */
#define REPORTER_TIME_MS 60000              /* from its start; it stands back behind all others */
#define REPORTER_BYTES   (64 * 1024 * 1024) /* of a document: it is held in memory once */

struct event_base;
struct reporter;

/* `code`: 0 and the document; CPF_E_NOTFOUND; CPF_E_AWAY: the database; CPF_E_FORK: the log is not what it
 * was; CPF_E_MISMATCH: it has no checkpoint of a size that was asked for; CPF_E_LIMIT: too slow or too large;
 * CPF_E_BUSY: the daemon ends; CPF_E_STATE: it failed, died, or wrote nothing. Data lives during the call. */
typedef void (*reporter_done_fn)(void *arg, int code, const void *data, size_t len);

/* `program`: path; looked for at the first request. `time_ms`: from the start of a child; 0:
 * REPORTER_TIME_MS. SIGPIPE must be ignored. */
must_check int reporter_new(struct event_base *base, const char *program, int time_ms, struct reporter **ret);
/* The request is copied. CPF_E_BUSY: the queue is full, or it drains; then `done` is not called. */
must_check int reporter_start(struct reporter *r, const char *request, size_t len, reporter_done_fn done,
                              void *arg);
/* Would reporter_start be refused now? */
bool reporter_busy(const struct reporter *r);
/* Ends what runs; everybody waiting is told CPF_E_BUSY, now and not later. Nothing is taken from then on. */
void reporter_drain(struct reporter *r);
void reporter_free(struct reporter *r); /* drains; NULL is fine */
