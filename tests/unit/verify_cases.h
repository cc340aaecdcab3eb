#pragma once
/* Bundles that were doctored, and what cpf-verify must say of each. */
#include "bundle_rig.h"
#include "verify.h"

typedef void (*doctor_fn)(struct bundle_rig *r, struct verify_options *opt);

struct doctored {
    const char *name; /* NULL behind the last */
    struct rig_plan plan;
    doctor_fn doctor; /* NULL: the twist of the plan does it */
    enum verify_class class;
    const char *rule, *file; /* NULL: everything holds */
    bool unsealed;           /* MANIFEST.sha256 stays as it was; else the forger has made it anew */
};
#define HOLDS VERIFY_OK, NULL, NULL, false

/* The batch's own: order 1, steps 2..7, release 8 (signed), closing 9. */
#define BARE   .steps = 6, .others = 2 /* no map: a lesser statement */
#define CLOSED BARE, .map = true
#define FULL   CLOSED, .witness = true, .stamp = true, .older = true, .voids = true
#define OPEN   CLOSED, .open = true

extern const struct doctored cases_log[], cases_keys[], cases_known[], cases_files[], cases_rules[],
    cases_basis[];

/* report.json as cpf-report would write it, of a log without words and settings. */
void report_right(struct bundle_rig *r, struct verify_options *o);

/* An entry of support/ is left out, and those behind it move up. */
void drop_support(struct bundle_rig *r, unsigned n);

/* What a verifier's owner holds during one test: given as the i-th text, under that name. */
extern struct buf held[4];
void give(struct verify_text *t, int i, const char *name);
