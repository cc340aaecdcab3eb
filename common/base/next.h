#pragma once
/*
 * States and what may follow on them: a table has a row of bits for each state, one bit for each that may be
 * next; staying counts as a step like any other. The one setter of a state asks it, and refuses what it does
 * not know.
 */
#include <stdbool.h>

#define NEXT(state) (1U << (state))

static inline bool may_follow(unsigned row, int next)
{
    return (row >> next) & 1U;
}
