/*
 * A whole log folded anew from its text, and the book as text: each batch as it stood when it was closed, and
 * all that is open at the end. Reads from stdin what `told` asks of the database: `D` and a salted value,
 * `E`, an index and the entry, with tabs between. Any entry that does not fold ends it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "bench_rig.h"

struct fold {
    struct book book;
    struct map disclosed; /* digest -> value */
    struct arena arena;
    int64_t now;
};

static const char *disclosed(void *arg, const char *digest)
{
    struct fold *f = arg;
    return map_get(&f->disclosed, digest);
}

static int wrong(const char *what, const char *text, int err)
{
    fprintf(stderr, "%s: %s: %.300s\n", what, cpf_strerror(err), text);
    return 1;
}

static int disclosure(struct fold *f, const char *salted)
{
    uint8_t hash[HASH_LEN];
    char digest[44];
    const char *name, *value;
    hash_sha256(salted, strlen(salted), hash);
    enc_digest(hash, digest);
    int err = disclosure_open(&f->arena, salted, digest, &name, &value);
    if (err)
        return wrong("not a salted value", salted, err);
    map_put(&f->disclosed, arena_strdup(&f->arena, digest), (char *)value);
    return 0;
}

/* The lines of one batch, before its closing takes it out of what is dumped. */
static void tell_batch(const struct fold *f, const char *stream)
{
    struct arena a;
    arena_init(&a, 0);
    char *text = (char *)book_dump(&f->book, &a, clock_day(f->now)),
         *prefix = arena_printf(&a, "batch %s ", stream + 6);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        if (strncmp(line, prefix, strlen(prefix)) == 0)
            printf("closing %s\n", line);
    arena_fini(&a);
}

/* Members that book_dump leaves out: who is what, whose secrets, what counts until when. */
static void tell_masters(const struct book *b)
{
    size_t pos = 0;
    for (const struct person *p; (p = map_next(&b->people, &pos));) {
        printf("master person %s key %s secrets %s\n", p->id, p->keyid, p->cred);
        for (size_t i = 0; i < p->nroles; i++)
            printf("master person %s role %s\n", p->id, p->role[i]);
        for (size_t i = 0; i < p->nquals; i++)
            printf("master person %s qualified %s until %lld\n", p->id, p->qual[i].name,
                   (long long)p->qual[i].until);
    }
    pos = 0;
    for (const struct station *s; (s = map_next(&b->stations, &pos));)
        printf("master station %s kind %s room %s token %s\n", s->id, s->kind, s->room ? s->room : "-",
               s->token);
    pos = 0;
    for (const struct lot *t; (t = map_next(&b->lots, &pos));)
        printf("master lot %s maker's %s gtin %s until %lld\n", t->id, t->maker_lot ? t->maker_lot : "-",
               t->gtin ? t->gtin : "-", (long long)t->expiry);
    pos = 0;
    for (const struct protocol_state *p; (p = map_next(&b->protocols, &pos));)
        printf("master protocol %s steps %zu approved %d %d superseded %d\n", p->name,
               p->protocol ? p->protocol->nsteps : 0, p->manufacturing, p->quality, p->superseded);
}

static int entry(struct fold *f, char *line)
{
    char *text = strchr(line, '\t');
    struct entry e;
    if (!text)
        return wrong("no entry", line, CPF_E_INVAL);
    text = arena_strdup(&f->arena, text + 1);
    int err = entry_read(&e, &f->arena, text, strlen(text));
    if (err)
        return wrong("unreadable", text, err);
    e.idx = strtoull(line, NULL, 10);
    f->now = e.at;
    if (strcmp(e.kind, "batch.closed") == 0)
        tell_batch(f, e.stream);
    err = book_apply(&f->book, &e);
    return err ? wrong("does not fold", text, err) : 0;
}

int main(void)
{
    static struct fold f;
    char *line = NULL;
    size_t cap = 0;
    int failed = clock_zone_use("Asia/Tokyo");
    arena_init(&f.arena, 0);
    map_init(&f.disclosed);
    book_init(&f.book);
    f.book.disclosed = disclosed;
    f.book.arg = &f;
    for (ssize_t n; !failed && (n = getline(&line, &cap, stdin)) > 1;) {
        line[strcspn(line, "\n")] = '\0';
        failed = *line == 'D' ? disclosure(&f, line + 2) : entry(&f, line + 2);
    }
    if (!failed)
        tell_masters(&f.book);
    if (!failed)
        fputs(book_dump(&f.book, &f.arena, clock_day(f.now)), stdout);
    book_fini(&f.book);
    map_fini(&f.disclosed);
    arena_fini(&f.arena);
    free(line);
    return failed;
}
