#pragma once
/*
 * Map from string to pointer: open addressing, insertion order kept for
 * iteration, or the order of keys (by_key; meant for hundreds: what is put
 * between others moves them). Keys are not copied: they must live as long as
 * the entry (normally inside the value). Removal leaves a tombstone.
 */
#include <stdbool.h>
#include <stddef.h>

struct map {
    struct map_slot {
        const char *key; /* NULL: free or removed */
        void *value;
    } * slot;           /* in insertion order */
    size_t nslots, cap; /* slots used (with removed ones), allocated */
    size_t count;       /* live entries */
    unsigned *index;    /* hash table of slot number + 1 */
    size_t nindex;      /* a power of two */
    bool by_key;        /* set while it is empty */
};

void map_init(struct map *m);
void map_fini(struct map *m);                                      /* frees the table, not the values */
void *map_get(const struct map *m, const char *key);               /* key NULL -> NULL */
void *map_get_n(const struct map *m, const char *key, size_t len); /* of a key without a NUL behind it */
void map_put(struct map *m, const char *key,
             void *value);                        /* replaces the value of an equal key, keeps the old key */
void *map_remove(struct map *m, const char *key); /* the value removed, or NULL */
/* The i-th live value from *pos on (start with 0), NULL at the end. */
void *map_next(const struct map *m, size_t *pos);
