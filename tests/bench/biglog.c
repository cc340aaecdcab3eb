/*
 * A large log that is right in every respect, made of one batch that was really played: its entries again and
 * again under other batch numbers, patients, nonces, ids and times, the persons' acts signed anew with their
 * own keys, through the real ledger and the real signer. For benches and for tests that need neighbours.
 *
 *   biglog CONNINFO SIGNER-SOCKET VKEY-FILE LOGINS-FILE ENTRIES [--cut N]
 *
 * cpfd must not run. --cut: the first copy has N entries only (102..999): its first and the two that close
 * it. Prints one line for each copy: batch number, patient, value of its personal fields.
 */
#include <event2/event.h>
#include "base/jansson.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/bounds.h"
#include "base/buf.h"
#include "base/enc.h"
#include "base/key.h"
#include "base/mem.h"
#include "ledger/ledger.h"
#include "store/scan.h"

#define LANES     16   /* batches in work at a time */
#define RING      4096 /* commands under way */
#define TEMPLATES 4096
#define PEOPLE    64

struct template
{ /* an entry of the batch that was played */
    char *text;
    size_t len;
    uint8_t leaf[HASH_LEN];
};

struct lane { /* a copy in the making */
    char batch[64], patient[32], secret[96];
    size_t at, cut; /* next template; entries it shall have */
    uint64_t sseq;
    uint8_t prev[HASH_LEN];
    uint8_t leaf[TEMPLATES][HASH_LEN]; /* of its entries, for `of` */
};

struct person {
    char id[23];
    struct key *key;
};

struct slot { /* what must live until it is settled */
    struct arena arena;
    struct entry entry;
    struct ledger_item item;
    struct ledger_disclosure disclosure[16];
};

struct big {
    struct event_base *base;
    struct ledger *ledger;
    const char *conninfo;
    char origin[256], vkey[512], batch[64], patient[32];
    struct template t[TEMPLATES];
    size_t n, cut;
    struct person person[PEOPLE];
    size_t npeople;
    struct lane lane[LANES];
    size_t turn, copies;
    struct slot slot[RING];
    uint64_t submitted, settled, want;
    int64_t at;
    bool ready, idle;
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "biglog: %s%s%s\n", what, why ? ": " : "", why ? why : "");
    exit(1);
}

/* ---- what was played ---- */

static void read_templates(struct big *b)
{
    struct scan *s;
    char *error;
    size_t len;
    if (scan_open(b->conninfo, NULL, &s, &error))
        die("database", error);
    if (scan_start(s, DB_AUDIT_ENTRIES, (const int64_t[]){0, INT64_MAX}))
        die("entries", scan_error(s));
    while (scan_next(s) > 0) {
        const char *stream = scan_bytes(s, 2, &len);
        if (scan_null(s, 2) || len < 7 || memcmp(stream, "batch/", 6) != 0 || b->n == TEMPLATES)
            continue;
        if (b->n == 0)
            snprintf(b->batch, sizeof(b->batch), "%.*s", (int)(len - 6), stream + 6);
        else if (len - 6 != strlen(b->batch) || memcmp(stream + 6, b->batch, len - 6) != 0)
            continue; /* of another batch */
        struct template *t = &b->t[b->n++];
        const char *body = scan_bytes(s, 6, &t->len);
        t->text = xcalloc(t->len + 1, 1);
        memcpy(t->text, body, t->len);
        hash_leaf(t->text, t->len, t->leaf);
    }
    scan_close(s);
    if (b->n < 3)
        die("no batch was played here", NULL);
    const char *p = strstr(b->t[0].text, "\"patient\":\"");
    if (p)
        snprintf(b->patient, sizeof(b->patient), "%.*s", (int)strcspn(p + 11, "\""), p + 11);
}

