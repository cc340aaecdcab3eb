#pragma once
/* Inside of recall only: one command's recall, and what is read for it (recall_read.c). */
#include "flow/flow_int.h"

struct row {
    uint64_t idx;
    size_t len;
    const char *text;
};
struct end {
    const char *stream;
    uint64_t count;
    uint8_t last[HASH_LEN];
};
struct value {
    const char *stream, *salted;
};

struct recall {
    struct work *w;
    struct arena arena, chunk; /* of the whole; of what is read at once */
    unsigned rounds, tries;
    size_t want;              /* of the verdict's: the next one to look for */
    bool asked;               /* its closings */
    const char **stream;      /* to be read, and read */
    size_t nstreams, cap, at; /* the chunk begins at `at` */
    struct answer *answer;
    size_t nanswers;
    /* the chunk */
    size_t size;
    struct ledger_tile *tile;
    struct row *row;
    struct end *end;
    struct value *value;
    size_t ntiles, nrows, nends, nvalues;
};

/* recall.c */
void recall_look_on(struct flow *f); /* the next thing to be read, or the judgement */
const struct want *recall_wanted(const struct recall *r);
void recall_answer(struct recall *r, const char *stream); /* what is wanted is here */
/* The command ends with it, nothing was judged; the next one is served. */
void recall_give_up(struct flow *f, int status, const char *code);
void recall_refuse(struct flow *f, const char *stream, const char *why);
bool recall_again(struct flow *f); /* a little later; false: that was said too often */
/* recall_read.c */
void recall_ask_closings(struct flow *f);
void recall_ask_streams(struct flow *f);

/* One more of an array in the arena. */
void *recall_more(struct arena *a, void *list, size_t *n, size_t size);
#define ADD(a, list, n) (*((list) = recall_more((a), (list), &(n), sizeof(*(list))), &(list)[(n)-1]))
