/* The made-up log: what a facility would have written, and what liars would. */
#include <stdlib.h>
#include <string.h>

#include "base/basis.h"
#include "base/batchmap.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/p256.h"
#include "base/spool.h"
#include "bundle_rig_int.h"

#define OTHER_STREAM "batch/" RIG_MARKER

/* ---- appending ---- */

static void grow(struct bundle_rig *r)
{
    if (r->n < r->cap)
        return;
    r->cap = r->cap ? 2 * r->cap : 64;
    r->entry = realloc(r->entry, r->cap * sizeof(*r->entry));
    r->leaf = realloc(r->leaf, r->cap * sizeof(*r->leaf));
}

static void add_filler(struct bundle_rig *r)
{
    struct entry *none = arena_alloc(&r->a, sizeof(*none)); /* one for all of them */
    for (size_t i = 0; i < r->plan.filler; i++) {
        uint64_t seed = r->n;
        grow(r);
        hash_leaf(&seed, sizeof(seed), r->leaf[r->n]);
        r->entry[r->n++] = none;
    }
}

static struct entry *append_row(struct bundle_rig *r)
{
    grow(r);
    struct entry *e = arena_alloc(&r->a, sizeof(*e));
    e->idx = r->n;
    r->entry[r->n++] = e;
    return e;
}

static const struct entry *last_of(const struct bundle_rig *r, const char *stream)
{
    const struct entry *last = NULL; /* not always the one that stands last in the log */
    for (size_t i = r->plan.filler; i < r->n; i++) {
        const struct entry *e = r->entry[i];
        if (e->text && strcmp(e->stream, stream) == 0 && (!last || last->sseq < e->sseq))
            last = e;
    }
    return last;
}

static struct json *words(struct bundle_rig *r, const char *name, const char *value)
{
    return json_set_str(&r->a, json_object(&r->a), name, value);
}

/* Everything but the bytes. */
static void head(struct bundle_rig *r, struct entry *e, const char *stream, const char *kind,
                 struct json *body)
{
    const struct entry *before = last_of(r, stream);
    uint64_t idx = e->idx;
    *e = (struct entry){.kind = kind, .stream = stream, .zone = "Asia/Tokyo", .body = body, .idx = idx};
    e->sseq = before ? before->sseq + 1 : 1;
    if (before)
        memcpy(e->prev, before->leaf, HASH_LEN);
    e->at = RIG_BEGIN + (int64_t)(idx - r->plan.filler) * RIG_MINUTE;
    e->actor = words(r, "performed", "system");
    e->clock = json_set_int(&r->a, words(r, "state", "synchronised"), "offset_ms", 3);
}

static void finish(struct bundle_rig *r, struct entry *e)
{
    assert_int_equal(entry_build(e, &r->a), CPF_OK);
    memcpy(r->leaf[e->idx], e->leaf, HASH_LEN);
}

static struct entry *add(struct bundle_rig *r, const char *stream, const char *kind, struct json *body)
{
    struct entry *e = append_row(r);
    head(r, e, stream, kind, body);
    finish(r, e);
    return e;
}

static void add_void_row(struct bundle_rig *r)
{
    struct entry *e = append_row(r);
    enc_random(r->leaf[e->idx], HASH_LEN);
}

static void add_others(struct bundle_rig *r)
{
    for (size_t i = 0; i < r->plan.others; i++)
        add(r, OTHER_STREAM, "step.input", words(r, "value", RIG_MARKER "-" RIG_MARKER));
}

/* ---- personal values ---- */

/* The value's digest; the value itself becomes a file of the bundle. */
static struct json *personal(struct bundle_rig *r, const struct entry *e, const char *name, const char *value)
{
    struct bundle_name n = {.kind = BUNDLE_K_DISCLOSURE, .number = e->sseq, .copy = 1, .field = name};
    char digest[44], file[BUNDLE_NAME];
    const char *salted;
    disclosure_make(&r->a, name, value, &salted, digest);
    assert_int_equal(bundle_name_format(&n, file), CPF_OK);
    if (!r->plan.without_values)
        rig_put(r, file, salted);
    return words(r, name, digest);
}

/* ---- persons and their acts ---- */

