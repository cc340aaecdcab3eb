#pragma once
/* Inside of daemon/follow only. See follow.c for the states. */
#include <event2/event.h>
#include "base/mem.h"
#include "core/view/view.h"
#include "core/view/sheet.h"
#include "follow/follow.h"
#include "store/db.h"

enum follow_state {
    FOLLOW_IDLE,    /* not started, or not connected */
    FOLLOW_LOOKING, /* where do the tables stand? */
    FOLLOW_READING, /* a part of the log is on its way */
    FOLLOW_WRITING, /* ... and is being written */
    FOLLOW_LIVE,    /* level with the log: entries come by follow_entry */
};

struct follow {
    struct follow_config cfg;
    enum follow_state state;
    struct db *db;
    struct event *ev_retry, *ev_write;
    unsigned tries;
    bool started, connected, must_reset;
    bool again; /* look again once the transaction under way has ended */
    struct view *view;
    struct view_sheet *filling, *flying; /* rows that gather; rows of the transaction under way */
    int64_t written;                     /* in the tables; -1 none */
    int64_t filled;                      /* in `filling` or the tables */
    int64_t to;                          /* of the transaction under way */
    int64_t told;                        /* newest settled entry, -1 none */
    bool busy;                           /* a transaction is under way */
    size_t part, nread;                  /* entries to be read at a time; of the part being read */
    int64_t refused;                     /* an entry whose rows the tables do not take, -1 none */
    uint64_t faults;
    struct arena arena;
    struct buf column[VIEW_COLUMNS]; /* reused */
};

/* follow_write.c: one transaction with everything in `flying`. */
void follow_write(struct follow *f, db_done_fn done);
