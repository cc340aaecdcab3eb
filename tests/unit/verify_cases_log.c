/* What whoever owns the database, or the daemon, could do to entries, streams and acts (doc/testing.md,
 * attacks, rows 1-4, 11, 13). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify_cases.h"

static void edit_entry(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "entries/00003.json", "\"value\":\"81.1\"", "\"value\":\"99.9\"");
}

static void edit_entry_form(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "entries/00003.json", ",\"v\":1", ", \"v\":1");
}

static void drop_entry(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_drop(r, "entries/00004.json");
    rig_drop(r, "proofs/00004.tlog-proof");
}

static void drop_proof(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_drop(r, "proofs/00004.tlog-proof");
}

static void drop_entry_keep_proof(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_drop(r, "entries/00004.json");
}

/* A gap hidden by new numbers for the files behind it. */
static void renumber(struct bundle_rig *r, struct verify_options *o)
{
    drop_entry(r, o);
    rig_rename(r, "entries/00005.json", "entries/00004.json");
    rig_rename(r, "proofs/00005.tlog-proof", "proofs/00004.tlog-proof");
}

static void swap_entries(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_rename(r, "entries/00003.json", "x");
    rig_rename(r, "entries/00004.json", "entries/00003.json");
    rig_rename(r, "x", "entries/00004.json");
    rig_rename(r, "proofs/00003.tlog-proof", "x");
    rig_rename(r, "proofs/00004.tlog-proof", "proofs/00003.tlog-proof");
    rig_rename(r, "x", "proofs/00004.tlog-proof");
}

/* The end is cut off, and bundle.json says so too. */
static void cut_end(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_drop(r, "entries/00009.json");
    rig_drop(r, "proofs/00009.tlog-proof");
    rig_edit(r, "bundle.json", "\"count\":9", "\"count\":8");
}

static void cut_open_end(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_drop(r, "entries/00008.json");
    rig_drop(r, "proofs/00008.tlog-proof");
    rig_drop(r, "disclosures/00008.reason");
    rig_edit(r, "bundle.json", "\"count\":8", "\"count\":7");
}

static void cut_end_and_map(struct bundle_rig *r, struct verify_options *o)
{
    cut_open_end(r, o);
    rig_drop(r, "map.json");
}

static void map_count(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "map.json", "\"count\":8", "\"count\":7");
}

static void map_other(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "map.json", "\"map\":12", "\"map\":13");
}

static void map_form(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_put(r, "map.json", "{}");
}

static void flip_hash(struct bundle_rig *r, const char *name)
{
    char *p = strchr(rig_file(r, name)->data, '\n') + 1;
    p = strchr(p, '\n') + 1; /* first hash */
    p[3] = p[3] == 'A' ? 'B' : 'A';
}

static void proof_hash(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    flip_hash(r, "proofs/00002.tlog-proof");
}

static void proof_index(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "proofs/00001.tlog-proof", "index 4\n", "index 5\n");
}

static void proof_form(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "proofs/00001.tlog-proof", "index 4\n", "index 04\n");
}

static void support_edit(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "support/00002.json", "\"dept\":\"quality\"", "\"dept\":\"qualitx\"");
}

/* An older checkpoint of the same log in place of the newest, though well signed. */
static void other_checkpoint(struct bundle_rig *r, struct verify_options *o)
{
    struct buf *b = rig_file(r, "checkpoint.txt");
    (void)o;
    buf_clear(b);
    rig_checkpoint(r, r->n - 1, r->log, b);
    char from[40], to[40];
    snprintf(from, sizeof(from), "\"size\":%zu", r->n);
    snprintf(to, sizeof(to), "\"size\":%zu", r->n - 1);
    rig_edit(r, "bundle.json", from, to);
}

static void checkpoint_root(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    flip_hash(r, "checkpoint.txt");
}

static void checkpoint_form(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "checkpoint.txt", "\n\n", "\n");
}

static void drop_void(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    drop_support(r, 3);
}