static void enroll(struct bundle_rig *r, int i)
{
    char text[44], *person = arena_printf(&r->a, "P-0%d", i + 1);
    uint8_t pub[KEY_PUB];
    key_public(r->person[i], pub);
    if (i == 1 && r->plan.twist == TWIST_ACT_WEAK)
        memset(pub, 0, sizeof(pub));
    enc_digest(pub, text);
    struct json *body = json_set_str(&r->a, words(r, "person", person), "key", text);
    json_set_str(&r->a, body, "dept", i ? "quality" : "manufacturing");
    add(r, arena_printf(&r->a, "person/%s", person), "person.enrolled", body);
}

/* A new key before the act that the old one signs; or one that an entry of some other kind names. */
static void change_key(struct bundle_rig *r)
{
    bool elsewhere = r->plan.twist == TWIST_KEY_ELSEWHERE;
    uint8_t pub[KEY_PUB];
    char text[44];
    if (!elsewhere && r->plan.twist != TWIST_KEY_REPLACED)
        return;
    key_public(r->stranger, pub);
    enc_digest(pub, text);
    add(r, "person/P-02", elsewhere ? "person.noted" : "person.changed",
        json_set_str(&r->a, words(r, "person", "P-02"), "key", text));
}

static struct json *signed_members(struct bundle_rig *r, const struct entry *e)
{
    struct arena *a = &r->a;
    struct json *o = words(r, "id", e->id), *body = json_copy(a, e->body);
    char shown[44];
    enc_digest(e->req, shown);
    if (r->plan.twist == TWIST_ACT_LIES)
        json_set_str(a, body, "verdict", "rejected");
    json_set_str(a, o, "kind", e->kind);
    json_set_str(a, o, "stream", e->stream);
    json_set(a, o, "actor", json_copy(a, e->actor));
    json_set_str(a, o, "meaning", "decide");
    json_set(a, o, "body", body);
    json_set(a, o, "pd", e->pd ? json_copy(a, e->pd) : NULL);
    json_set_str(a, o, "shown", shown);
    if (r->plan.twist == TWIST_ACT_EXTRA)
        json_set_str(a, o, "unless", "it rains");
    return o;
}

static struct json *sign_by(struct bundle_rig *r, const struct entry *e, const struct key *key)
{
    uint8_t pub[KEY_PUB], sig[KEY_SIG];
    char keyid[23];
    struct buf text, msg, b64;
    buf_init(&text);
    buf_init(&msg);
    buf_init(&b64);
    key_public(key, pub);
    if (r->plan.twist == TWIST_ACT_WEAK)
        memset(pub, 0, sizeof(pub));
    key_id(pub, keyid);
    json_write(&text, signed_members(r, e));
    const char *origin = r->plan.twist == TWIST_ACT_ORIGIN ? "another.example/log" : r->origin;
    entry_act_message(&msg, origin, keyid, text.data);
    assert_int_equal(key_sign(key, msg.data, msg.len, sig), CPF_OK);
    enc_b64url(&b64, sig, sizeof(sig));
    struct json *act = words(r, "key", keyid);
    json_set_str(&r->a, act, "sig", b64.data);
    json_set_str(&r->a, act, "signed", text.data);
    buf_fini(&text);
    buf_fini(&msg);
    buf_fini(&b64);
    return act;
}

static struct json *sign(struct bundle_rig *r, const struct entry *e)
{
    bool stranger = r->plan.twist == TWIST_ACT_STRANGER || r->plan.twist == TWIST_KEY_ELSEWHERE;
    return sign_by(r, e, stranger ? r->stranger : r->person[1]);
}

/* ---- words and settings ---- */

static const char *add_changed(struct bundle_rig *r, const char *words_digest)
{
    const struct basis_item item[] = {{BASIS_CATALOGUE, "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", NULL},
                                      {BASIS_PROGRAM, NULL, "1"},
                                      {BASIS_WORDS, words_digest, NULL},
                                      {"late_after_s", NULL, "300"}};
    struct basis_items items = {sizeof(item) / sizeof(*item), item};
    struct json *list = json_array(&r->a);
    char digest[44];
    for (size_t i = 0; i < items.n; i++) {
        struct json *o = words(r, "name", item[i].name);
        json_set_str(&r->a, o, "sha256", item[i].sha256);
        json_push(list, json_set_str(&r->a, o, "text", item[i].text));
    }
    basis_digest(&items, digest);
    struct json *body = words(r, "digest", digest);
    return json_get_str(add(r, "facility", "basis.changed", json_set(&r->a, body, "items", list))->body,
                        "digest");
}

