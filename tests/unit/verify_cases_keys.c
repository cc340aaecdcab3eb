/* What whoever stole a key, or knows a friendly authority, could do (doc/testing.md, attacks, row 10). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify_cases.h"

static void keys_other_root(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_sign_keys(r, r->thief);
}

static void keys_edited(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "keys/manifest.txt", "\n3\n", "\n4\n");
}

/* The thief makes a root of his own; whoever holds the real one is not taken in. */
static void whole_new_root(struct bundle_rig *r, struct verify_options *o)
{
    rig_root(r, &held[0]);
    give(&o->root, 0, "printed root");
    struct key *real = r->root;
    r->root = r->thief;
    struct buf *b = rig_file(r, "keys/root.txt");
    buf_clear(b);
    rig_root(r, b);
    rig_sign_keys(r, r->thief);
    r->root = real;
}

static void root_given(struct bundle_rig *r, struct verify_options *o)
{
    rig_root(r, &held[0]);
    give(&o->root, 0, "printed root");
    rig_drop(r, "keys/root.txt");
}

static void root_form(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_put(r, "keys/root.txt", "himawari/root\n");
}

/* The bundle carries the manifest from before a revocation; the verifier holds the newer one. */
static void newer_manifest(struct bundle_rig *r, struct verify_options *o)
{
    struct keymanifest newer = r->keys;
    newer.serial++;
    newer.line[0].until = 10;
    assert_int_equal(keymanifest_sign(&newer, "himawari/root", r->root, &held[0]), CPF_OK);
    give(&o->manifest, 0, "newest manifest");
}

static void older_manifest(struct bundle_rig *r, struct verify_options *o)
{
    struct keymanifest older = r->keys;
    older.serial--;
    older.line[0].until = 10;
    assert_int_equal(keymanifest_sign(&older, "himawari/root", r->root, &held[0]), CPF_OK);
    give(&o->manifest, 0, "an old manifest");
}

/* A policy that asks for nobody, in place of the one that the root key named. */
static void weaker_policy(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "policy.txt", "quorum both", "quorum none");
}

static void policy_form(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "policy.txt", "quorum", "quorom");
}

static void own_policy(struct bundle_rig *r, struct verify_options *o)
{
    const struct buf *b = rig_file(r, "policy.txt");
    buf_add(&held[0], b->data, b->len);
    give(&o->policy, 0, "my policy");
    rig_edit(r, "policy.txt", "quorum both", "quorum none");
}

static void other_log_policy(struct bundle_rig *r, struct verify_options *o)
{
    struct note_key k;
    uint8_t pub[KEY_PUB];
    key_public(r->thief, pub);
    assert_int_equal(note_key_make(&k, r->origin, pub), CPF_OK);
    buf_puts(&held[0], "log ");
    note_key_format(&k, &held[0]);
    buf_puts(&held[0], "\nquorum none\n");
    give(&o->policy, 0, "my policy");
}

/* The last cosignature line goes; every proof carries the same checkpoint, and so does the forger's. */
static void each_checkpoint(struct bundle_rig *r, void (*fn)(struct buf *))
{
    for (size_t i = 0; i < r->nfiles; i++) {
        const char *name = r->file[i].name;
        if (strstr(name, ".tlog-proof") || strcmp(name, "checkpoint.txt") == 0 || strstr(name, ".proof"))
            fn(&r->file[i].data);
    }
}

static void cut_last_line(struct buf *b)
{
    b->len--;
    while (b->data[b->len - 1] != '\n')
        b->len--;
    b->data[b->len] = '\0';
}

static void bend_last_line(struct buf *b)
{
    char *c = &b->data[b->len - 20];
    *c = *c == 'A' ? 'B' : 'A';
}

static void drop_witness(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    each_checkpoint(r, cut_last_line);
}

static void bend_witness(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    each_checkpoint(r, bend_last_line);
}

static void stamp_name(const struct bundle_rig *r, uint64_t size, const char *end, char *ret)
{
    (void)r;
    snprintf(ret, BUNDLE_NAME, "timestamps/%llu%s", (unsigned long long)size, end);
}

static void restamp(struct bundle_rig *r, struct rig_tsa *t, const char *text, size_t len, int64_t ms)
{
    char name[BUNDLE_NAME];
    stamp_name(r, r->n, ".tsr", name);
    struct buf *b = rig_file(r, name);
    buf_clear(b);
    rig_tsa_stamp(t, text, len, ms, b);
}

static void restamp_by(struct bundle_rig *r, struct rig_tsa *t)
{
    char name[BUNDLE_NAME];
    stamp_name(r, r->n, ".note", name);
    const struct buf *note = rig_file(r, name);
    restamp(r, t, note->data, note->len, RIG_BEGIN + (int64_t)r->n * RIG_MINUTE);
}

