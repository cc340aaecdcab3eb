#pragma once
/* The signer's loop: one poll over the socket, its few clients, the flush thread and the signals. */
#include <stddef.h>
#include <sys/types.h>
#include "base/err.h"
#include "mark.h"
#include "store.h"

#define SERVE_CONNS       8    /* clients at once; the oldest without a session gives way */
#define SERVE_STOP_MS     5000 /* how long SIGTERM waits for a group in flight to be settled */
#define SERVE_PAUSE_MS    1000 /* nobody is let in for so long after the process ran out of descriptors */
#define SERVE_SOCKET_MODE 0666 /* who may speak is decided by SO_PEERCRED, not by the socket's mode */

struct serve_config {
    const char *socket;
    const uid_t *allow; /* who may open; the signer's own user may ask the status */
    size_t nallow;
    struct mark *mark;
    const struct mark_log *log;
    struct store *store;
};

/*
 * Listens, tells systemd READY, and serves until SIGTERM or SIGINT, then finishes what is in flight and
 * flushes the mark. CPF_E_IO if the socket cannot be made, or the state file can no longer be written.
 */
must_check int serve_run(const struct serve_config *cfg);

/* The stop signals are blocked in the calling thread (and those it starts), to be read by serve_run. */
void serve_block_signals(void);
