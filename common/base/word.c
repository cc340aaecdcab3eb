#include "base/word.h"

#include <string.h>

int word_find(const struct word_list *w, const char *word)
{
    for (size_t i = 1; word && i < w->n; i++)
        if (strcmp(w->word[i], word) == 0)
            return (int)i;
    return 0;
}

const char *word_name(const struct word_list *w, int i)
{
    return i > 0 && (size_t)i < w->n ? w->word[i] : NULL;
}
