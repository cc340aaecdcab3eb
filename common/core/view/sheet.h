#pragma once
/*
 * A sheet: rows of the view merged by their keys, in memory. The follower
 * gathers one transaction in it, the audit a whole log. What it does to a row
 * given again is what the follower's statements do to a row in PostgreSQL.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/view/view.h"

struct view_sheet;

struct view_sheet *view_sheet_new(void);
void view_sheet_free(struct view_sheet *s); /* NULL is fine */
void view_sheet_clear(struct view_sheet *s);

/* Strings are copied. */
void view_sheet_add(struct view_sheet *s, const struct view_row *row);

/* Rows of a table, in the order in which their keys first came. */
size_t view_sheet_count(const struct view_sheet *s, enum view_id table);
size_t view_sheet_total(const struct view_sheet *s);
void view_sheet_get(const struct view_sheet *s, enum view_id table, size_t i, struct view_row *ret);
/* The row with the key of `row`: its number, or SIZE_MAX. */
size_t view_sheet_find(struct view_sheet *s, const struct view_row *row);
