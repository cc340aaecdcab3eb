#pragma once
/* Who is away, and what nobody can do of what is coming. */
#include "core/entry/kind.h"

/* person.away: from the first day to the last one; `back`: there after all, in these days. */
struct person_away {
    const char *person;
    int64_t from, until;
    const char *deputy; /* who stands in, as far as the rights let him; or NULL */
    bool back;
    struct personal reason;
};

/* What a coming act lacks. */
enum rota_lack {
    ROTA_FINE,
    ROTA_NOBODY,    /* nobody may perform it */
    ROTA_NO_SECOND, /* whoever may, there is nobody to witness */
    ROTA_TOO_FEW,   /* fewer than must be there */
};
extern const struct word_list rota_lack_words;

struct rota_entry {
    const char *step;    /* the first of these */
    int64_t on, culture; /* the day; counted from the draw: -1, not known */
    enum rota_lack lack;
    int64_t more; /* further steps of that day that lack the same people */
};
struct rota_entries LIST_OF(struct rota_entry);
/* rota.gaps, in the batch's own stream: once a day, while there are any. */
struct rota_gaps {
    struct rota_entries gaps;
};
