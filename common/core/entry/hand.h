#pragma once
/* What is said of a batch outside of its steps. Deviations and holds by hand: deviation.h. */
#include "core/entry/kind.h"

enum information {
    INFORMATION_NONE,
    INFORMATION_COMPLAINT,
    INFORMATION_QUALITY,
    INFORMATION_ILLNESS,
    INFORMATION_OTHER
};
extern const struct word_list information_words;

struct information_received {
    const char *batch; /* of the request */
    enum information about;
    struct personal reason;
};
/* The patient, as somebody of the clinic says by name: from that moment on. */
struct consent_withdrawn {
    const char *batch; /* of the request */
    const char *at;    /* when the patient said so; as the log writes times */
    struct personal reason;
};
/* Labels handed out to be printed, each once. */
struct label_printed {
    const char *batch; /* of the request */
    struct texts containers;
    struct texts again; /* those of them whose reprint was recorded before */
    const char *sha256; /* of what was handed out */
};
/* label.reprinted, label.voided */
struct label_record {
    const char *batch, *witness; /* of the request */
    const char *container;
    int64_t serial; /* of the print: the first is 1; 0: none */
    struct personal reason;
};
/* container.lost: gone before any step used it up, said by two. */
enum loss { LOSS_NONE, LOSS_BROKEN, LOSS_MISSING };
extern const struct word_list loss_words;
struct container_lost {
    const char *batch, *witness; /* of the request */
    const char *container;
    enum loss how;
    struct personal reason;
};
