#pragma once
/*
 * What a person should do when cpfd refuses to start, stops by itself, or does not serve: one plain sentence,
 * in Japanese or English by LC_ALL, LC_MESSAGES or LANG. doc/operator.md says more of each.
 */
#include <stddef.h>

/* For a code of base/err.h; NULL where the failure's own text says all. */
const char *hint_for(int err);

/*
 * Why commands are refused for now, whoever sends them: every code that flow_unavailable gives, from 0 on;
 * NULL behind the last. What stations read of it is in the catalogue. Told alike in /v1/status, metrics and
 * journal.
 */
const char *hint_reason(size_t i);
/* What to do about it; NULL for a code that is none of them. */
const char *hint_for_reason(const char *code);