/* Another certificate of the same root: a chain check alone would take it. */
static void stamp_sibling(struct bundle_rig *r, struct verify_options *o)
{
    struct rig_tsa *t = rig_tsa_sibling(r->tsa, "Injected TSA");
    struct buf pem, chain;
    (void)o;
    buf_init(&pem);
    buf_init(&chain);
    restamp_by(r, t);
    rig_tsa_pem(t, &pem, &chain);
    rig_put(r, "timestamps/tsa.pem", pem.data);
    buf_fini(&pem);
    buf_fini(&chain);
    rig_tsa_free(t);
}

static void stamp_other_bytes(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    restamp(r, r->tsa, "something else", 14, RIG_BEGIN + (int64_t)r->n * RIG_MINUTE);
}

static void stamp_garbage(struct bundle_rig *r, struct verify_options *o)
{
    char name[BUNDLE_NAME];
    (void)o;
    stamp_name(r, r->n, ".tsr", name);
    rig_put(r, name, "garbage");
}

static void stamp_bent(struct bundle_rig *r, struct verify_options *o)
{
    char name[BUNDLE_NAME];
    (void)o;
    stamp_name(r, r->n, ".tsr", name);
    struct buf *b = rig_file(r, name);
    b->data[b->len - 5] ^= 1; /* in the signature */
}

static void stamp_other_note(struct bundle_rig *r, struct verify_options *o)
{
    char name[BUNDLE_NAME];
    (void)o;
    stamp_name(r, r->n, ".note", name);
    struct buf *b = rig_file(r, name);
    buf_clear(b);
    rig_checkpoint(r, r->n - 1, r->log, b);
    restamp_by(r, r->tsa);
}

static void drop_stamps(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    for (size_t i = r->nfiles; i-- > 0;)
        if (strstr(r->file[i].name, ".tsr") || strstr(r->file[i].name, ".note"))
            rig_drop(r, r->file[i].name);
}

/* Soon after the batch, there need be no stamp yet. */
static void drop_stamps_early(struct bundle_rig *r, struct verify_options *o)
{
    drop_stamps(r, o);
    o->now = RIG_BEGIN + (int64_t)r->n * RIG_MINUTE;
}

static void drop_stamp_note(struct bundle_rig *r, struct verify_options *o)
{
    char name[BUNDLE_NAME];
    (void)o;
    stamp_name(r, r->n, ".note", name);
    rig_drop(r, name);
}

static void drop_stamp_alone(struct bundle_rig *r, struct verify_options *o)
{
    char name[BUNDLE_NAME];
    (void)o;
    stamp_name(r, r->n, ".tsr", name);
    rig_drop(r, name);
}

static void revoke_tsa(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_tsa_crl(r->tsa, RIG_BEGIN - 1000, 1, rig_file(r, "timestamps/crls.pem"));
}

/* Superseded after the stamps: they stay good. */
static void supersede_tsa(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_tsa_crl(r->tsa, RIG_BEGIN + 100000 * (int64_t)RIG_MINUTE, 4, rig_file(r, "timestamps/crls.pem"));
}