static void add_accepted(struct bundle_rig *r, const char *basis, const char *dept, int person)
{
    struct entry *e = append_row(r);
    head(r, e, "facility", "basis.accepted", json_set_str(&r->a, words(r, "basis", basis), "dept", dept));
    e->id = arena_printf(&r->a, "019d4650-0000-7000-8000-0000000000b%d", *dept == 'q');
    enc_random(e->req, HASH_LEN);
    e->actor = json_set_str(&r->a, words(r, "performed", person ? "P-02" : "P-01"), "dept", dept);
    e->act = sign_by(r, e, r->person[person]);
    finish(r, e);
}

static void add_basis(struct bundle_rig *r)
{
    const char *basis = add_changed(r, RIG_WORDS);
    add_accepted(r, basis, "management", r->plan.twist == TWIST_BASIS_ALONE);
    add_accepted(r, basis, "quality", 1);
    if (r->plan.twist == TWIST_BASIS_AGAIN)
        add_changed(r, "dqnjsCMBJ_nMTLS5JtNO9G2r2TFPeqo2mg8q5E1pX2k");
}

static struct entry *add_signed(struct bundle_rig *r, const char *id, const char *step)
{
    struct entry *e = append_row(r);
    head(r, e, RIG_STREAM, "step.signed", words(r, "step", step));
    e->id = id;
    enc_random(e->req, HASH_LEN);
    e->actor = json_set_str(&r->a, words(r, "performed", "P-02"), "dept", "quality");
    e->pd = personal(r, e, "reason", "十分な生存率");
    if (r->plan.twist != TWIST_ACT_UNSIGNED)
        e->act = sign(r, e);
    finish(r, e);
    return e;
}

/* ---- a station's own list ---- */

static void enrol_station(struct bundle_rig *r, const struct p256 *k)
{
    uint8_t pub[P256_PUB];
    struct buf key;
    buf_init(&key);
    p256_public(k, pub);
    enc_b64url(&key, pub, sizeof(pub));
    add(r, "station/B21", "station.enrolled",
        json_set_str(&r->a, words(r, "station", "B21"), "key", arena_strdup(&r->a, key.data)));
    buf_fini(&key);
}

/* Twenty minutes before it came: beside the entry, what the station signed of it. */
static void add_offline(struct bundle_rig *r)
{
    enum rig_twist twist = r->plan.twist;
    char req[44], when[CLOCK_TEXT], digest[44];
    uint8_t sig[P256_SIG], hash[HASH_LEN];
    struct p256 *k;
    struct buf b64;
    assert_int_equal(p256_new(&k), CPF_OK);
    if (twist != TWIST_SPOOL_KEY)
        enrol_station(r, k);
    struct entry *e = append_row(r);
    head(r, e, RIG_STREAM, "step.input", words(r, "step", "culture"));
    e->id = "019d4650-0000-7000-8000-0000000000c1";
    enc_random(e->req, HASH_LEN);
    e->occurred = e->at - 20 * RIG_MINUTE;
    e->late = "offline";
    e->actor = words(r, "station", "B21");
    finish(r, e);
    enc_digest(twist == TWIST_SPOOL_SIGNED ? e->leaf : e->req, req);
    const char *text = arena_printf(&r->a, STATION_SPOOL_TEXT, r->origin, "B21", 7LL, "first", req);
    assert_int_equal(p256_sign(k, text, strlen(text), sig), CPF_OK);
    hash_sha256(text, strlen(text), hash);
    enc_digest(hash, digest);
    clock_format(e->occurred + (twist == TWIST_SPOOL_TIME ? RIG_MINUTE : 0), when);
    buf_init(&b64);
    enc_b64url(&b64, sig, sizeof(sig));
    struct json *body = json_set_int(&r->a, words(r, "station", "B21"), "number", 7);
    json_set_str(&r->a, body, "prev", "first");
    json_set_str(&r->a, body, "hash", digest);
    json_set_str(&r->a, body, "sig", b64.data);
    json_set_str(&r->a, body, "occurred", when);
    json_set(&r->a, body, "seen", json_bool(&r->a, twist != TWIST_SPOOL_UNSEEN));
    struct entry *s = append_row(r);
    head(r, s, "station/B21", "station.spooled", body);
    memcpy(s->of, e->leaf, HASH_LEN);
    s->has_of = true;
    finish(r, s);
    if (twist == TWIST_SPOOL_KEY)
        enrol_station(r, k);
    buf_fini(&b64);
    p256_free(k);
}

