#pragma once
/* A station's day: who is signed in, what the bench is at, what was refused there. */
#include "core/entry/kind.h"

struct day_opened {
    const char *station;
};
struct day_closed {
    char none; /* it says nothing more */
};
/* session.opened and session.closed */
struct session_record {
    const char *person;
};
struct session_failed {
    const char *person;
};
/* One of the three is said; a step of "" is: none chosen */
struct bench_context {
    const char *batch, *step, *acting;
};
/* The entry comes before the data does. */
struct personal_shown {
    const char *batch, *what;
    const char *disclosures; /* "all" */
};
