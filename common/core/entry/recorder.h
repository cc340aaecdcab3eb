#pragma once
/* The daemon itself: since when it may have missed what stations did. */
#include "core/entry/kind.h"

struct recorder_stopped {
    char none; /* it says nothing more */
};
/* It records again: what stations did from `since` to the entry's time it cannot have heard. */
struct recorder_resumed {
    const char *since;
    const char *cause; /* "start", or the code of what it lacked */
};
