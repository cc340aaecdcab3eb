/*
 * A daemon that was taken over: it has what cpfd has (the database as cpf_writer, the signer's socket) and
 * writes whatever it likes, correctly: an entry that stands in the log copied into a stream, with its own
 * choice of words, signed and committed like any other.
 *
 *   puppet CONNINFO SOCKET IDX STREAM [OPTION...]
 *     --replace OLD NEW   in the copy's text, everywhere
 *     --at TIME           when it claims to have been recorded; default: the last entry's time
 *     --sign HEX          the act signed anew, by that key
 *     --close             and a batch.closed behind it
 *     --only-close        the batch.closed alone, in the copy's place
 *     --offline HEX       without the signer: by the stolen key
 *     --beyond            the rows alone: no signature, and the head stays
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/enc.h"
#include "base/entry.h"
#include "base/key.h"
#include "foe.h"

static struct arena mem;

struct plan {
    const char *conninfo, *socket, *stream, *old, *new, *at;
    uint64_t idx;
    bool close, only_close, beyond;
    const struct key *sign, *stolen;
    struct entry entry[2];
    size_t n;
    uint64_t sseq; /* of the stream's last */
    uint8_t last[HASH_LEN];
};

static const char *number(uint64_t n)
{
    return arena_printf(&mem, "%llu", (unsigned long long)n);
}

/* ---- words ---- */

static void find_stream(struct plan *p, const struct foe_log *l)
{
    for (size_t i = 0; i < l->n; i++) {
        struct entry e;
        if (!l->row[i].body || entry_read(&e, &mem, l->row[i].body, strlen(l->row[i].body)) != 0)
            continue;
        if (!p->at)
            p->entry[0].at = e.at;
        if (strcmp(e.stream, p->stream) == 0) {
            p->sseq = e.sseq;
            memcpy(p->last, l->row[i].leaf, HASH_LEN);
        }
    }
}

static char *replaced(const char *text, const char *old, const char *new)
{
    const char *at = old ? strstr(text, old) : NULL;
    struct buf b;
    if (old && !at)
        foe_die("the entry does not say %s", old);
    buf_init(&b);
    for (; at; text = at + strlen(old), at = strstr(text, old)) {
        buf_add(&b, text, (size_t)(at - text));
        buf_puts(&b, new);
    }
    buf_puts(&b, text);
    char *ret = arena_strndup(&mem, b.data, b.len);
    buf_fini(&b);
    return ret;
}

static void sign_act(struct plan *p, struct entry *e, const char *origin)
{
    uint8_t pub[KEY_PUB], sig[KEY_SIG];
    char id[23];
    struct buf msg;
    const char *text = json_get_str(e->act, "signed");
    key_public(p->sign, pub);
    key_id(pub, id);
    buf_init(&msg);
    entry_act_message(&msg, origin, id, text);
    if (key_sign(p->sign, msg.data, msg.len, sig) != 0)
        foe_die("cannot sign");
    buf_clear(&msg);
    enc_b64url(&msg, sig, sizeof(sig));
    struct json *act = json_object(&mem);
    json_set_str(&mem, act, "key", id);
    json_set_str(&mem, act, "sig", msg.data);
    json_set_str(&mem, act, "signed", text);
    e->act = act;
    buf_fini(&msg);
}

static void build(struct plan *p, struct entry *e)
{
    e->stream = p->stream;
    e->sseq = ++p->sseq;
    memcpy(e->prev, p->last, HASH_LEN);
    int err = entry_build(e, &mem);
    if (err)
        foe_die("that is no entry: %s", cpf_strerror(err));
    memcpy(p->last, e->leaf, HASH_LEN);
    p->n++;
}

static void make_closing(const struct plan *p, struct entry *e)
{
    e->kind = "batch.closed";
    e->act = e->pd = e->law = NULL;
    e->body = json_set_int(&mem, json_object(&mem), "count", (int64_t)p->sseq + 1);
}

