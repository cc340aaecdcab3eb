#pragma once
/*
 * One checkpoint of ours to one witness (C2SP tlog-witness, the log's side): post it with the proof from the
 * size that the witness is thought to know; told 409, prove from its size and post again.
 *
 * What a witness says of us is an alarm when it means that our history is not the one it saw:
 *   - it knows a size above our newest: our log was cut back, or somebody else signs with our key
 *   - our proof from its own size does not hold, or it has another root of this very size
 */
#include <stdint.h>
#include "base/note.h"
#include "store/db.h"

struct event_base;
struct submit;

enum submit_result {
    SUBMIT_COSIGNED,
    SUBMIT_AWAY,        /* no answer, or none of the protocol; later again */
    SUBMIT_REFUSED,     /* it does not know our log, or not our key */
    SUBMIT_BAD,         /* its cosignature is not by the key that we know */
    SUBMIT_ROLLED_BACK, /* alarm: it has seen more of our log than we have */
    SUBMIT_FORK,        /* alarm: it has seen another history of our log */
    SUBMIT_RESULTS
};
/* Words of a result, as status and log lines have them. */
const char *submit_word(enum submit_result r);

struct submit_done {
    enum submit_result result;
    uint64_t known;     /* the size that the witness has; 0 where it did not say */
    const char *line;   /* SUBMIT_COSIGNED: the signature line without newline */
    int64_t time;       /* its time, Unix seconds */
    const char *detail; /* words for people; "" where there is nothing to say */
};
/* Once, never inside submit_start. */
typedef void (*submit_done_fn)(void *arg, const struct submit_done *d);

struct submit_config {
    struct event_base *base;
    struct db *db;              /* for the proof (PROVE_PREFIXES) */
    const char *url;            /* submission prefix */
    const char *ca_file;        /* or NULL */
    const struct note_key *key; /* the witness's */
    const char *note;           /* our checkpoint, signed; copied */
    uint64_t size;              /* its size */
    uint64_t known;             /* the size that the witness cosigned last, as far as we know; 0: nothing */
    unsigned timeout_ms;        /* of each post */
    submit_done_fn done;
    void *arg;
};
struct submit *submit_start(const struct submit_config *cfg);
/* Quietly. Not after `done`; NULL is fine. */
void submit_cancel(struct submit *s);