/* ---- the batch ---- */

static void add_order(struct bundle_rig *r)
{
    struct entry *e = append_row(r);
    head(r, e, RIG_STREAM, "batch.ordered", words(r, "step", "order"));
    e->pd = personal(r, e, "donor_name", "山田 花子");
    finish(r, e);
}

static void add_step(struct bundle_rig *r, size_t i)
{
    struct entry *e = append_row(r);
    head(r, e, RIG_STREAM, "step.input",
         json_set_str(&r->a, words(r, "step", "culture"), "value",
                      arena_printf(&r->a, "%zu.%zu", 80 + i % 20, i % 10)));
    if (i == 1 && r->plan.twist == TWIST_PREV)
        e->prev[5] ^= 4;
    if ((i == 1 || i == 5) && r->plan.twist == TWIST_BACKDATED)
        e->at = RIG_BEGIN - 30 * 1440 * (int64_t)RIG_MINUTE;
    if (i == 1 && r->plan.twist == TWIST_STREAM)
        e->stream = "batch/NK-2026-0008";
    finish(r, e);
    if (i == 1 && r->plan.twist == TWIST_STREAM)
        e->stream = RIG_STREAM; /* as whoever picked the file would say */
}

/* The leaves of the two newest rows change places. */
static void swap_rows(struct bundle_rig *r)
{
    struct entry *a = r->entry[r->n - 2], *b = r->entry[r->n - 1];
    r->entry[r->n - 2] = b;
    r->entry[r->n - 1] = a;
    a->idx = r->n - 1;
    b->idx = r->n - 2;
    memcpy(r->leaf[a->idx], a->leaf, HASH_LEN);
    memcpy(r->leaf[b->idx], b->leaf, HASH_LEN);
}

static void add_voids(struct bundle_rig *r)
{
    uint64_t first = r->n, count = 2;
    if (r->plan.twist == TWIST_ENTRY_VOID) {
        first--;
        count++;
    }
    add_void_row(r);
    add_void_row(r);
    if (r->plan.twist == TWIST_VOID_FORM)
        first--;
    struct json *body = json_set_int(&r->a, json_object(&r->a), "first", (int64_t)first);
    add(r, "log", "log.void", json_set_int(&r->a, body, "count", (int64_t)count));
}

static void add_redacted(struct bundle_rig *r)
{
    const struct entry *order = rig_entry(r, 1);
    uint64_t idx = r->plan.twist == TWIST_REDACTED_NOTHING ? 0 : order->idx;
    struct json *names = json_push(json_array(&r->a), json_str(&r->a, "donor_name"));
    struct json *body = json_set_int(&r->a, json_object(&r->a), "idx", (int64_t)idx);
    if (r->plan.twist != TWIST_UNAPPROVED)
        json_set_str(&r->a, body, "approver", r->plan.twist == TWIST_SELF_APPROVED ? "P-02" : "P-01");
    struct entry *e = append_row(r);
    head(r, e, RIG_STREAM, "redacted", json_set(&r->a, body, "names", names));
    e->id = "019d4650-0000-7000-8000-00000000000e";
    enc_random(e->req, HASH_LEN);
    e->actor = json_set_str(&r->a, words(r, "performed", "P-02"), "dept", "quality");
    if (r->plan.twist != TWIST_REDACTED_UNSIGNED)
        e->act = sign(r, e);
    finish(r, e);
    if (rig_has(r, "disclosures/00001.donor_name"))
        rig_drop(r, "disclosures/00001.donor_name");
}

/* Another body, deeper in this one and as a text: whoever takes a member from anywhere finds that first. */
static struct json *with_aside(struct bundle_rig *r, struct json *body, struct json *other)
{
    struct json *aside = json_set(&r->a, json_object(&r->a), "body", other);
    struct buf text;
    buf_init(&text);
    json_write(&text, aside);
    json_set_str(&r->a, aside, "text", arena_strdup(&r->a, text.data));
    buf_fini(&text);
    return json_set(&r->a, body, "aside", aside);
}

