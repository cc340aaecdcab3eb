#pragma once
/* Stations: where people scan and sign. */
#include "base/spool.h"
#include "core/entry/kind.h"

/* station.enrolled: a program's, by record; or a tablet's own, with the code of an invitation. Without a key
 * it works as any other, but what it did while it was away carries no time that is believed. */
struct station_enrolled {
    const char *station, *kind, *room;
    const char *token; /* digest of the bearer token */
    const char *key;   /* P-256, base/p256.h; NULL: keyless */
    bool spare;        /* sealed; it has a badge of its own id, which is nobody's (struct spare) */
    struct personal reason, note, remark;
};
/* A one-time code for a tablet that makes its own key; good for STATION_CODE_MS from the entry's time. */
struct station_invited {
    const char *station, *kind, *room;
    const char *once; /* digest of the one-time code, which nobody keeps */
    struct personal reason, note, remark;
};
/* The seal of the spare station is broken, by whoever uses it and signs this. For SPARE_MS it stands where
 * the station that it replaces stood, and its badge is that person's. */
struct spare_opened {
    const char *station, *replaces;
    const char *called;      /* of quality, who was telephoned */
    const char *kind, *room; /* of what it replaces */
    struct personal reason;
};
/* Management or quality has seen what it was used for, and it is sealed again. */
struct spare_confirmed {
    const char *station;
    struct personal reason;
};
#define SPARE_MS (INT64_C(24) * 3600 * 1000)
/* As the book has it, beside where it stood (struct stood): what it was used for stands until it is
 * confirmed. */
struct person;
struct spare_user {
    const struct person *person;
    const struct spare_user *next;
};
struct spare {
    int64_t since;                  /* opened first of what nobody has confirmed; 0: nothing is */
    const struct spare_user *users; /* since then, the last one first */
};
struct station_revoked {
    const char *station;
    struct personal reason, note, remark;
};
/* Not heard since, with somebody signed in there. */
struct station_silent {
    const char *station, *since;
};
/* Heard again: the outage of this station is from `since` to the entry's time. */
struct station_returned {
    const char *station, *since;
};
/* What a station brings from its own list: the n-th since its enrolment. Beside the entry that it became. */
struct station_spooled {
    const char *station;
    int64_t number;
    const char *prev, *hash; /* of the item before it, as it says; of this one */
    const char *sig;         /* by the station's key */
    const char *occurred;    /* as it says */
    bool seen;               /* the time is believed: the daemon itself had seen the outage */
    bool broken;             /* signature, number, hash or time does not follow the one before */
};

/* What a tablet signs when it enrols: five lines. */
#define STATION_ENROL_TEXT "cpf/enrol/v1\n%s\n%s\n%s\n%s\n" /* origin, digests of code and token, key */
/* `prev` of the first item. */
#define STATION_SPOOL_FIRST "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define STATION_CODE_MS     (INT64_C(10) * 60 * 1000)
