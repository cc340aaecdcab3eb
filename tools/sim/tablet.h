#pragma once
/*
 * Stations with a key, as a tablet is one: enrolled with a one-time code, heard twice a second while they are
 * there; what happens while they are away is written up in a list of their own, each item signed with its
 * number and the hash of the one before, and brought when they are back (core/entry/station.h).
 */
#include "base/jansson.h"
#include "base/err.h"

struct op;
struct player;
struct sim;
struct sim_station;

/* Gives a key to each station that goes away in the story: its token becomes another one, kept in `dir`. */
must_check int tablet_prepare(struct sim *s, const char *dir);
/* They are heard from now on, and no more. */
void tablet_begin(struct sim *s);
void tablet_end(struct sim *s);
/* Away until the daemon says that it is silent; back. The player goes on then. */
void tablet_away(struct player *p, struct op *op);
void tablet_back(struct player *p, struct op *op);
/* Adds the mark of the list to a request. */
void tablet_sign(struct player *p, struct sim_station *st, const char *path, json_t *request);
