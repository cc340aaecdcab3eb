#pragma once
/*
 * The basis of a record: what changes what it says and is no entry of a batch. Word lists, forms, clauses,
 * the register of staff, some settings, the version of the program: items with a name, each the digest of a
 * file or a short text. The log has them (core/entry/basis.h) under one digest: SHA-256 over a line
 * `NAME VALUE` for each item, sorted by name.
 *
 * Here stands what daemon, cpf-report and cpf-verify must agree on.
 */
#include <stdbool.h>
#include <stddef.h>
#include "base/json.h"
#include "base/mem.h"

struct basis_item {
    const char *name;
    const char *sha256; /* base64url; NULL: it is no file */
    const char *text;   /* NULL: it is a file */
};
struct basis_items { /* a list of base/shape.h */
    size_t n;
    const struct basis_item *item;
};
struct shape;
extern const struct shape basis_item_shape;

#define BASIS_ITEMS 16 /* at most */
struct basis {
    struct arena *a;
    size_t n;
    struct basis_item item[BASIS_ITEMS];
};

/* What a report is made with: cpf-report compares these with the log's, cpf-verify compares both. Others are
 * the daemon's alone (late_after_s). */
#define BASIS_CATALOGUE "catalogue"
#define BASIS_CLAUSES   "clauses"
#define BASIS_FORMS     "forms"
#define BASIS_PROGRAM   "program"
#define BASIS_RIGHTS    "rights" /* the daemon's alone */
#define BASIS_STAFF     "staff"
#define BASIS_WORDS     "words"
#define BASIS_ZONE      "zone"
bool basis_of_reports(const char *name);

/* A file that is not there gives no item. One that cannot be read gives an item that says so. */
void basis_file(struct basis *b, const char *name, const char *path);
void basis_text(struct basis *b, const char *name, const char *text);
/* Sorted; lives where `b` does. */
struct basis_items basis_list(struct basis *b);

void basis_digest(const struct basis_items *items, char ret[44]);
const struct basis_item *basis_find(const struct basis_items *items, const char *name); /* NULL: none */
/* Of what a report is made with, the names in which the two differ, at most `max`; how many. */
size_t basis_differ(const struct basis_items *log, const struct basis_items *made, const char **names,
                    size_t max);
