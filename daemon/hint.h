#pragma once
/*
 * What a person should do when cpfd refuses to start or stops by itself: one plain sentence, in Japanese or
 * English by LC_ALL, LC_MESSAGES or LANG. doc/operator.md says more of each.
 */

/* For a code of base/err.h; NULL where the failure's own text says all. */
const char *hint_for(int err);
