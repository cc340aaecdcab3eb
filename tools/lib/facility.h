#pragma once
/*
 * A facility description (such as etc/facility/sample.yaml) made ready for the one set-up
 * request: keys and PINs of people, tokens of stations, dates, protocol texts.
 *
 * Secrets stay with the client: PIN and password seal the person's token and
 * key here and are not sent; of a station's token only the hash is sent.
 */
#include "base/jansson.h"
#include <stdbool.h>
#include "base/err.h"

struct facility_files {
    const char *dir;    /* stations/<ID>.token (0600) and, in training, logins.json (0600) are written here */
    bool training;      /* PINs and passwords may stand in the file; kept in logins.json */
    bool light;         /* scrypt with the light cost (training only) */
    const char *base;   /* folder against which `protocols` paths are looked up after the description's own */
    const char *source; /* path of the description */
};

/* The same person, station … `copies` times, the further ones with ids ending in -2, -3 …: a larger facility
 * for load tests. Lots are not copied; with more than one the facility gives no batch numbers. */
void facility_copy(json_t *facility, int copies);
/* In place. *ret_error (English, the caller frees it) names the item that cannot be used. */
must_check int facility_prepare(json_t *facility, const struct facility_files *files, char **ret_error);

/* One person's `key` and `cred` from `pin` and `password`, which are removed. */
must_check int facility_person(json_t *person, bool light, char **ret_error);
/* A new token: base64url text to keep, and its hash in `station.token`. */
must_check int facility_station(json_t *station, char ret_token[44]);
/* Writes <dir>/stations/<id>.token. */
must_check int facility_keep_token(const char *dir, const char *station, const char *token);

/* Random and readable: six digits; 16 letters and digits in groups. */
void facility_make_pin(char ret[7]);
void facility_make_password(char ret[20]);
