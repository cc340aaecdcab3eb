#pragma once
/*
 * The mark's file: three slots written in turn, version c in slot c % 3, and a
 * helper thread that makes written versions durable (fdatasync) beside other
 * work.
 *
 * At most two versions may be written and not yet durable (the mark after a
 * settle, and the next append's pending): so a power loss that tears both
 * still leaves the newest durable one. store_room says whether one more fits.
 *
 * The file is locked (flock) while it is open: one signer a file.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "mark.h"

struct store;

struct store_fault {
    char text[512]; /* what is wrong with the file and what to do */
};

/* Makes the file with `m` as its first version, durable with its directory. Never overwrites.
 * CPF_E_IO, with `fault`. */
must_check int store_create(const char *path, const struct mark_log *log, const struct mark *m,
                            struct store_fault *fault);

/*
 * Opens, locks and reads the newest whole version into *ret_mark, makes it durable, starts the helper thread.
 * *ret_damaged counts slots that were torn or rotten. CPF_E_IO or CPF_E_MISMATCH, with `fault`: missing, no
 * regular file of ours, wrong length, no whole slot, another log's, keys that rotation does not allow
 * (mark_adopt). Keys that came or went are on file, durable, when it returns.
 */
must_check int store_open(const char *path, const struct mark_log *log, struct mark *ret_mark,
                          unsigned *ret_damaged, struct store **ret, struct store_fault *fault);
/* Stops the thread without waiting for what is not durable; see store_drain. NULL is fine. */
void store_free(struct store *s);

/* May one more version be written now? */
bool store_room(struct store *s);
/* Writes the next version; only with room (else a bug). Survives kill -9 on return, power loss only once
 * durable. CPF_E_IO: the mark in memory is ahead of the file, the process must end without answering. */
must_check int store_write(struct store *s, const struct mark_log *log, const struct mark *m);
uint64_t store_written(struct store *s); /* newest version written */
uint64_t store_durable(struct store *s); /* newest version known durable */
/* Asks the thread to make all that is written durable; returns at once. */
void store_sync(struct store *s);
/* Waits until all that is written is durable. CPF_E_IO: a flush failed, nothing can be promised: end. */
must_check int store_drain(struct store *s);

/* Readable when store_durable has moved or a flush failed; store_news takes that note and returns CPF_E_IO
 * after a failed flush. */
int store_fd(const struct store *s);
must_check int store_news(struct store *s);