static struct json *counting(struct bundle_rig *r, uint64_t count)
{
    return json_set_int(&r->a, json_object(&r->a), "count", (int64_t)count);
}

static const struct entry *last_closing(const struct bundle_rig *r)
{
    for (size_t i = r->n; i-- > r->plan.filler;)
        if (r->entry[i]->text && strcmp(r->entry[i]->kind, "batch.closed") == 0)
            return r->entry[i];
    return NULL;
}

static void set_closing(struct bundle_rig *r, struct json *body, const char *name)
{
    const struct entry *last = last_closing(r);
    char text[44];
    if (!last)
        return;
    enc_digest(last->leaf, text);
    json_set_str(&r->a, body, name, text);
}

static void add_closing(struct bundle_rig *r)
{
    uint64_t count = last_of(r, RIG_STREAM)->sseq + 1;
    bool lies = r->plan.twist == TWIST_CLOSING;
    struct json *use = json_set_str(&r->a, words(r, "kind", "lot"), "id", "L-{\"count\":1}");
    struct json *used = words(r, "protocol", "NK-1"), *order = words(r, "units", "}],\"count\":2,\\");
    uint8_t hash[HASH_LEN];
    char digest[44];
    hash_sha256(RIG_STREAM, strlen(RIG_STREAM), hash);
    enc_digest(hash, digest);
    json_set(&r->a, used, "order", json_set_str(&r->a, order, "note", digest)); /* a value of nobody's `pd` */
    json_set(&r->a, used, "uses", json_push(json_array(&r->a), use));
    struct json *body = json_set(&r->a, counting(r, count + lies), "used", used);
    set_closing(r, body, "before");
    add(r, RIG_STREAM, "batch.closed", with_aside(r, body, counting(r, count + !lies)));
}

/* ---- the map ---- */

#define ROWS   5
#define OPENED 3 /* of them are opened: the batch's, and those of the two persons */

static void count_row(struct bundle_rig *r, const char *stream, struct batchmap_opening *o,
                      uint8_t row[BATCHMAP_ROW])
{
    const struct entry *last = last_of(r, stream);
    *o = (struct batchmap_opening){.stream = stream, .map = 12, .rows = ROWS, .count = last->sseq};
    if (r->plan.twist == TWIST_MAP_COUNT && strcmp(stream, RIG_STREAM) == 0)
        o->count++;
    memcpy(o->last, last->leaf, HASH_LEN);
    enc_random(o->salt, sizeof(o->salt));
    batchmap_row(o->salt, o->stream, o->count, o->last, row);
}

static void open_row(uint8_t rows[ROWS][BATCHMAP_ROW], const uint8_t own[BATCHMAP_ROW],
                     struct batchmap_opening *o, struct buf *file)
{
    while (memcmp(rows[o->index], own, BATCHMAP_ROW) != 0)
        o->index++;
    assert_int_equal(
        batchmap_prove((const uint8_t(*)[BATCHMAP_ROW])rows, ROWS, o->index, o->proof, &o->nproof), CPF_OK);
    batchmap_opening_format(o, file);
}

/* Twisted, it is the entry of another map, with the right body in the wrong place. */
static void add_map_entry(struct bundle_rig *r, const char *root)
{
    int voids =
        (r->plan.voids ? 1 : 0) + (r->plan.twist == TWIST_MAP_VOIDS || r->plan.twist == TWIST_TWO_VOIDS);
    bool lies = r->plan.twist == TWIST_MAP_ASIDE;
    struct json *body[2];
    for (int i = 0; i < 2; i++) {
        struct json *b = body[i] = json_set_int(&r->a, json_object(&r->a), "map", 12 + (lies != i));
        json_set_str(&r->a, b, "root", lies == i ? root : RIG_WORDS);
        json_set_int(&r->a, b, "rows", ROWS);
        json_set_int(&r->a, b, "voids", voids);
        json_set_int(&r->a, b, "checkpoints", 3);
        json_set_int(&r->a, b, "upto", (int64_t)r->n);
        json_set_str(&r->a, b, "sizes", RIG_WORDS);
        set_closing(r, b, "closing");
    }
    add(r, "log", "log.batch-map", with_aside(r, body[0], body[1]));
}

