#pragma once
/* A station's day: who is signed in, what the bench is at, what was refused there. */
#include "core/entry/hand.h"

/* Who goes on working there behind midnight, since when. */
struct carried {
    const char *person, *since;
    bool fit; /* as declared yesterday */
};
struct carrieds LIST_OF(struct carried);
struct day_opened {
    const char *station;
    struct carrieds people; /* none: nobody is signed in */
    const char *acting, *batch, *step;
};
struct day_closed {
    bool carried; /* its sessions go on in the next day's stream */
};
/* session.opened and session.closed */
struct session_record {
    const char *person;
    bool fit;    /* opened: declared fit that day already, so that this stream says it when the other has left
                    the memory */
    bool beside; /* closed: by a badge that was read while others were signed in; the entry says who acted */
};
struct session_failed {
    const char *person;
};
/* One of them is said; a step of "" is: none chosen */
struct bench_context {
    const char *batch, *step, *acting;
    bool asks;      /* not yet: it is asked whether that is meant */
    bool leaves;    /* it is asked who signs out */
    enum loss loss; /* it is asked which container is that; or, with it, who is the second person */
    const char *container;
};
enum document { DOCUMENT_NONE, DOCUMENT_BUNDLE, DOCUMENT_PDF, DOCUMENT_CSV, DOCUMENT_JSON };
extern const struct word_list document_words;
/* The entry comes before the data does. */
struct personal_shown {
    const char *batch;
    enum document what;
    const char *disclosures; /* "all" */
};
