#include "session.h"
#include <inttypes.h>
#include <stdlib.h>
#include "base/clock.h"
#include "log.h"

enum step { STEP_DONE, STEP_LATER /* the frame stays; c->wait says until when */ };

static bool has_waited(struct session *s, const struct conn *c)
{
    return c->wait == 0 || store_durable(s->store) >= c->wait;
}

static void refuse(struct conn *c, enum sigwire_op of, enum sigwire_code code, const char *text)
{
    log_line(code == SIGWIRE_C_STALE ? LOG_L_WARN : LOG_L_ERROR,
             "event=refused op=%d code=%s uid=%u pid=%d text=\"%s\"", (int)of, sigwire_code_name(code),
             (unsigned)c->uid, (int)c->pid, text);
    conn_refuse(c, of, code, text);
}

static void refuse_ruling(struct conn *c, enum sigwire_op of, const struct mark_ruling *why)
{
    refuse(c, of, why->code, why->text);
}

/* There is one session: the newest open closes any other. */
static void take_over(struct session *s, struct conn *c)
{
    if (s->conn && s->conn != c) {
        log_line(LOG_L_WARN, "event=superseded uid=%u pid=%d by=%d", (unsigned)s->conn->uid,
                 (int)s->conn->pid, (int)c->pid);
        s->conn->stage = CONN_CLOSING;
        s->conn->wait = 0;
    }
    s->conn = c;
}

static void log_opened(const struct session *s, const struct conn *c)
{
    const struct mark *m = s->mark;
    log_line(LOG_L_INFO,
             "event=opened uid=%u pid=%d epoch=%" PRIu64 " size=%" PRIu64 " void=%" PRIu64 " pending=%s",
             (unsigned)c->uid, (int)c->pid, m->epoch, m->settled.size, m->void_count,
             !m->has_pending      ? "none"
             : m->pending.is_void ? "void"
                                  : "resend");
}

/* The mark says opened: on file for good before the answer leaves. */
static int opened(struct session *s, struct conn *c)
{
    struct sigwire_msg answer;
    int err = store_write(s->store, s->log, s->mark);
    if (err)
        return err;
    store_sync(s->store);
    mark_opened(s->mark, &answer);
    sigwire_write(&c->held, &answer);
    c->wait = store_written(s->store);
    c->stage = CONN_OPEN;
    s->flush_at = 0;
    log_opened(s, c);
    return 0;
}

/* A third version would overwrite the newest durable one: wait for the flush first. */
static bool must_wait_for_room(struct session *s, struct conn *c)
{
    if (store_room(s->store))
        return false;
    store_sync(s->store);
    c->wait = store_written(s->store);
    return true;
}

static int do_open(struct session *s, struct conn *c, const struct sigwire_msg *m, enum step *ret)
{
    struct mark_ruling why;
    bool rolls;
    if (c->stage != CONN_NEW) {
        refuse(c, m->op, SIGWIRE_C_FRAME, "OPEN comes first and once on a connection");
        return 0;
    }
    if (must_wait_for_room(s, c)) {
        *ret = STEP_LATER;
        return 0;
    }
    if (mark_open(s->mark, s->log, m, &c->roll, &rolls, &why)) {
        refuse_ruling(c, m->op, &why);
        return 0;
    }
    take_over(s, c);
    if (!rolls)
        return opened(s, c);
    struct sigwire_msg want = {.op = SIGWIRE_WANT};
    want.want.first = s->mark->settled.size;
    want.want.count = c->roll.to.size - want.want.first;
    c->stage = CONN_ROLLING;
    log_line(LOG_L_WARN, "event=rolling from=%" PRIu64 " to=%" PRIu64, want.want.first, c->roll.to.size);
    conn_answer(c, &want);
    return 0;
}

static int do_leaves(struct session *s, struct conn *c, const struct sigwire_msg *m, enum step *ret)
{
    struct mark_ruling why;
    bool done = false;
    if (c->stage != CONN_ROLLING) {
        refuse(c, m->op, SIGWIRE_C_FRAME, "no leaves are wanted now");
        return 0;
    }
    if (must_wait_for_room(s, c)) {
        *ret = STEP_LATER;
        return 0;
    }
    if (mark_roll_add(s->mark, &c->roll, m, &done, &why)) {
        refuse_ruling(c, m->op, &why);
        return 0;
    }
    return done ? opened(s, c) : 0;
}

