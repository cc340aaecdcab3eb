#pragma once
/*
 * What is demanded at start is looked at again while serving: files that the next start needs, the
 * certificates' ends, room on disk, the kernel's word about its clock. What is wrong is a warning, told alike
 * in /v1/status, metrics and journal, with what to do (hint.h); a disk so full that PostgreSQL is about to
 * stop by itself is a reason not to serve (`disk.full`).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "conf.h"
#include "hint.h"
#include "http/http.h"

/* What there is to be seen; the judging knows nothing else. */
struct health_seen {
    int64_t now;
    struct http_validity https, report; /* until 0: there is none */
    char file[512];                     /* which file, and why; "": all are fine */
    char key[512];                      /* which key; "": none */
    char folder[512];                   /* where least is free */
    int64_t free_mb;                    /* there */
    bool synchronised;
};

/* What is wrong, for the journal; "": nothing. */
struct health_told {
    char what[HEALTH_WARNINGS][700];
    bool full; /* nothing may be written any more */
};
void health_judge(const struct conf *c, const struct health_seen *seen, struct health_told *ret);

struct event_base;
struct health;

struct health_config {
    struct event_base *base;
    const struct conf *conf;
    /* The reason not to serve, or NULL; at each look. */
    void (*on_look)(void *arg, const char *unavailable);
    void *arg;
};

/* Looks once, and then every watch_interval_s. */
must_check int health_new(const struct health_config *cfg, struct health **ret);
void health_free(struct health *h); /* NULL is fine */
/* The server whose certificate is looked at; it ends with the loop. */
void health_set_https(struct health *h, struct http_server *https);
/* Looks at once. */
void health_look(struct health *h);
/* Is there such a warning now? Its code is hint_warning(i)'s. */
bool health_warns(const struct health *h, enum health_warning i);
/* Of the HTTPS server's certificate, or of the one that signs PDFs (`report`); until 0: there is none. */
struct http_validity health_validity(const struct health *h, bool report);
/* Days until it ends, below 0 once it has; false: there is none. */
bool health_days(const struct health *h, bool report, int64_t *ret_days);
