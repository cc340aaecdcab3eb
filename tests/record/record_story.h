#pragma once
/*
 * A story that has one of everything a batch record shows, played by the real rules (bench_rig.h), and its
 * log as the source of a record: STORY_BATCH from the order to a late result that speaks against it, KA-0002
 * beside it.
 */
#include "../unit/bench_rig.h"
#include "record/record.h"

#define STORY_BATCH "KA-0001"

struct story {
    struct rig rig;
    struct arena arena;
    const char *note; /* free text that a person typed; NULL: RIG_NAME */
    uint64_t decided; /* entries of the log up to the decision, with it */
    char dir[64];     /* of the form and the register of staff; removed by story_fini */
    struct record_source source;
};

/* `note`: the text of the results' remark. */
void story_init(struct story *s, const char *note);
void story_fini(struct story *s);

/* Appends an entry to the batch's stream behind the rules' back. */
void story_entry(struct story *s, const char *kind, const char *body);
/* basis.changed with what a record of the story is made with; `words` (may be NULL): another digest of its
 * words. */
void story_basis(struct story *s, const char *words);
void story_accepts(struct story *s, const char *person); /* QM or FM, what is in force */
/* Forgets the salted value of the newest entry of that kind. */
void story_forget(struct story *s, const char *kind, const char *name);
uint64_t story_idx(const struct story *s,
                   const char *kind); /* of the newest entry of that kind in the batch */

/* The record as of that size (0: of all); record_free() it. */
struct record *story_record(struct story *s, uint64_t size, bool disclosures);
struct record *story_record_of(struct story *s, const char *batch, uint64_t size, bool disclosures);
