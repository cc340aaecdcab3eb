/*
 * While serving: do database and signer still answer, and is the server still set so that what it commits
 * lasts? A group under way asks that by itself; between groups something is asked that changes nothing, so
 * that a peer that hangs is missed before anybody scans. Deadlines: db_deadline, signer_client_deadline.
 */
#include "ledger/ledger_int.h"

#define WATCH_MS 500 /* between two questions */
#define WATCH_BUSY                                                                                           \
    20 /* while groups follow each other, the server's settings are asked for so many times less */

static void on_server(void *arg, const struct db_reply *r)
{
    struct ledger *l = arg;
    l->watch.server = false;
    if (!ledger_reply_ok(l, r))
        return;
    const struct db_result *row = r->result[0];
    const char *off = ledger_unsafe(db_i64(row, 0, 0), db_i64(row, 0, 1), db_i64(row, 0, 2));
    if (off)
        ledger_lost(l, "database.unsafe", off);
}

static void on_signer(void *arg, int err, const struct sigwire_msg *m, const struct signer_refusal *r)
{
    struct ledger *l = arg;
    (void)m;
    l->watch.signer = false;
    if (err)
        ledger_refused(l, err, r);
}

static void on_watch(evutil_socket_t fd, short what, void *arg)
{
    struct ledger *l = arg;
    (void)fd;
    (void)what;
    bool idle = l->state == LEDGER_READY && l->cur->state == GROUP_NONE;
    if (l->state < LEDGER_READY || l->state == LEDGER_DEAD || (!idle && ++l->watch.busy < WATCH_BUSY))
        return;
    l->watch.busy = 0;
    if (!l->watch.server) {
        l->watch.server = true;
        db_query(l->db, DB_LOG_WATCH, NULL, on_server, l);
    }
    if (idle && !l->watch.signer && signer_client_up(l->signer)) { /* what is settled may be settled again */
        l->watch.signer = true;
        signer_client_settle(l->signer, l->epoch, &l->settled, on_signer);
    }
}

void watch_init(struct ledger *l)
{
    const struct timeval every = {0, WATCH_MS * 1000};
    l->watch.ev = event_new(l->cfg.base, -1, EV_PERSIST, on_watch, l);
    require(l->watch.ev && event_add(l->watch.ev, &every) == 0);
}

/* A fence waits as long as it takes (a standby, another daemon's transaction), and so does the reading at
 * start. */
void watch_state(struct ledger *l)
{
    bool serving = l->state == LEDGER_READY || l->state == LEDGER_COMMITTING;
    db_deadline(l->db, serving ? BOUND_PEER_MS : 0);
    signer_client_deadline(l->signer, BOUND_PEER_MS);
    if (!serving)
        l->watch.server = l->watch.signer = false;
}

void watch_fini(struct ledger *l)
{
    if (l->watch.ev)
        event_free(l->watch.ev);
}
