#pragma once
/*
 * Alarms that latch at a station until whoever stands there has acknowledged them. They stand in the
 * station's own stream, which never leaves the memory: midnight, a sign-out and a restart end none.
 */
#include "core/entry/kind.h"

/* alarm.raised: what the first entry of its command (`of`) says, as `struct judged` has it. */
struct alarm_raised {
    const char *station;
    const char *batch, *step; /* in work there, or NULL */
    bool stops;               /* no scan is taken there before */
    struct secrets secrets;   /* SECRET_OTHER */
};
/* alarm.acknowledged, by who acts. */
struct alarm_acknowledged {
    const char *station;
    const char *alarm;    /* leaf of its alarm.raised */
    const char *called;   /* of quality, who was telephoned, or NULL */
    struct texts without; /* ids of who was signed in there and had not acknowledged it */
    bool ends;            /* it stands no more */
};

/* As the book has it. */
#define ALARMS     8 /* at most at one station: the oldest that stops nothing makes room */
#define ALARM_SEEN 12
struct person;
struct bench;
struct alarm {
    const char *leaf, *batch, *step; /* of its entry, base64url; as above */
    const char *other;               /* digest of the other batch's number, or NULL */
    const char *code, *thing;        /* `thing`: id of what was read, or NULL */
    enum outcome outcome;
    const struct json *args;
    int64_t at; /* of the event */
    bool stops;
    size_t nseen;
    const struct person *seen[ALARM_SEEN]; /* who has acknowledged it: the first ones */
    struct alarm *next;                    /* the one after it */
};
bool alarm_seen_by(const struct alarm *a, const struct person *p);
/* That is told first; NULL: none stands. */
const struct alarm *bench_alarm(const struct bench *bench);