/* The client's id stands in the log once, so the copy names the entry that has it. */
static void speak(struct plan *p, const struct foe_log *l)
{
    struct entry *e = &p->entry[0];
    const struct foe_row *r = &l->row[p->idx];
    int64_t at = e->at;
    if (p->idx >= l->n || !r->body)
        foe_die("there is no entry %llu", (unsigned long long)p->idx);
    const char *text = replaced(r->body, p->old, p->new);
    if (entry_read(e, &mem, text, strlen(text)) != 0)
        foe_die("entry %llu would be none any more", (unsigned long long)p->idx);
    if (p->at ? clock_parse_rfc3339(p->at, &at) != 0 : !at)
        foe_die("no time");
    e->at = at;
    e->occurred = 0;
    e->late = NULL;
    if (e->id) {
        e->id = NULL;
        e->has_of = true;
        memcpy(e->of, r->leaf, HASH_LEN);
    }
    if (p->sign)
        sign_act(p, e, l->origin);
    if (p->only_close)
        make_closing(p, e);
    build(p, e);
    if (!p->close)
        return;
    p->entry[1] = *e;
    make_closing(p, &p->entry[1]);
    build(p, &p->entry[1]);
}

/* ---- deeds ---- */

static void expect(struct foe_peer *peer, enum sigwire_op op, struct sigwire_msg *m)
{
    if (!foe_take(peer, m))
        foe_die("the signer hung up");
    if (m->op == SIGWIRE_REFUSED)
        foe_die("the signer refuses: %.*s", (int)m->refused.text.len, m->refused.text.s);
    if (m->op != op)
        foe_die("the signer answers something else");
}

static void open_signer(struct foe_peer *peer, const struct plan *p, const struct foe_log *l)
{
    struct sigwire_msg m = {.op = SIGWIRE_OPEN};
    if (!foe_dial(peer, p->socket))
        foe_die("no signer listens");
    m.open.epoch = l->epoch;
    m.open.head.size = l->size;
    memcpy(m.open.head.root, l->root, HASH_LEN);
    m.open.note = (struct sigwire_text){l->note, strlen(l->note)};
    foe_send(peer, &m);
    expect(peer, SIGWIRE_OPENED, &m);
}

static void signed_note(struct foe_peer *peer, const struct plan *p, const struct foe_log *l,
                        struct sigwire_head *head, struct buf *note)
{
    struct sigwire_msg m = {.op = SIGWIRE_APPEND};
    uint8_t leaf[2][HASH_LEN];
    for (size_t i = 0; i < p->n; i++)
        memcpy(leaf[i], p->entry[i].leaf, HASH_LEN);
    m.append.epoch = l->epoch;
    m.append.base.size = l->size;
    memcpy(m.append.base.root, l->root, HASH_LEN);
    m.append.leaves = (struct sigwire_leaves){(const uint8_t(*)[HASH_LEN])leaf, p->n};
    foe_send(peer, &m);
    expect(peer, SIGWIRE_APPENDED, &m);
    *head = m.appended.head;
    buf_add(note, m.appended.note.s, m.appended.note.len);
}

/* With the key itself no signer is asked. */
static void own_note(const struct plan *p, const struct foe_log *l, struct sigwire_head *head,
                     struct buf *note)
{
    struct merkle_edge e;
    merkle_edge_init(&e);
    for (size_t i = 0; i < l->n; i++)
        merkle_edge_add(&e, l->row[i].leaf);
    for (size_t i = 0; i < p->n; i++)
        merkle_edge_add(&e, p->entry[i].leaf);
    head->size = e.size;
    merkle_edge_root(&e, head->root);
    foe_note(l, head->size, head->root, p->stolen, note);
}

struct tiles {
    PGconn *pg;
    uint64_t from; /* those that become full from this size on */
    uint64_t size;
};

static void on_tile(void *arg, unsigned level, uint64_t n, const uint8_t hashes[MERKLE_TILE * HASH_LEN])
{
    const struct tiles *t = arg;
    const char *const param[] = {number(level), number(n),
                                 foe_bytea(&mem, hashes, (size_t)MERKLE_TILE * HASH_LEN), NULL};
    if (t->size > t->from)
        foe_exec(t->pg, "insert into cpf.tile values ($1::smallint, $2::bigint, $3::bytea)", param);
}

static void write_tiles(PGconn *pg, const struct plan *p, const struct foe_log *l)
{
    struct merkle_tiles *m = xcalloc(1, sizeof(*m));
    struct tiles t = {.pg = pg, .from = l->size};
    merkle_tiles_init(m);
    for (size_t i = 0; i < l->n + p->n; i++) {
        t.size = i + 1;
        merkle_tiles_add(m, i < l->n ? l->row[i].leaf : p->entry[i - l->n].leaf, on_tile, &t);
    }
    free(m);
}