static void try_key(struct big *b, const char *sealed, const json_t *logins)
{
    size_t i;
    json_t *who;
    struct buf seed;
    uint8_t pub[KEY_PUB];
    buf_init(&seed);
    json_array_foreach(logins, i, who)
    {
        const char *password = json_string_value(json_object_get(who, "password"));
        if (!password || key_unseal(sealed, password, true, &seed) || seed.len != KEY_SEED)
            continue;
        struct person *p = &b->person[b->npeople++];
        if (key_from_seed((const uint8_t *)seed.data, &p->key))
            die("a key", NULL);
        key_public(p->key, pub);
        key_id(pub, p->id);
        break;
    }
    buf_fini(&seed);
}

static void open_keys(struct big *b, const char *logins_file)
{
    struct scan *s;
    char *error;
    size_t len;
    json_t *logins = json_load_file(logins_file, 0, NULL);
    if (!logins || scan_open(b->conninfo, NULL, &s, &error) || scan_start(s, DB_FLOW_CREDENTIALS, NULL))
        die("logins or credentials", logins_file);
    while (scan_next(s) > 0 && b->npeople < PEOPLE) {
        const char *kind = scan_bytes(s, 1, &len);
        if (len != 3 || memcmp(kind, "key", 3) != 0)
            continue;
        char sealed[1024];
        const char *text = scan_bytes(s, 2, &len);
        snprintf(sealed, sizeof(sealed), "%.*s", (int)len, text);
        try_key(b, sealed, logins);
    }
    scan_close(s);
    json_decref(logins);
}

/* ---- one entry again ---- */

static void replace_all(char *text, size_t len, const char *from, const char *to)
{
    size_t n = strlen(from);
    char *p = text;
    while (n && (p = memmem(p, len - (size_t)(p - text), from, n))) {
        memcpy(p, to, n);
        p += n;
    }
}

static char *value_of(char *text, const char *member)
{
    char *p = strstr(text, member);
    return p ? p + strlen(member) : NULL;
}

/* An entry's own members come behind actor, body and clock, so the last of a name is the entry's. */
static char *last_value_of(char *text, const char *member)
{
    char *last = NULL;
    for (char *p = text; (p = strstr(p, member)); p += strlen(member))
        last = p + strlen(member);
    return last;
}

static void patch(char *where, const char *value)
{
    if (where)
        memcpy(where, value, strlen(value));
}

static void sign_again(struct big *b, char *text, const char *uuid)
{
    char *keyid = value_of(text, "{\"act\":{\"key\":\""), *sig = value_of(text, "\"sig\":\"");
    char *said = value_of(text, "\"signed\":\"");
    uint8_t raw[KEY_SIG];
    struct buf msg, b64;
    struct arena a;
    if (!keyid || !sig || !said)
        return;
    arena_init(&a, 0);
    buf_init(&msg);
    buf_init(&b64);
    char *id = strstr(said, "\\\"id\\\":\\\"");
    if (id)
        patch(id + 9, uuid);
    struct entry e;
    if (entry_read(&e, &a, arena_strdup(&a, text), strlen(text)))
        die("an act cannot be read", text);
    struct person *p = NULL;
    for (size_t i = 0; i < b->npeople; i++)
        if (strncmp(b->person[i].id, keyid, 22) == 0)
            p = &b->person[i];
    if (!p)
        die("no key for an act", keyid);
    entry_act_message(&msg, b->origin, p->id, json_get_str(e.act, "signed"));
    if (key_sign(p->key, msg.data, msg.len, raw))
        die("signing", NULL);
    enc_b64url(&b64, raw, sizeof(raw));
    memcpy(sig, b64.data, b64.len);
    buf_fini(&msg);
    buf_fini(&b64);
    arena_fini(&a);
}

