#pragma once
/*
 * What an audit checks besides leaves, tree, chains and columns: one row of
 * the table in hook.c, one file each.
 *
 *   begin   the head and the catalogue are right, no row was read yet
 *   entry   an entry of one of `kinds`, parsed; in the order of the log, always in the main thread. The rows
 *           after it are not checked yet and may even be read already: an opinion that needs more than this
 *           entry waits until `end`
 *   end     all rows were read and found right: each column says what its row's bytes say and each leaf is
 *           in the signed tree. So a question to the tables (scan_open(a->conninfo, a->entries, …) sees the
 *           same snapshot) is a question to the log. a->streams holds the newest entry of each stream
 *   fini    always, after the others, even when one failed
 *
 * Each may be NULL. a->from is the index of the first entry this audit reads: 0 when it is a full one; an
 * incremental one calls `entry` for new entries only. What is wrong goes to audit_fault(), what could not be
 * read to audit_scan_fault(); its code is returned. Figures for the report: add a member to struct audit's
 * counters, a line to report_json().
 */
#include "audit/int.h"
#include "base/kind.h"

struct audit_hook {
    const char *name;
    const enum kind_id *kinds; /* ends with KIND_NONE; NULL: none */
    int (*begin)(struct audit *a, void **state);
    int (*entry)(struct audit *a, void *state, const struct entry *e);
    int (*end)(struct audit *a, void *state);
    void (*fini)(void *state); /* state may be NULL */
};

/* acts.c: keys of persons, for range_act() */
must_check int audit_acts_begin(struct audit *a, void **state);
void audit_acts_fini(void *state);
/* path.c: each index, and the columns, against what was read by position */
must_check int audit_path_end(struct audit *a, void *state);
/* map.c: maps of streams */
extern const enum kind_id audit_map_kinds[];
must_check int audit_map_begin(struct audit *a, void **state);
must_check int audit_map_entry(struct audit *a, void *state, const struct entry *e);
must_check int audit_map_end(struct audit *a, void *state);
void audit_map_fini(void *state);
/* redact.c: what was erased */
extern const enum kind_id audit_redact_kinds[];
must_check int audit_redact_begin(struct audit *a, void **state);
must_check int audit_redact_entry(struct audit *a, void *state, const struct entry *e);
must_check int audit_redact_end(struct audit *a, void *state);
void audit_redact_fini(void *state);

/* anchor.c: cosignatures, time stamps, what we cosigned of others */
must_check int audit_anchor_begin(struct audit *a, void **state);
must_check int audit_anchor_end(struct audit *a, void *state);
void audit_anchor_fini(void *state);

/* The table: NULL name at its end. */
extern const struct audit_hook audit_hooks[];
#define AUDIT_HOOKS 16 /* room for their states */

/* Runs them all; the first that fails ends it. */
must_check int audit_hooks_begin(struct audit *a);
must_check int audit_hooks_entry(struct audit *a, const struct entry *e);
must_check int audit_hooks_end(struct audit *a);
void audit_hooks_fini(struct audit *a);
/* Does any of them want to see entries of this kind? */
bool audit_hooks_want(enum kind_id kind);
