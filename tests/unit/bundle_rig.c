#include "bundle_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/batchmap.h"
#include "base/cosig.h"
#include "base/enc.h"
#include "base/tlog_proof.h"
#include "base/zip.h"
#include "bundle_rig_int.h"

/* ---- files ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct rig_file *)a)->name, ((const struct rig_file *)b)->name);
}

static struct rig_file *find(const struct bundle_rig *r, const char *name)
{
    for (size_t i = 0; i < r->nfiles; i++)
        if (strcmp(r->file[i].name, name) == 0)
            return &r->file[i];
    return NULL;
}

bool rig_has(const struct bundle_rig *r, const char *name)
{
    return find(r, name) != NULL;
}

struct buf *rig_file(struct bundle_rig *r, const char *name)
{
    struct rig_file *f = find(r, name);
    if (f)
        return &f->data;
    assert_true(r->nfiles < RIG_FILES);
    f = &r->file[r->nfiles++];
    snprintf(f->name, sizeof(f->name), "%s", name);
    buf_init(&f->data);
    return &f->data;
}

void rig_drop(struct bundle_rig *r, const char *name)
{
    struct rig_file *f = find(r, name);
    assert_non_null(f);
    buf_fini(&f->data);
    *f = r->file[--r->nfiles];
}

void rig_rename(struct bundle_rig *r, const char *from, const char *to)
{
    struct rig_file *f = find(r, from);
    assert_non_null(f);
    snprintf(f->name, sizeof(f->name), "%s", to);
}

void rig_put(struct bundle_rig *r, const char *name, const char *text)
{
    struct buf *b = rig_file(r, name);
    buf_clear(b);
    buf_puts(b, text);
}

void rig_edit(struct bundle_rig *r, const char *name, const char *from, const char *to)
{
    struct rig_file *f = find(r, name);
    struct buf out;
    assert_non_null(f);
    char *at = strstr(f->data.data, from);
    assert_non_null(at);
    buf_init(&out);
    buf_add(&out, f->data.data, (size_t)(at - f->data.data));
    buf_puts(&out, to);
    buf_puts(&out, at + strlen(from));
    buf_fini(&f->data);
    f->data = out;
}

void rig_seal(struct bundle_rig *r)
{
    struct bundle_digest *list = calloc(r->nfiles + 1, sizeof(*list));
    struct buf text;
    size_t n = 0;
    if (r->nfiles)
        qsort(r->file, r->nfiles, sizeof(*r->file), by_name);
    for (size_t i = 0; i < r->nfiles; i++) {
        if (strcmp(r->file[i].name, BUNDLE_MANIFEST) == 0)
            continue;
        list[n].name = r->file[i].name;
        hash_sha256(r->file[i].data.data, r->file[i].data.len, list[n++].digest);
    }
    buf_init(&text);
    bundle_manifest_format(list, n, &text);
    free(list);
    rig_put(r, BUNDLE_MANIFEST, text.data);
    buf_fini(&text);
}

void rig_zip(const struct bundle_rig *r, struct buf *ret)
{
    struct zip_out z;
    zip_out_init(&z, ret);
    for (size_t i = 0; i < r->nfiles; i++)
        assert_int_equal(
            zip_out_add(&z, r->file[i].name, r->file[i].data.data, r->file[i].data.len, RIG_BEGIN), CPF_OK);
    assert_int_equal(zip_out_end(&z), CPF_OK);
    zip_out_fini(&z);
}

/* ---- trees ---- */

/* Complete subtrees, level by level. */
static void build_nodes(struct bundle_rig *r)
{
    size_t n = r->n;
    for (unsigned k = 0; n > 0; k++, n /= 2) {
        r->node[k] = calloc(n, HASH_LEN);
        for (size_t i = 0; i < n; i++)
            if (k == 0)
                memcpy(r->node[0][i], r->leaf[i], HASH_LEN);
            else
                hash_node(r->node[k - 1][2 * i], r->node[k - 1][2 * i + 1], r->node[k][i]);
    }
}

static int node_of(void *arg, unsigned level, uint64_t index, uint8_t ret[HASH_LEN])
{
    const struct bundle_rig *r = arg;
    memcpy(ret, r->node[level][index], HASH_LEN);
    return CPF_OK;
}

