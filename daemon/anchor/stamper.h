#pragma once
/*
 * One RFC 3161 time stamp over HTTP: asked for, and believed only if it is over the very bytes, answers this
 * very request (nonce), and is by an authority that the root key names (base/stamp.h).
 *
 * What is trusted is what a bundle carries, read anew each time from the evidence folder, so that after a
 * ceremony nothing is restarted: keys/manifest.txt under keys/root.txt pins the authority's certificate;
 * timestamps/tsa.pem, chain.pem and crls.pem hold certificates up to their roots, and what was revoked.
 */
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/stamp.h"

struct event_base;
struct stamper;

struct stamper_done {
    int code;           /* 0: stamped; CPF_E_AWAY; CPF_E_STATE: nobody is trusted; else of stamp_verify */
    const uint8_t *der; /* the whole response */
    size_t len;
    int64_t time;       /* in the stamp, Unix ms */
    const char *detail; /* words for people where code is not 0 */
};
/* Once, never inside stamper_start. */
typedef void (*stamper_done_fn)(void *arg, const struct stamper_done *d);

struct stamper_config {
    struct event_base *base;
    const char *url;
    const char *ca_file;  /* of the authority's https server; or NULL */
    const char *evidence; /* folder */
    const char *origin;   /* of our log: the manifest must be its */
    const char *note;     /* what is stamped; copied */
    uint64_t size;        /* of the checkpoint */
    unsigned timeout_ms;
    stamper_done_fn done;
    void *arg;
};
struct stamper *stamper_start(const struct stamper_config *cfg);
void stamper_cancel(struct stamper *s); /* quietly; not after `done`; NULL is fine */

/* Whom the evidence folder trusts with stamps of checkpoints of that size. CPF_E_STATE: nobody; CPF_E_IO or
 * others for files that cannot be read. *ret_error (malloc'ed) says what. */
must_check int stamper_trust(const char *evidence, const char *origin, uint64_t size,
                             struct stamp_trust **ret, char **ret_error);
