#pragma once
/* Who plays what: batches, lanes, days, numbers, values. */
#include "sim.h"

#define PLAN_CASES 64

struct plan {
    size_t ncases;
    struct story *cases[PLAN_CASES];
    size_t nomit;
    const char **omit; /* one player each */
};

/* Numbers of batches that the server knows decide where ours begin. CPF_E_*, with an English text. */
must_check int plan_players(struct sim *s, const struct plan *plan, const json_t *batches, char *ret_error,
                            size_t size);
/* The facility gave the batch its number: that counts from now on, for those beside it, too. */
void plan_numbered(struct player *p, const char *batch);
/* Every mandatory step of the story, for --omit-each; NULL-terminated, in the sim's arena. */
const char **plan_mandatory(struct sim *s, size_t *ret_n);
void plan_free(struct sim *s);