static void no_pem(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_put(r, "timestamps/chain.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
}

/* Rightly signed by the root, but for another log of the same company. */
static void keys_other_log(struct bundle_rig *r, struct verify_options *o)
{
    struct note_key *k = &r->keys.line[0].key;
    uint8_t pub[KEY_PUB];
    (void)o;
    memcpy(pub, k->pub, KEY_PUB);
    assert_int_equal(note_key_make(k, "cpf.example/other", pub), CPF_OK);
    snprintf(r->keys.origin, sizeof(r->keys.origin), "cpf.example/other");
    rig_sign_keys(r, r->root);
}

static void keys_form(struct bundle_rig *r, struct verify_options *o)
{
    static const char text[] = "cpf-keys/v1\ncpf.example/himawari\n3\nlog nokey 0 -\n";
    struct buf *b = rig_file(r, "keys/manifest.txt");
    (void)o;
    buf_clear(b);
    assert_int_equal(note_sign(text, strlen(text), "himawari/root", r->root, b), CPF_OK);
}

static void checkpoint_other_log(struct bundle_rig *r, struct verify_options *o)
{
    const char *origin = r->origin;
    struct buf *b = rig_file(r, "checkpoint.txt");
    (void)o;
    buf_clear(b);
    r->origin = "cpf.example/other";
    rig_checkpoint(r, r->n, r->log, b);
    r->origin = origin;
}

/* clang-format off */
const struct doctored cases_keys[] = {
    {"training_log", {FULL, .origin = "training.himawari", .twist = TWIST_LATE_STAMP}, NULL, HOLDS},
    {"key_that_ends_later", {CLOSED, .revoked_at = 1000}, NULL, HOLDS},
    {"root_given", {CLOSED}, root_given, HOLDS},
    {"older_manifest_given", {CLOSED}, older_manifest, HOLDS},
    {"not_stamped_yet", {CLOSED, .stamp = true}, drop_stamps_early, HOLDS},
    {"authority_superseded_later", {FULL}, supersede_tsa, HOLDS},
    {"key_revoked", {CLOSED, .revoked_at = 10}, NULL, VERIFY_KEYS, "checkpoint.range", "checkpoint.txt", false},
    {"key_revoked_since", {CLOSED}, newer_manifest, VERIFY_KEYS, "checkpoint.range", "checkpoint.txt", false},
    {"quorum_missing", {FULL}, drop_witness, VERIFY_QUORUM, "quorum.missing", "checkpoint.txt", false},
    {"cosignature_bad", {FULL}, bend_witness, VERIFY_QUORUM, "cosignature.bad", "checkpoint.txt", false},
    {"policy_weakened", {FULL}, weaker_policy, VERIFY_QUORUM, "policy.pin", "policy.txt", false},
    {"policy_weakened_for_own", {FULL}, own_policy, HOLDS},
    {"policy_of_another_log", {CLOSED}, other_log_policy, VERIFY_QUORUM, "policy.log", "my policy", false},
    {"policy_form", {CLOSED}, policy_form, VERIFY_QUORUM, "policy.form", "policy.txt", false},
    {"stamps_missing", {FULL}, drop_stamps, VERIFY_STAMP, "stamp.missing", "entries/00001.json", false},
    {"stamp_late", {FULL, .twist = TWIST_LATE_STAMP}, NULL, VERIFY_STAMP, "stamp.missing", "entries/00009.json", false},
    {"backdated", {FULL, .twist = TWIST_BACKDATED}, NULL, VERIFY_STAMP, "stamp.missing", "entries/00003.json", false},
    {"stamp_sibling", {FULL}, stamp_sibling, VERIFY_STAMP, "stamp.signer", "timestamps/31.tsr", false},
    {"stamp_other_bytes", {FULL}, stamp_other_bytes, VERIFY_STAMP, "stamp.imprint", "timestamps/31.tsr", false},
    {"stamp_other_note", {FULL}, stamp_other_note, VERIFY_STAMP, "stamp.note", "timestamps/31.note", false},
    {"stamp_without_note", {FULL}, drop_stamp_note, VERIFY_LAYOUT, "layout.missing", "timestamps/31.note", false},
    {"note_without_stamp", {FULL}, drop_stamp_alone, VERIFY_LAYOUT, "layout.missing", "timestamps/31.tsr", false},
    {"stamp_garbage", {FULL}, stamp_garbage, VERIFY_STAMP, "stamp.form", "timestamps/31.tsr", false},
    {"stamp_bent", {FULL}, stamp_bent, VERIFY_STAMP, "stamp.signature", "timestamps/31.tsr", false},
    {"authority_revoked", {FULL}, revoke_tsa, VERIFY_STAMP, "stamp.certificate", "timestamps/31.tsr", false},
    {"chain_unreadable", {FULL}, no_pem, VERIFY_STAMP, "stamp.trust", "timestamps/chain.pem", false},
    {"keys_other_root", {CLOSED}, keys_other_root, VERIFY_KEYS, "keys.signature", "keys/manifest.txt", false},
    {"keys_of_another_log", {CLOSED}, keys_other_log, VERIFY_KEYS, "keys.origin", "keys/manifest.txt", false},
    {"keys_form", {CLOSED}, keys_form, VERIFY_KEYS, "keys.form", "keys/manifest.txt", false},
    {"checkpoint_of_another_log", {CLOSED}, checkpoint_other_log, VERIFY_KEYS, "checkpoint.origin", "checkpoint.txt", false},
    {"backdated_after_a_stamp", {FULL, .twist = TWIST_BACKDATED}, NULL, VERIFY_STAMP, "stamp.at", "entries/00007.json", false},
    {"keys_edited", {CLOSED}, keys_edited, VERIFY_KEYS, "keys.signature", "keys/manifest.txt", false},
    {"root_replaced", {CLOSED}, whole_new_root, VERIFY_KEYS, "root.other", "keys/root.txt", false},
    {"root_form", {CLOSED}, root_form, VERIFY_KEYS, "root.form", "keys/root.txt", false},
    {0},
};
/* clang-format on */
