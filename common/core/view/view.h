#pragma once
/*
 * The view: from one entry to rows of the projections, the ordinary tables
 * that people and SQL tools read (schema/projections.txt, their one description). Pure: no
 * database here. The follower writes the rows into PostgreSQL, the audit
 * folds them in memory and compares; both by this code alone.
 *
 * A row names its table and key and gives some columns. How a column given
 * twice is merged is the column's own: the newest wins, the first wins, or
 * numbers are added. Rows of an `appended` table are never given twice and
 * come in the order of their key.
 *
 * What an input does to containers, limits and states is said by the batch's
 * protocol, so the view asks for it, and remembers which batch is made under
 * which; and it remembers who is signed in where, since a sign-out closes the
 * row of the sign-in. A batch it was never told of is CPF_E_NOTFOUND.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/entry.h"
#include "base/err.h"
#include "core/protocol/protocol.h"
#include "view_list.h" /* enum view_id: one of each table of schema/projections.txt, VIEW_COLUMNS */

/* Counts changes of what this code makes of a log: a follower that finds rows of another version starts anew.
 */
#define VIEW_VERSION 4

enum view_type {
    VIEW_TEXT,
    VIEW_DECIMAL, /* text of base/dec.h's grammar */
    VIEW_INT,
    VIEW_BOOL,
    VIEW_TIME /* Unix ms */
};

enum view_merge {
    VIEW_KEY,  /* never changes */
    VIEW_LAST, /* the newest given */
    VIEW_ONCE, /* the first given */
    VIEW_ADD   /* the sum */
};

struct view_column {
    const char *name;
    enum view_type type;
    enum view_merge merge;
};

struct view_table {
    const char *name;
    bool appended;
    size_t ncolumns; /* the key's come first */
    const struct view_column *column;
};
extern const struct view_table view_tables[VIEW_TABLES];

union view_value {
    const char *text; /* VIEW_TEXT, VIEW_DECIMAL */
    int64_t num;      /* the others */
};

struct view_row {
    enum view_id table;
    uint32_t given; /* bit i: column i */
    union view_value value[VIEW_COLUMNS];
};

struct view;
struct view_config {
    /* The protocol `<id>@<version>`, alive until the view's next call; NULL if there is none. */
    const struct protocol *(*protocol)(void *arg, const char *name);
    /* A row; its strings live during the call only. */
    void (*row)(void *arg, const struct view_row *row);
    void *arg;
};

struct view *view_new(const struct view_config *cfg);
void view_free(struct view *v);  /* NULL is fine */
void view_reset(struct view *v); /* forgets batches and sessions */

/* What the rows already written know: for a view that does not begin at the log's beginning. */
void view_know_batch(struct view *v, const char *batch, const char *protocol);
bool view_knows_batch(const struct view *v, const char *batch);
void view_know_session(struct view *v, int64_t idx, const char *station, const char *person);

/*
 * The rows of one entry; entries come in log order. CPF_E_NOTFOUND: an entry of a batch it does not know, or
 * whose protocol there is not; nothing was given, and the entry may be given again. An entry whose body is
 * not of its kind gives the rows that can be told: the rules never read them.
 */
must_check int view_entry(struct view *v, const struct entry *e);
