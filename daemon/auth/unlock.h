#pragma once
/*
 * Opening sealed secrets (scrypt) on one worker thread, with a queue of
 * BOUND_UNLOCK_QUEUE; the loop never waits. The password is wiped as soon as
 * it was used, the opened secret right after the callback returns.
 */
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

struct event_base;
struct unlock;

/* `err`: 0, or CPF_E_SECRET. secret is NULL then. Runs on the loop, exactly once per start. */
typedef void (*unlock_cb)(void *arg, int err, const void *secret, size_t len);

must_check int unlock_new(struct event_base *base, bool allow_light, struct unlock **ret);
/* Copies both strings. CPF_E_BUSY if the queue is full: the callback will not come. */
must_check int unlock_start(struct unlock *u, const char *sealed, const char *password, unlock_cb cb,
                            void *arg);
size_t unlock_waiting(const struct unlock *u);
void unlock_free(struct unlock *u); /* joins the thread; pending callbacks do not come */