/* Fresh salts: the copy's own patient, whose name nobody else's bundle may hold. */
static void disclose(struct lane *l, struct slot *s, char *text)
{
    char *p = value_of(text, "\"pd\":{");
    while (p && *p == '"') {
        struct ledger_disclosure *d = &s->disclosure[s->item.ndisclosures++];
        char digest[44], *end = strchr(p + 1, '"');
        d->name = arena_strndup(&s->arena, p + 1, (size_t)(end - p - 1));
        disclosure_make(&s->arena, d->name, l->secret, &d->salted, digest);
        memcpy(end + 3, digest, 43);
        p = end[3 + 43 + 1] == ',' ? end + 3 + 43 + 2 : NULL;
    }
}

static void patch_links(struct big *b, struct lane *l, char *text)
{
    char digest[44], raw[16], *of = last_value_of(text, "\"of\":\"");
    struct buf nonce;
    if (l->sseq > 1) {
        enc_digest(l->prev, digest);
        patch(last_value_of(text, "\"prev\":\""), digest);
    }
    for (size_t i = 0; of && i < b->n; i++) {
        enc_digest(b->t[i].leaf, digest);
        if (memcmp(of, digest, 43) != 0)
            continue;
        enc_digest(l->leaf[i], digest);
        patch(of, digest);
        break;
    }
    buf_init(&nonce);
    enc_random(raw, sizeof(raw));
    enc_b64url(&nonce, raw, sizeof(raw));
    patch(last_value_of(text, "\"n\":\""), nonce.data);
    buf_fini(&nonce);
}

static void patch_count(struct lane *l, char *text)
{
    char number[32];
    snprintf(number, sizeof(number), "%03llu", (unsigned long long)l->sseq);
    patch(last_value_of(text, "\"sseq\":"), number);
    if (strstr(text, "\"kind\":\"batch.closed\""))
        patch(value_of(text, "\"count\":"), number);
}

/* The next entry of the lane, as bytes in the slot. */
static void make(struct big *b, struct lane *l, struct slot *s)
{
    const struct template *t = &b->t[l->at];
    char *text, uuid[37], when[CLOCK_TEXT];
    arena_reset(&s->arena);
    text = arena_strndup(&s->arena, t->text, t->len);
    replace_all(text, t->len, b->batch, l->batch);
    replace_all(text, t->len, b->patient, l->patient);
    l->sseq++;
    s->item = (struct ledger_item){.entry = &s->entry, .disclosure = s->disclosure};
    uuid7_make(b->at, uuid);
    patch(last_value_of(text, "\"id\":\"") && strstr(text, "\"req\":\"") ? last_value_of(text, "\"id\":\"")
                                                                         : NULL,
          uuid);
    clock_format(++b->at, when);
    patch(value_of(text, "\"at\":\""), when);
    if (l->cut != b->n && l->at >= b->n - 2) /* these two have jumped forward */
        patch_count(l, text);
    patch_links(b, l, text);
    disclose(l, s, text);
    sign_again(b, text, uuid);
    if (entry_read(&s->entry, &s->arena, text, t->len))
        die("an entry that is none", text);
    memcpy(l->prev, s->entry.leaf, HASH_LEN);
    memcpy(l->leaf[l->at], s->entry.leaf, HASH_LEN);
    l->at++;
    if (l->cut != b->n && l->sseq == l->cut - 2)
        l->at = b->n - 2;
}

/* ---- copies ---- */

static void begin_copy(struct big *b, struct lane *l)
{
    size_t i = ++b->copies;
    memset(l, 0, sizeof(*l));
    snprintf(l->batch, sizeof(l->batch), "Z%0*zu", (int)strlen(b->batch) - 1, i);
    snprintf(l->patient, sizeof(l->patient), "Q%0*zu", b->patient[0] ? (int)strlen(b->patient) - 1 : 1, i);
    snprintf(l->secret, sizeof(l->secret), "name-of-the-donor-of-Z%0*zu", (int)strlen(b->batch) - 1, i);
    l->cut = i == 1 && b->cut ? b->cut : b->n;
    printf("%s\t%s\t%s\n", l->batch, l->patient, l->secret);
}

