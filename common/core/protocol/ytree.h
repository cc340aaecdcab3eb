#pragma once
/*
 * A YAML document as a tree whose nodes know where they stand. One document, no tags, no self-containing
 * aliases, mapping keys are scalars and unique, sizes within bounds.h: a file, depth, and nodes counted as
 * if every alias were written out, so that a few lines cannot unfold into millions.
 *
 * An alias is the same node in two places; nothing is copied.
 */
#include <stdbool.h>
#include <stddef.h>
#include "base/mem.h"
#include "core/protocol/diag.h"

enum ynode_kind { YNODE_SCALAR, YNODE_LIST, YNODE_MAP };

struct ypair {
    const struct ynode *key; /* NULL in a list */
    const struct ynode *value;
    struct ypair *next;
};

struct ynode {
    enum ynode_kind kind;
    bool plain;       /* scalar without quotes */
    int line, column; /* from 1 */
    const char *str;  /* scalar, NUL-terminated without NUL inside */
    size_t len;       /* scalar: bytes; else children */
    struct ypair *first, *last;
    size_t weight; /* nodes in it, aliases written out */
    int height;    /* levels below it */
};

#define ynode_each(it, node) for (const struct ypair *it = (node)->first; it; it = it->next)

/* The root, or NULL if `text` is not such a document; complaints (also of a tree that is returned) go to
 * `d`. Nodes live in `nodes`, strings in `strings`; `text` is not kept. */
const struct ynode *ytree_parse(struct arena *nodes, struct arena *strings, const char *text, size_t len,
                                struct diag *d);
/* Value of a mapping's key, or NULL. */
const struct ynode *ynode_get(const struct ynode *map, const char *key);
/* Appends a child; false beyond BOUND_PROTOCOL_NODES. */
bool ynode_push(struct arena *nodes, struct ynode *parent, const struct ynode *key,
                const struct ynode *value);
const char *ynode_kind_name(const struct ynode *n); /* "a text", "a list", "a mapping" */
