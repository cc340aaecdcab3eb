#pragma once
/*
 * What a person should do when cpfd refuses to start, stops by itself, or does not serve: one plain sentence,
 * in Japanese or English by LC_ALL, LC_MESSAGES or LANG. doc/operator.md says more of each.
 */
#include <stddef.h>

struct hint_words {
    const char *ja, *en; /* NULL: nothing to say */
};

/* For a code of base/err.h; NULL where the failure's own text says all. */
const char *hint_for(int err);
struct hint_words hint_words_for(int err); /* in both languages: for what a station shows */

/*
 * Why commands are refused for now, whoever sends them: every code that flow_unavailable gives, from 0 on;
 * NULL behind the last. What stations read of it is in the catalogue. Told alike in /v1/status, metrics and
 * journal.
 */
const char *hint_reason(size_t i);
/* What is wrong and does not keep from serving (health/health.h). */
enum health_warning {
    HEALTH_CERTIFICATE, /* it ends soon, has ended, or does not count yet */
    HEALTH_FILE,        /* a file that a start needs cannot be read, or is not what it must be */
    HEALTH_KEY,         /* a key that others than its owner and group may read */
    HEALTH_DISK,        /* little room */
    HEALTH_CLOCK,       /* the kernel does not say that its clock is synchronised */
    HEALTH_WARNINGS
};
/* Of the table of rights: another one waits for its acceptance; the one in force is not understood. */
#define HINT_RIGHTS_PROPOSED   "right.proposed"
#define HINT_RIGHTS_UNREADABLE "right.unreadable"
/* The code of an enum health_warning; NULL behind the last. */
const char *hint_warning(size_t i);
/* What to do about a reason or a warning; NULL for a code that is neither. */
const char *hint_for_reason(const char *code);
struct hint_words hint_words_for_reason(const char *code);