static void add_map(struct bundle_rig *r)
{
    const char *const streams[OPENED] = {RIG_STREAM, "person/P-01", "person/P-02"};
    const char *const files[OPENED] = {BUNDLE_MAP, "rows/00001.json", "rows/00002.json"};
    uint8_t rows[ROWS][BATCHMAP_ROW], own[OPENED][BATCHMAP_ROW], root[HASH_LEN];
    struct batchmap_opening o[OPENED];
    char text[44];
    enc_random(rows, sizeof(rows));
    for (size_t i = 0; i < OPENED; i++) {
        count_row(r, i == 2 && r->plan.twist == TWIST_ROW_OTHER ? "facility" : streams[i], &o[i], own[i]);
        memcpy(rows[i], own[i], sizeof(own[i]));
    }
    assert_int_equal(batchmap_sort(rows, ROWS), CPF_OK);
    for (size_t i = 0; i < OPENED; i++)
        open_row(rows, own[i], &o[i], rig_file(r, files[i]));
    batchmap_root((const uint8_t(*)[BATCHMAP_ROW])rows, ROWS, root);
    enc_digest(root, text);
    add_map_entry(r, text);
}

static void add_acts(struct bundle_rig *r)
{
    struct entry *first = add_signed(r, "019d4650-0000-7000-8000-000000000001", "release");
    bool twice = r->plan.twist == TWIST_ACT_TWICE;
    if (r->plan.twist != TWIST_ACT_COPIED && !twice)
        return;
    struct entry *e = append_row(r);
    head(r, e, RIG_STREAM, "step.signed", words(r, "step", twice ? "release" : "ship"));
    e->id = twice ? first->id : "019d4650-0000-7000-8000-000000000002";
    e->actor = first->actor;
    e->pd = twice ? first->pd : NULL;
    e->act = json_copy(&r->a, first->act);
    finish(r, e);
    if (twice && !r->plan.without_values) { /* its value goes along */
        const struct buf *value = rig_file(r, "disclosures/00008.reason");
        rig_put(r, "disclosures/00009.reason", value->data);
    }
}

static void add_reopened(struct bundle_rig *r)
{
    add(r, RIG_STREAM, "batch.reopened", words(r, "cause", "redacted"));
}

static void add_end(struct bundle_rig *r)
{
    bool erased_closed = r->plan.twist == TWIST_ERASED_CLOSED;
    if (r->plan.twist == TWIST_REOPENED_OPEN)
        add_reopened(r);
    if (r->plan.redact && !r->plan.reopened && !erased_closed)
        add_redacted(r);
    if (!r->plan.open)
        add_closing(r);
    if (r->plan.twist == TWIST_BEHIND)
        add(r, RIG_STREAM, "step.input", words(r, "step", "culture"));
    if (r->plan.reopened)
        add_reopened(r);
    if (r->plan.redact && (r->plan.reopened || erased_closed))
        add_redacted(r);
    if (r->plan.reopened)
        add_closing(r);
}

void rig_log(struct bundle_rig *r)
{
    add_filler(r);
    add(r, "log", "log.opened", words(r, "origin", r->origin));
    if (r->plan.twist == TWIST_BASIS_SETUP)
        add_changed(r, RIG_WORDS);
    add(r, "facility", "facility.opened", words(r, "id", "FC0000001"));
    enroll(r, 0);
    enroll(r, 1);
    if (r->plan.basis && r->plan.twist != TWIST_BASIS_SETUP)
        add_basis(r);
    add_order(r);
    for (size_t i = 0; i < r->plan.steps; i++) {
        add_others(r);
        add_step(r, i);
        if (i == 1 && r->plan.offline)
            add_offline(r);
        if (i == 1 && r->plan.voids)
            add_voids(r);
        if (i == 3 && r->plan.twist == TWIST_TWO_VOIDS)
            add_voids(r);
        if (i == 1 && r->plan.twist == TWIST_ORDER)
            swap_rows(r);
    }
    change_key(r);
    add_acts(r);
    add_end(r);
    if (r->plan.map)
        add_map(r);
    add_others(r);
    add_filler(r);
}