static void drop_spooled(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    for (unsigned n = 1; n < 9; n++) {
        char name[32];
        snprintf(name, sizeof(name), "support/%05u.json", n);
        if (rig_has(r, name) && strstr(rig_file(r, name)->data, "station.spooled")) {
            drop_support(r, n);
            return;
        }
    }
    fail();
}

static void drop_person(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    drop_support(r, 2);
    rig_drop(r, "rows/00002.json");
}

/* clang-format off */
const struct doctored cases_log[] = {
    {"closed", {CLOSED}, NULL, HOLDS},
    {"full", {FULL}, NULL, HOLDS},
    {"open_with_map", {OPEN}, NULL, HOLDS},
    {"one_step_alone_in_the_log", {.steps = 1}, NULL, VERIFY_LESSER, "closed.unmapped", "map.json", false},
    {"closed_without_a_map", {BARE}, NULL, VERIFY_LESSER, "closed.unmapped", "map.json", false},
    {"entry_edited", {CLOSED}, edit_entry, VERIFY_PROOF, "proof.inclusion", "entries/00003.json", false},
    {"entry_not_canonical", {CLOSED}, edit_entry_form, VERIFY_PROOF, "entry.form", "entries/00003.json", false},
    {"entries_swapped", {CLOSED}, swap_entries, VERIFY_PROOF, "entry.name", "entries/00003.json", false},
    {"tree_rewritten", {CLOSED, .twist = TWIST_LOG_KEY}, NULL, VERIFY_KEYS, "checkpoint.key", "checkpoint.txt", false},
    {"root_edited", {CLOSED}, checkpoint_root, VERIFY_KEYS, "checkpoint.signature", "checkpoint.txt", false},
    {"checkpoint_form", {CLOSED}, checkpoint_form, VERIFY_KEYS, "checkpoint.form", "checkpoint.txt", false},
    {"other_checkpoint", {CLOSED}, other_checkpoint, VERIFY_PROOF, "proof.checkpoint", "proofs/00001.tlog-proof", false},
    {"proof_hash", {CLOSED}, proof_hash, VERIFY_PROOF, "proof.inclusion", "entries/00002.json", false},
    {"proof_index", {CLOSED}, proof_index, VERIFY_PROOF, "proof.inclusion", "entries/00001.json", false},
    {"proof_form", {CLOSED}, proof_form, VERIFY_PROOF, "proof.form", "proofs/00001.tlog-proof", false},
    {"proof_missing", {CLOSED}, drop_proof, VERIFY_PROOF, "proof.missing", "entries/00004.json", false},
    {"support_edited", {CLOSED}, support_edit, VERIFY_PROOF, "proof.inclusion", "support/00002.json", false},
    {"void_entry", {CLOSED, .voids = true, .twist = TWIST_ENTRY_VOID}, NULL, VERIFY_VOID, "void.entry", "entries/00003.json", false},
    {"void_range", {CLOSED, .voids = true, .twist = TWIST_VOID_FORM}, NULL, VERIFY_VOID, "void.form", "support/00003.json", false},
    {"void_left_out", {FULL}, drop_void, VERIFY_VOID, "void.count", "support/00003.json", false},
    {"void_miscounted", {FULL, .twist = TWIST_MAP_VOIDS}, NULL, VERIFY_VOID, "void.count", "support/00004.json", false},
    {"left_out", {CLOSED}, drop_entry, VERIFY_STREAM, "stream.gap", "entries/00004.json", false},
    {"left_out_proof_stays", {CLOSED}, drop_entry_keep_proof, VERIFY_LAYOUT, "layout.missing", "proofs/00004.tlog-proof", false},
    {"left_out_renumbered", {CLOSED}, renumber, VERIFY_PROOF, "entry.name", "entries/00004.json", false},
    {"end_cut_off", {BARE}, cut_end, VERIFY_STREAM, "stream.open", "map.json", false},
    {"open_end_cut_off", {OPEN}, cut_open_end, VERIFY_STREAM, "map.count", "map.json", false},
    {"open_end_and_map_cut_off", {OPEN}, cut_end_and_map, VERIFY_STREAM, "stream.open", "map.json", false},
    {"prev", {CLOSED, .twist = TWIST_PREV}, NULL, VERIFY_STREAM, "stream.prev", "entries/00003.json", false},
    {"order", {.steps = 6, .twist = TWIST_ORDER}, NULL, VERIFY_STREAM, "stream.order", "entries/00003.json", false},
    {"closing_count", {CLOSED, .twist = TWIST_CLOSING}, NULL, VERIFY_STREAM, "stream.count", "entries/00009.json", false},
    {"map_counts_more", {OPEN, .twist = TWIST_MAP_COUNT}, NULL, VERIFY_STREAM, "map.count", "map.json", false},
    {"map_row_edited", {OPEN}, map_count, VERIFY_STREAM, "map.row", "map.json", false},
    {"map_of_no_entry", {OPEN}, map_other, VERIFY_STREAM, "map.entry", "map.json", false},
    {"map_in_a_text", {OPEN, .twist = TWIST_MAP_ASIDE}, NULL, VERIFY_STREAM, "map.entry", "map.json", false},
    {"map_form", {OPEN}, map_form, VERIFY_STREAM, "map.form", "map.json", false},
    {"foreign_batch", {CLOSED, .twist = TWIST_FOREIGN}, NULL, VERIFY_PROOF, "support.stream", "support/00003.json", false},
    {"foreign_stream", {CLOSED, .twist = TWIST_STREAM}, NULL, VERIFY_PROOF, "entry.name", "entries/00003.json", false},
    {"act_copied", {CLOSED, .twist = TWIST_ACT_COPIED}, NULL, VERIFY_ACT, "act.says", "entries/00009.json", false},
    {"act_over_another_body", {CLOSED, .twist = TWIST_ACT_LIES}, NULL, VERIFY_ACT, "act.says", "entries/00008.json", false},
    {"act_with_more", {CLOSED, .twist = TWIST_ACT_EXTRA}, NULL, VERIFY_ACT, "act.says", "entries/00008.json", false},
    {"act_for_another_log", {CLOSED, .twist = TWIST_ACT_ORIGIN}, NULL, VERIFY_ACT, "act.signature", "entries/00008.json", false},
    {"act_a_second_time", {CLOSED, .twist = TWIST_ACT_TWICE}, NULL, VERIFY_ACT, "act.twice", "entries/00009.json", false},
    {"act_unsigned", {CLOSED, .twist = TWIST_ACT_UNSIGNED}, NULL, VERIFY_ACT, "act.missing", "entries/00008.json", false},
    {"act_of_a_stranger", {CLOSED, .twist = TWIST_ACT_STRANGER}, NULL, VERIFY_ACT, "act.key", "entries/00008.json", false},
    {"act_with_weak_key", {CLOSED, .twist = TWIST_ACT_WEAK}, NULL, VERIFY_ACT, "act.weak", "entries/00008.json", false},
    {"act_without_enrolment", {CLOSED}, drop_person, VERIFY_ACT, "act.key", "entries/00008.json", false},
    {"offline_good", {CLOSED, .offline = true}, NULL, HOLDS},
    {"offline_of_another_request", {CLOSED, .offline = true, .twist = TWIST_SPOOL_SIGNED}, NULL, VERIFY_ACT, "spool.signature", "entries/00004.json", false},
    {"offline_with_a_later_key", {CLOSED, .offline = true, .twist = TWIST_SPOOL_KEY}, NULL, VERIFY_ACT, "spool.key", "entries/00004.json", false},
    {"offline_at_another_time", {CLOSED, .offline = true, .twist = TWIST_SPOOL_TIME}, NULL, VERIFY_ACT, "spool.says", "entries/00004.json", false},
    {"offline_not_believed", {CLOSED, .offline = true, .twist = TWIST_SPOOL_UNSEEN}, NULL, VERIFY_ACT, "spool.says", "entries/00004.json", false},
    {"offline_without_its_list", {CLOSED, .offline = true}, drop_spooled, VERIFY_LESSER, "spool.missing", "entries/00004.json", false},
    {0},
};
/* clang-format on */
