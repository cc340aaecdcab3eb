/*
 * What changes what a record says (core/entry/basis.h): looked at when the daemon begins, and, what
 * cpf-report reads anew for each document, whenever a file is another one. If it is not what the log has, an
 * entry of the system's own says so; serving goes on, and records say that nobody has accepted it yet.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/entry/basis.h"
#include "core/right/right.h"
#include "flow/flow_int.h"
#include "hint.h"
#include "log.h"

struct flow_basis {
    struct arena keep, arena; /* as long as the daemon; of the items */
    const char *path[4];      /* what cpf-report reads: words, forms, staff; and the table of rights */
    struct stat seen[4];
    char *rights;                /* the newest text of that table that can be loaded */
    struct basis_item loaded[2]; /* catalogue and clauses as this process has them */
    size_t nloaded;
    struct basis items;
    struct basis_changed now;
};

static const char *const names[] = {BASIS_WORDS, BASIS_FORMS, BASIS_STAFF};
#define FILES       (sizeof(names) / sizeof(*names))
#define RIGHTS_PATH 3

/* Where cpf-report reads it. */
static const char *beside(struct arena *a, const struct conf *c, const char *name)
{
    char *path = conf_beside(c, name);
    const char *kept = arena_strdup(a, path);
    free(path);
    return kept;
}

static void set_number(struct basis *b, const char *name, int value)
{
    char text[16];
    snprintf(text, sizeof(text), "%d", value);
    basis_text(b, name, text);
}

static void gather(struct flow *f)
{
    struct flow_basis *m = f->basis;
    const struct conf *c = f->cfg.conf;
    char digest[44];
    arena_reset(&m->arena);
    m->items = (struct basis){.a = &m->arena, .n = m->nloaded};
    memcpy(m->items.item, m->loaded, m->nloaded * sizeof(*m->loaded));
    for (size_t i = 0; i < FILES; i++)
        basis_file(&m->items, names[i], m->path[i]);
    rights_digest(m->rights, digest);
    m->items.item[m->items.n++] = (struct basis_item){BASIS_RIGHTS, arena_strdup(&m->arena, digest), NULL};
    basis_text(&m->items, BASIS_PROGRAM, CPF_VERSION);
    basis_text(&m->items, BASIS_ZONE, clock_zone_name());
    set_number(&m->items, "clock_ahead_s", c->clock_ahead_s);
    set_number(&m->items, "late_after_s", c->late_after_s);
    set_number(&m->items, "second_within_s", c->second_within_s);
    basis_text(&m->items, "pace_ms",
               arena_printf(&m->arena, "%d %d %d %d %d %d", c->pace_scan_ms, c->pace_tube_ms,
                            c->pace_witness_ms, c->pace_spread_ms, c->pace_apart_ms, c->pace_review_ms));
    m->now = (struct basis_changed){.items = basis_list(&m->items)};
    basis_digest(&m->now.items, digest);
    m->now.digest = arena_strdup(&m->arena, digest);
}

/* Another file under one of the names? */
static bool other_files(struct flow_basis *m)
{
    bool other = false;
    for (size_t i = 0; i <= RIGHTS_PATH; i++) {
        struct stat now = {0};
        if (stat(m->path[i], &now))
            now = (struct stat){0};
        other |= now.st_ino != m->seen[i].st_ino || now.st_size != m->seen[i].st_size ||
                 now.st_ctim.tv_sec != m->seen[i].st_ctim.tv_sec ||
                 now.st_ctim.tv_nsec != m->seen[i].st_ctim.tv_nsec;
        m->seen[i] = now;
    }
    return other;
}

/* The file proposes, and never rules: what is in force stands in the log. One that has faults proposes
 * nothing until they are mended. */
static void read_proposal(struct flow_basis *m)
{
    struct rights *r = NULL;
    char *error = NULL;
    if (rights_load_file(m->path[RIGHTS_PATH], &r, &error)) {
        log_event(LOG_LEVEL_WARNING, "flow.rights", "what", error, "do",
                  "cpfctl rights check FILE: the table in the log stays in force", NULL);
    } else {
        free(m->rights);
        m->rights = xstrdup(rights_text(r));
    }
    rights_free(r);
    free(error);
}

void flow_basis_begin(struct flow *f)
{
    const struct conf *c = f->cfg.conf;
    struct flow_basis *m = f->basis = xcalloc(1, sizeof(*m));
    arena_init(&m->keep, 0);
    arena_init(&m->arena, 0);
    m->path[0] = beside(&m->keep, c, "report-words.yaml");
    m->path[1] = beside(&m->keep, c, "report-forms.yaml");
    m->path[2] = arena_printf(&m->keep, "%s/staff.yaml", c->evidence);
    m->path[RIGHTS_PATH] = arena_strdup(&m->keep, c->rights);
    m->rights = xstrdup(rights_text(f->cfg.rights));
    struct basis loaded = {.a = &m->keep};
    basis_file(&loaded, BASIS_CATALOGUE, c->catalogue);
    basis_file(&loaded, BASIS_CLAUSES, c->clauses);
    m->nloaded = loaded.n;
    memcpy(m->loaded, loaded.item, loaded.n * sizeof(*loaded.item));
    other_files(m);
    gather(f);
}

void flow_basis_free(struct flow *f)
{
    struct flow_basis *m = f->basis;
    if (!m)
        return;
    arena_fini(&m->keep);
    arena_fini(&m->arena);
    free(m->rights);
    free(m);
    f->basis = NULL;
}

/* Is the table of rights the one that the log was told last? Then its text stands there. */
static bool knows_rights(const struct flow *f)
{
    const struct basis_item *own = basis_find(&f->basis->now.items, BASIS_RIGHTS),
                            *log = basis_find(&f->book.basis.items, BASIS_RIGHTS);
    return log && log->sha256 && strcmp(log->sha256, own->sha256) == 0;
}

void flow_basis_say(const struct flow *f)
{
    const struct protocol_error *first;
    const char *unread = f->book.rights && rights_faults(f->book.rights, &first) ? first->text : NULL;
    if (f->book.tables.proposed)
        log_event(LOG_LEVEL_WARNING, "flow.rights", "what", "another table waits for its acceptance", "do",
                  hint_for_reason(HINT_RIGHTS_PROPOSED), NULL);
    if (unread)
        log_event(LOG_LEVEL_WARNING, "flow.rights", "what", unread, "do",
                  hint_for_reason(HINT_RIGHTS_UNREADABLE), NULL);
}

void flow_basis_look(struct flow *f, int64_t now)
{
    struct flow_basis *m = f->basis;
    const char *in_force = f->book.basis.digest;
    if (other_files(m)) {
        read_proposal(m);
        gather(f);
    }
    if (flow_is_new(f) || flow_unavailable(f) || (in_force && strcmp(in_force, m->now.digest) == 0))
        return;
    m->now.rights = knows_rights(f) ? NULL : m->rights;
    struct work *w = work_new(f);
    w->state->verdict.ndrafts = 1;
    w->state->verdict.draft[0] =
        (struct draft){.stream = "facility", .kind = KIND_BASIS_CHANGED, .value = &m->now};
    if (work_commit(w, now))
        log_event(LOG_LEVEL_WARNING, "flow.basis", "digest", m->now.digest, "accepted", "no", "do",
                  "management and quality each: cpfctl basis show, cpfctl basis accept", NULL);
}

struct basis_changed flow_basis_now(const struct flow *f)
{
    struct basis_changed now = f->basis->now;
    now.rights = f->basis->rights;
    return now;
}