static void head_at(const struct bundle_rig *r, uint64_t size, struct checkpoint *c)
{
    struct merkle_edge e;
    merkle_edge_init(&e);
    for (uint64_t i = 0; i < size; i++)
        merkle_edge_add(&e, r->leaf[i]);
    snprintf(c->origin, sizeof(c->origin), "%s", r->origin);
    c->size = size;
    merkle_edge_root(&e, c->root);
}

static void sign_head(const struct bundle_rig *r, const struct checkpoint *c, const struct key *key,
                      struct buf *ret)
{
    struct buf text;
    buf_init(&text);
    checkpoint_format(c, &text);
    assert_int_equal(note_sign(text.data, text.len, r->origin, key, ret), CPF_OK);
    buf_fini(&text);
}

void rig_checkpoint(struct bundle_rig *r, uint64_t size, const struct key *key, struct buf *ret)
{
    struct checkpoint c;
    head_at(r, size, &c);
    sign_head(r, &c, key, ret);
}

/* ---- the bundle's files ---- */

static struct buf *numbered(struct bundle_rig *r, enum bundle_kind kind, uint64_t number, const char *field)
{
    struct bundle_name n = {.kind = kind, .number = number, .copy = 1, .field = field};
    char name[BUNDLE_NAME];
    assert_int_equal(bundle_name_format(&n, name), CPF_OK);
    return rig_file(r, name);
}

static void cosign(struct bundle_rig *r, struct buf *note, int64_t ms)
{
    struct note n;
    struct buf lines;
    buf_init(&lines);
    assert_int_equal(note_parse(&n, note->data, note->len), CPF_OK);
    for (int i = 0; i < 2; i++) {
        char name[40];
        snprintf(name, sizeof(name), "witness%d.example", i + 1);
        assert_int_equal(cosig_sign(n.text, n.text_len, name, r->witness[i], ms / 1000, &lines), CPF_OK);
    }
    buf_add(note, lines.data, lines.len);
    buf_fini(&lines);
}

/* When the log had this size: filler takes no time. */
static int64_t time_of(const struct bundle_rig *r, uint64_t size)
{
    uint64_t end = r->n - r->plan.filler;
    return RIG_BEGIN + (int64_t)((size < end ? size : end) - 1 - r->plan.filler) * RIG_MINUTE;
}

static void stamp(struct bundle_rig *r, uint64_t size, const struct buf *note, int64_t ms)
{
    struct buf *b = numbered(r, BUNDLE_K_STAMPED, size, NULL);
    buf_add(b, note->data, note->len);
    rig_tsa_stamp(r->tsa, note->data, note->len, ms, numbered(r, BUNDLE_K_STAMP, size, NULL));
}

static void put_checkpoint(struct bundle_rig *r)
{
    struct buf *note = rig_file(r, BUNDLE_CHECKPOINT);
    bool thief = r->plan.twist == TWIST_LOG_KEY;
    int64_t late = r->plan.twist == TWIST_LATE_STAMP ? 7 * 1440 * RIG_MINUTE : 0;
    rig_checkpoint(r, r->n, thief ? r->thief : r->log, note);
    if (r->plan.stamp)
        stamp(r, r->n, note, time_of(r, r->n) + late + 30000);
    if (r->plan.witness)
        cosign(r, rig_file(r, BUNDLE_CHECKPOINT), time_of(r, r->n) + late + 20000);
}

static void put_older(struct bundle_rig *r)
{
    uint64_t size = r->n / 2;
    struct tlog_proof p = {.index = size};
    struct checkpoint c;
    struct buf note;
    head_at(r, size, &c);
    if (r->plan.twist == TWIST_FORK)
        c.root[0] ^= 1;
    buf_init(&note);
    sign_head(r, &c, r->log, &note);
    if (r->plan.stamp)
        stamp(r, size, &note, time_of(r, size) + 30000);
    if (r->plan.witness)
        cosign(r, &note, time_of(r, size) + 20000);
    struct buf *file = numbered(r, BUNDLE_K_OLD_CHECKPOINT, size, NULL);
    buf_add(file, note.data, note.len);
    buf_fini(&note);
    assert_int_equal(merkle_prove_consistency(size, r->n, node_of, r, p.hash, &p.n), CPF_OK);
    file = numbered(r, BUNDLE_K_OLD_PROOF, size, NULL);
    const struct buf *now = rig_file(r, BUNDLE_CHECKPOINT);
    p.note = now->data;
    p.note_len = now->len;
    tlog_consistency_format(&p, file);
}