/* Batches take turns, so that neighbours in the log are of other streams; each is ended. */
static bool step(struct big *b)
{
    for (size_t tried = 0; tried < LANES; tried++) {
        struct lane *l = &b->lane[b->turn++ % LANES];
        if (l->at == b->n || !l->cut) {
            if (b->submitted >= b->want)
                continue;
            begin_copy(b, l);
        }
        struct slot *s = &b->slot[b->submitted++ % RING];
        make(b, l, s);
        ledger_submit(b->ledger, &s->item, 1, s);
        return true;
    }
    return false;
}

static void on_idle(void *arg)
{
    event_base_loopbreak(((struct big *)arg)->base);
}

static void feed(struct big *b)
{
    while (b->ready && b->submitted - b->settled < RING / 2) {
        if (step(b))
            continue;
        if (!b->idle)
            ledger_drain(b->ledger, on_idle);
        b->idle = true;
        return;
    }
}

/* ---- the ledger ---- */

static int64_t now(void *arg)
{
    return ((struct big *)arg)->at;
}
static int on_fold(void *arg, const struct entry *e)
{
    struct big *b = arg;
    if (e->at > b->at)
        b->at = e->at;
    return 0;
}
static void on_ready(void *arg)
{
    struct big *b = arg;
    b->ready = true;
    if (ledger_last_at(b->ledger) > b->at)
        b->at = ledger_last_at(b->ledger);
    feed(b);
}
static void on_away(void *arg, const char *code)
{
    ((struct big *)arg)->ready = false;
    fprintf(stderr, "biglog: %s\n", code);
}
static void on_settled(void *arg, void *tag)
{
    struct big *b = arg;
    (void)tag;
    if (++b->settled % 1024 == 0 || b->settled == b->submitted)
        feed(b);
}
static void on_fatal(void *arg, int code, const char *text)
{
    (void)arg;
    (void)code;
    die("ledger", text);
}

static void read_key(struct big *b, const char *file)
{
    struct note_key k;
    FILE *f = fopen(file, "re");
    if (!f || !fgets(b->vkey, sizeof(b->vkey), f))
        die("no key", file);
    fclose(f);
    b->vkey[strcspn(b->vkey, "\r\n")] = '\0';
    if (note_key_parse(&k, b->vkey))
        die("no verifier key", file);
    snprintf(b->origin, sizeof(b->origin), "%s", k.name);
}

int main(int argc, char **argv)
{
    static struct big b;
    if (argc < 6)
        die("CONNINFO SIGNER-SOCKET VKEY-FILE LOGINS-FILE ENTRIES [--cut N]", NULL);
    b.conninfo = argv[1];
    b.want = strtoull(argv[5], NULL, 10);
    b.cut = argc > 7 ? strtoull(argv[7], NULL, 10) : 0;
    b.base = event_base_new();
    b.at = 1790000000000;
    if (clock_zone_use("Asia/Tokyo"))
        die("zone", NULL);
    read_key(&b, argv[3]);
    read_templates(&b);
    open_keys(&b, argv[4]);
    if (b.cut && (b.cut < 102 || b.cut > 999 || b.cut >= b.n || b.n > 999))
        die("--cut does not fit", NULL);
    struct ledger_config cfg = {.base = b.base,
                                .conninfo = b.conninfo,
                                .signer_socket = argv[2],
                                .origin = b.origin,
                                .vkey = b.vkey,
                                .training = true,
                                .now_ms = now,
                                .arg = &b,
                                .on_fold = on_fold,
                                .on_ready = on_ready,
                                .on_away = on_away,
                                .on_settled = on_settled,
                                .on_fatal = on_fatal};
    if (ledger_new(&cfg, &b.ledger))
        die("ledger", NULL);
    ledger_start(b.ledger);
    event_base_dispatch(b.base);
    fprintf(stderr, "biglog: %llu entries, %zu copies of %s\n", (unsigned long long)b.settled, b.copies,
            b.batch);
    ledger_free(b.ledger);
    return b.idle && b.settled == b.submitted ? 0 : 1;
}
