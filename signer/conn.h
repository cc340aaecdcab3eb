#pragma once
/* One client of the signer's socket: bytes in, bytes out, and where it stands in the protocol. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/buf.h"
#include "base/sigwire.h"
#include "mark.h"

#define CONN_OUT_MAX (256 * 1024) /* unread answers, beyond which nothing more is read from that client */

enum conn_stage {
    CONN_NEW,     /* nothing opened */
    CONN_ROLLING, /* OPEN answered with WANT: leaves are coming */
    CONN_OPEN,    /* the session */
    CONN_CLOSING, /* refused or superseded: what is in `out` still leaves, then it is closed */
};

struct conn {
    int fd;
    uid_t uid;
    pid_t pid;
    bool status_only; /* the signer's own user, not an allowed one: may ask STATUS */
    enum conn_stage stage;
    uint64_t wait; /* version of the mark that must be durable before anything more happens here; 0: none */
    struct buf in, out;
    struct buf held; /* an answer that leaves once `wait` is durable */
    struct mark_roll roll;
};

/* Takes over `fd` (non-blocking). */
struct conn *conn_new(int fd, uid_t uid, pid_t pid);
void conn_free(struct conn *c); /* NULL is fine */

/* Reads what is there. false: the client is gone, or broken. */
must_check bool conn_fill(struct conn *c);
/* Sends what can be sent. false: the client is gone. */
must_check bool conn_flush(struct conn *c);

/* Is a whole frame waiting? 1 and *ret; 0: not yet; negative: none ever will be (CPF_E_LIMIT). */
int conn_peek(const struct conn *c, const char **ret_frame, size_t *ret_total);
void conn_drop(struct conn *c, size_t total); /* forgets that frame */

/* Puts an answer behind the ones before. */
void conn_answer(struct conn *c, const struct sigwire_msg *m);
/* Refuses request `of` for good: answer, and CONN_CLOSING. */
void conn_refuse(struct conn *c, enum sigwire_op of, enum sigwire_code code, const char *text);