static void put_entry(struct bundle_rig *r, const struct entry *e, enum bundle_kind kind,
                      enum bundle_kind proof, uint64_t number)
{
    struct tlog_proof p = {.index = e->idx};
    buf_add(numbered(r, kind, number, NULL), e->text, e->len);
    assert_int_equal(merkle_prove_inclusion(e->idx, r->n, node_of, r, p.hash, &p.n), CPF_OK);
    struct buf *b = numbered(r, proof, number, NULL);
    const struct buf *now = rig_file(r, BUNDLE_CHECKPOINT);
    p.note = now->data;
    p.note_len = now->len;
    tlog_proof_format(&p, b);
}

static bool supports(const struct bundle_rig *r, const struct entry *e)
{
    if (strncmp(e->stream, "person/", 7) == 0 || strcmp(e->kind, "log.void") == 0)
        return true;
    if (strncmp(e->stream, "station/", 8) == 0)
        return true;
    if (r->plan.basis && strcmp(e->stream, "facility") == 0)
        return true;
    return r->plan.map && strcmp(e->kind, "log.batch-map") == 0;
}

static void put_entries(struct bundle_rig *r)
{
    uint64_t nsupport = 0, foreign = 0;
    for (size_t i = 0; i < r->n; i++) {
        const struct entry *e = r->entry[i];
        if (!e->text)
            continue;
        if (strcmp(e->stream, RIG_STREAM) == 0)
            put_entry(r, e, BUNDLE_K_ENTRY, BUNDLE_K_PROOF, e->sseq);
        else if (supports(r, e) ||
                 (r->plan.twist == TWIST_FOREIGN && strstr(e->stream, RIG_MARKER) && !foreign++))
            put_entry(r, e, BUNDLE_K_SUPPORT, BUNDLE_K_SUPPORT_PROOF, ++nsupport);
    }
}

void rig_sign_keys(struct bundle_rig *r, const struct key *root)
{
    struct buf *b = rig_file(r, BUNDLE_KEYS);
    buf_clear(b);
    assert_int_equal(keymanifest_sign(&r->keys, "himawari/root", root, b), CPF_OK);
}

void rig_root(const struct bundle_rig *r, struct buf *ret)
{
    struct note_key k;
    uint8_t pub[KEY_PUB];
    key_public(r->root, pub);
    assert_int_equal(note_key_make(&k, "himawari/root", pub), CPF_OK);
    note_key_format(&k, ret);
}

static struct note_key log_key(const struct bundle_rig *r)
{
    struct note_key k;
    uint8_t pub[KEY_PUB];
    key_public(r->log, pub);
    assert_int_equal(note_key_make(&k, r->origin, pub), CPF_OK);
    return k;
}

static void put_policy(struct bundle_rig *r)
{
    struct buf *b = rig_file(r, BUNDLE_POLICY);
    struct note_key k = log_key(r);
    buf_puts(b, "# who must have seen it\nlog ");
    note_key_format(&k, b);
    for (int i = 0; i < 2; i++) {
        char name[40];
        uint8_t pub[KEY_PUB];
        snprintf(name, sizeof(name), "witness%d.example", i + 1);
        key_public(r->witness[i], pub);
        assert_int_equal(cosig_key_make(&k, name, pub), CPF_OK);
        buf_printf(b, "\nwitness w%d ", i + 1);
        cosig_key_format(&k, b);
    }
    buf_puts(b, "\ngroup both all w1 w2\n");
    buf_puts(b, r->plan.witness ? "quorum both\n" : "quorum none\n");
}