static int do_append(struct session *s, struct conn *c, const struct sigwire_msg *m)
{
    struct mark_ruling why;
    int err = mark_append(s->mark, s->log, m, &why);
    if (err == CPF_E_REFUSED) {
        refuse_ruling(c, m->op, &why);
        return 0;
    }
    if (err) {
        log_line(LOG_L_ERROR,
                 "event=sign_failed text=\"nothing was signed and the mark is unchanged; cpfd asks "
                 "again when cpf-signer is started anew\"");
        return err;
    }
    err = store_write(s->store, s->log, s->mark);
    if (err)
        return err;
    struct sigwire_msg answer = {.op = SIGWIRE_APPENDED};
    answer.appended.head = s->mark->pending.head;
    answer.appended.note = (struct sigwire_text){s->mark->pending.note, s->mark->pending.note_len};
    conn_answer(c, &answer);
    /* The note leaves before the flush begins; if the client is gone, the loop finds out. */
    if (!conn_flush(c))
        log_line(LOG_L_WARN, "event=unanswered pid=%d", (int)c->pid);
    store_sync(s->store);
    s->flush_at = 0;
    return 0;
}

static int do_settle(struct session *s, struct conn *c, const struct sigwire_msg *m, enum step *ret)
{
    struct mark_ruling why;
    struct sigwire_msg answer;
    bool changes = mark_settles(s->mark, m);
    if (changes && store_durable(s->store) < store_written(s->store)) {
        store_sync(s->store);
        c->wait = store_written(s->store);
        *ret = STEP_LATER;
        return 0;
    }
    if (mark_settle(s->mark, m, &why)) {
        refuse_ruling(c, m->op, &why);
        return 0;
    }
    if (changes) {
        int err = store_write(s->store, s->log, s->mark);
        if (err)
            return err;
        s->flush_at = clock_mono_ms() + SESSION_FLUSH_MS;
    }
    mark_settled(s->mark, &answer);
    conn_answer(c, &answer);
    return 0;
}

static int act(struct session *s, struct conn *c, const struct sigwire_msg *m, enum step *ret)
{
    struct sigwire_msg answer;
    if (m->op == SIGWIRE_STATUS) {
        mark_state(s->mark, s->conn && s->conn->stage == CONN_OPEN, &answer);
        conn_answer(c, &answer);
        return 0;
    }
    if (c->status_only)
        refuse(c, m->op, SIGWIRE_C_UID,
               "this user may ask for the status only: see `allow` in cpf-signer's settings");
    else if (m->op == SIGWIRE_OPEN)
        return do_open(s, c, m, ret);
    else if (m->op == SIGWIRE_LEAVES)
        return do_leaves(s, c, m, ret);
    else if (c->stage != CONN_OPEN && m->op < SIGWIRE_OPENED)
        refuse(c, m->op, SIGWIRE_C_SESSION, "nothing was opened on this connection");
    else if (m->op == SIGWIRE_APPEND)
        return do_append(s, c, m);
    else if (m->op == SIGWIRE_SETTLE)
        return do_settle(s, c, m, ret);
    else
        refuse(c, m->op, SIGWIRE_C_FRAME, "that is an answer, not a request");
    return 0;
}

static int do_frame(struct session *s, struct conn *c, const char *frame, size_t total, enum step *ret)
{
    struct sigwire_msg m;
    int err = sigwire_read(frame, total, &m);
    if (err == CPF_E_VERSION)
        refuse(c, 0, SIGWIRE_C_VERSION,
               "another version of this protocol: cpfd and cpf-signer must be of one release");
    else if (err)
        refuse(c, 0, SIGWIRE_C_FRAME, "that is not a message of this protocol");
    else if (s->stopping && m.op != SIGWIRE_SETTLE)
        c->stage = CONN_CLOSING; /* nothing new begins: the daemon sees a lost connection */
    else
        return act(s, c, &m, ret);
    return 0;
}

int session_work(struct session *s, struct conn *c)
{
    while (c->stage != CONN_CLOSING && has_waited(s, c) && c->out.len < CONN_OUT_MAX) {
        const char *frame;
        size_t total = 0;
        enum step step = STEP_DONE;
        if (c->wait && c->held.len) {
            buf_add(&c->out, c->held.data, c->held.len);
            buf_clear(&c->held);
        }
        c->wait = 0;
        int rc = conn_peek(c, &frame, &total);
        if (rc == 0)
            break;
        if (rc < 0) {
            refuse(c, 0, SIGWIRE_C_FRAME, "a frame of that length is none of this protocol");
            break;
        }
        int err = do_frame(s, c, frame, total, &step);
        if (err)
            return err;
        if (step == STEP_DONE)
            conn_drop(c, total);
    }
    return 0;
}

void session_forget(struct session *s, const struct conn *c)
{
    if (s->conn == c)
        s->conn = NULL;
}

bool session_in_flight(const struct session *s)
{
    return s->conn && s->conn->stage == CONN_OPEN && s->mark->has_pending;
}
