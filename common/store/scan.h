#pragma once
/*
 * Blocking reads of a whole table, for programs that do nothing else: one
 * statement of common/store/sql at a time, streamed as binary COPY. All scans
 * of one snapshot see one state of the database.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "store/stmt.h"

struct scan; /* one connection inside a read-only transaction */

/* `first`: NULL, or another scan whose snapshot is shared. *ret_error (free it) says why not: CPF_E_AWAY. */
must_check int scan_open(const char *conninfo, struct scan *first, struct scan **ret, char **ret_error);
/* From now on scan_open() with it as `first` runs nothing on it: others may use it meanwhile, in one thread.
 */
must_check int scan_share(struct scan *s);
void scan_close(struct scan *s); /* NULL is fine */

/* How it finds rows from now on: as the planner likes, by reading every row, or by indexes. */
enum scan_path { SCAN_ANY, SCAN_ROWS, SCAN_INDEX };
must_check int scan_by(struct scan *s, enum scan_path path); /* CPF_E_DB, CPF_E_AWAY */
/* Begins a statement, ending the one before; its parameters are integers, as many as it has. CPF_E_DB. */
must_check int scan_start(struct scan *s, enum db_stmt stmt, const int64_t *args);
/* The same with each parameter as text, of the type that the statement wants; NULL gives null. */
must_check int scan_start_text(struct scan *s, enum db_stmt stmt, const char *const *args);
/* 1 and the next row, 0 at the end, CPF_E_DB or CPF_E_AWAY. The row is valid until the next call. */
must_check int scan_next(struct scan *s);
const char *scan_error(const struct scan *s); /* words of the last failure */

/* Fields of the row, in the order of the statement's columns. */
bool scan_null(const struct scan *s, int col);
int64_t scan_i64(const struct scan *s, int col); /* int8, int4, bool; 0 for null */
/* Not NUL-terminated; *ret_len bytes. */
const char *scan_bytes(const struct scan *s, int col, size_t *ret_len);