static void put_keys(struct bundle_rig *r)
{
    struct keymanifest *m = &r->keys;
    const struct buf *policy = rig_file(r, BUNDLE_POLICY);
    *m = (struct keymanifest){.serial = 3};
    snprintf(m->origin, sizeof(m->origin), "%s", r->origin);
    m->line[0] = (struct keymanifest_line){.role = KEYMANIFEST_LOG, .key = log_key(r)};
    m->line[0].until = r->plan.revoked_at ? r->plan.revoked_at : KEYMANIFEST_ALWAYS;
    m->line[1] = (struct keymanifest_line){.role = KEYMANIFEST_POLICY, .until = KEYMANIFEST_ALWAYS};
    hash_sha256(policy->data, policy->len, m->line[1].digest);
    m->n = 2;
    if (r->plan.stamp) {
        m->line[2] = (struct keymanifest_line){.role = KEYMANIFEST_TSA, .until = KEYMANIFEST_ALWAYS};
        rig_tsa_digest(r->tsa, m->line[2].digest);
        m->line[3] = (struct keymanifest_line){.role = KEYMANIFEST_STAMP, .until = KEYMANIFEST_ALWAYS};
        m->line[3].seconds = 86400;
        m->n = 4;
        struct buf *tsa = rig_file(r, BUNDLE_TSA), pem;
        buf_init(&pem);
        rig_tsa_pem(r->tsa, tsa, &pem);
        rig_put(r, BUNDLE_CHAIN, pem.data);
        buf_fini(&pem);
    }
    rig_root(r, rig_file(r, BUNDLE_ROOT));
    buf_addc(rig_file(r, BUNDLE_ROOT), '\n');
    rig_sign_keys(r, r->root);
}

static void put_info(struct bundle_rig *r)
{
    struct bundle_info i = {.origin = r->origin, .stream = RIG_STREAM, .size = r->n};
    for (size_t k = 0; k < r->n; k++)
        i.count += r->entry[k]->text && strcmp(r->entry[k]->stream, RIG_STREAM) == 0;
    i.disclosures = !r->plan.without_values;
    i.made = time_of(r, r->n) + 3600000;
    bundle_info_format(&i, rig_file(r, BUNDLE_INFO));
    bundle_readme(&i, rig_file(r, BUNDLE_README));
}

const struct entry *rig_entry(const struct bundle_rig *r, uint64_t sseq)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->entry[i]->text && strcmp(r->entry[i]->stream, RIG_STREAM) == 0 && r->entry[i]->sseq == sseq)
            return r->entry[i];
    fail_msg("no such entry");
    return NULL;
}

/* ---- the whole ---- */

static struct key *key_of(uint8_t n)
{
    uint8_t seed[KEY_SEED] = {n, 'r', 'i', 'g'};
    struct key *k;
    assert_int_equal(key_from_seed(seed, &k), CPF_OK);
    return k;
}

void rig_init(struct bundle_rig *r, const struct rig_plan *plan)
{
    *r = (struct bundle_rig){.plan = *plan, .origin = plan->origin ? plan->origin : RIG_ORIGIN};
    arena_init(&r->a, 0);
    r->file = calloc(RIG_FILES, sizeof(*r->file));
    struct key **const keys[] = {&r->root,       &r->log,       &r->thief,     &r->witness[0],
                                 &r->witness[1], &r->person[0], &r->person[1], &r->stranger};
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        *keys[i] = key_of((uint8_t)(i + 1));
    if (plan->stamp)
        r->tsa = rig_tsa_new("Test TSA");
    rig_log(r);
    build_nodes(r);
    put_checkpoint(r);
    if (plan->older)
        put_older(r);
    put_entries(r);
    put_policy(r);
    put_keys(r);
    put_info(r);
    rig_seal(r);
}

void rig_fini(struct bundle_rig *r)
{
    struct key *const keys[] = {r->root,       r->log,       r->thief,     r->witness[0],
                                r->witness[1], r->person[0], r->person[1], r->stranger};
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        key_free(keys[i]);
    for (size_t i = 0; i < r->nfiles; i++)
        buf_fini(&r->file[i].data);
    for (size_t i = 0; i < 64; i++)
        free(r->node[i]);
    rig_tsa_free(r->tsa);
    free(r->file);
    free(r->entry);
    free(r->leaf);
    arena_fini(&r->a);
}
