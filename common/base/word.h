#pragma once
/*
 * Words of an enumeration, both ways: one table an enum. Index 0 is "not said" and has no word, so that a
 * struct of zeros says nothing.
 */
#include <stddef.h>

struct word_list {
    size_t n;                /* of `word`, with index 0 */
    const char *const *word; /* word[0] is NULL */
};

/* The index of the word; 0 if it is none of them (or NULL). */
int word_find(const struct word_list *w, const char *word);
/* NULL for 0 and for what is no index of it. */
const char *word_name(const struct word_list *w, int i);