static void write_entries(PGconn *pg, const struct plan *p, const struct foe_log *l)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct entry *e = &p->entry[i];
        char at[CLOCK_TEXT];
        clock_format(e->at, at);
        const char *const row[] = {number(l->size + i),
                                   e->stream,
                                   number(e->sseq),
                                   e->kind,
                                   at,
                                   e->text,
                                   foe_bytea(&mem, e->leaf, HASH_LEN),
                                   NULL};
        foe_exec(pg,
                 "insert into cpf.entry (idx, stream, sseq, kind, at, body, leaf) values ($1::bigint, $2, "
                 "$3::bigint, $4, $5::timestamptz, $6, $7::bytea)",
                 row);
    }
}

static void write_group(PGconn *pg, const struct plan *p, const struct foe_log *l,
                        const struct sigwire_head *head, const char *note)
{
    const char *const swap[] = {number(l->size),
                                number(l->epoch),
                                number(head->size),
                                foe_bytea(&mem, head->root, HASH_LEN),
                                note,
                                NULL};
    const char *const checkpoint[] = {number(head->size), note, NULL};
    foe_exec(pg, "begin", NULL);
    foe_exec(pg, "select cpf.log_swap($1::bigint, $2::bigint, $3::bigint, $4::bytea, $5)", swap);
    write_entries(pg, p, l);
    write_tiles(pg, p, l);
    foe_exec(pg, "insert into cpf.checkpoint values ($1::bigint, $2)", checkpoint);
    foe_exec(pg, "commit", NULL);
}

static void settle(struct foe_peer *peer, const struct foe_log *l, const struct sigwire_head *head)
{
    struct sigwire_msg m = {.op = SIGWIRE_SETTLE};
    m.settle.epoch = l->epoch;
    m.settle.head = *head;
    foe_send(peer, &m);
    expect(peer, SIGWIRE_SETTLED, &m);
    foe_hang_up(peer);
}

static void act(struct plan *p)
{
    struct foe_log l = {0};
    struct foe_peer peer;
    struct sigwire_head head;
    struct buf note;
    PGconn *pg = foe_connect(p->conninfo);
    buf_init(&note);
    if (!p->beyond)
        foe_exec(pg, "update cpf.log_head set epoch = epoch + 1", NULL);
    foe_load(&l, pg);
    find_stream(p, &l);
    speak(p, &l);
    if (p->beyond) {
        write_entries(pg, p, &l);
    } else if (p->stolen) {
        own_note(p, &l, &head, &note);
        write_group(pg, p, &l, &head, note.data);
    } else {
        open_signer(&peer, p, &l);
        signed_note(&peer, p, &l, &head, &note);
        write_group(pg, p, &l, &head, note.data);
        settle(&peer, &l, &head);
    }
    buf_fini(&note);
    PQfinish(pg);
}

static void read_options(struct plan *p, int argc, char **argv)
{
    for (int i = 5; i < argc; i++) {
        if (strcmp(argv[i], "--close") == 0) {
            p->close = true;
        } else if (strcmp(argv[i], "--only-close") == 0) {
            p->only_close = true;
        } else if (strcmp(argv[i], "--beyond") == 0) {
            p->beyond = true;
        } else if (strcmp(argv[i], "--replace") == 0 && i + 2 < argc) {
            p->old = argv[++i];
            p->new = argv[++i];
        } else if (i + 1 < argc && strcmp(argv[i], "--at") == 0) {
            p->at = argv[++i];
        } else if (i + 1 < argc && strcmp(argv[i], "--sign") == 0) {
            p->sign = foe_key(argv[++i]);
        } else if (i + 1 < argc && strcmp(argv[i], "--offline") == 0) {
            p->stolen = foe_key(argv[++i]);
        } else {
            foe_die("%s?", argv[i]);
        }
    }
}

int main(int argc, char **argv)
{
    struct plan p = {0};
    if (argc < 5)
        foe_die("puppet CONNINFO SOCKET IDX STREAM [OPTION...]");
    arena_init(&mem, 0);
    p.conninfo = argv[1];
    p.socket = argv[2];
    p.idx = strtoull(argv[3], NULL, 10);
    p.stream = argv[4];
    read_options(&p, argc, argv);
    act(&p);
    return 0;
}
