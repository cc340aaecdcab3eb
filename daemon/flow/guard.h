#pragma once
/*
 * Which time is believed. An entry's time can never be taken back, and whatever comes behind it cannot lie
 * before it; so a clock that runs ahead for a minute would fire deadlines that are not due and then stop the
 * recorder until real time has caught up. Therefore no entry lies further ahead of what was believed last
 * than the machine itself has counted since (CLOCK_BOOTTIME, which no time source sets and which counts a
 * suspended machine's sleep), and `bound` more for a time source that puts it right.
 *
 *   NEW --first look--> BELIEVED <--comes back, is confirmed-- AHEAD
 *                          \-------------further than bound-------->/
 *
 * At start it is judged from the last entry: within `bound` of it; or within `bound` of what a process of
 * this very boot believed (kept in a file, with the boot's id in it); or, where there is none, as after a
 * reboot, if the kernel says that its clock is synchronised. Else it waits for one of these, or for a named
 * person (record clock.confirmed).
 *
 * Pure but for its file. A training log's clock is moved at will: it has no guard.
 */
#include <stdbool.h>
#include <stdint.h>

#define GUARD_BACK  "clock.back"  /* the clock lies before the last entry */
#define GUARD_AHEAD "clock.ahead" /* further ahead than it can be */

struct guard {
    bool off;
    int64_t bound_ms;
    int64_t wall, boot;      /* believed together, ms; wall 0: nothing yet */
    int64_t kept, kept_boot; /* what a process before this one believed, in this boot; kept 0: nothing */
    char boot_id[64];
    char *path;       /* of the file */
    int64_t saved_at; /* boot ms */
};

struct guard_now {
    int64_t wall, boot; /* both clocks now, ms */
    int64_t last;       /* `at` of the last entry, 0: none */
    bool synchronised;  /* says the kernel */
};

/* `path` is copied; NULL: no file. */
void guard_init(struct guard *g, bool training, int64_t bound_ms, const char *boot_id, const char *path);
void guard_fini(struct guard *g);
/* GUARD_BACK, GUARD_AHEAD, or NULL: believed, and remembered. */
const char *guard_look(struct guard *g, const struct guard_now *now);
/* A named person says that this time is right. */
void guard_trust(struct guard *g, const struct guard_now *now);
/* What is believed, into the file, now and then. Loss or failure of it costs nothing but a person's word. */
void guard_save(struct guard *g, int64_t boot_ms);
