/* From a block of the story to what is done for it, one request after the other. */
#include <stdio.h>
#include <string.h>

#include "core/code/code.h"
#include "sim.h"

struct op *ops_add(struct player *p, struct op ***tail, enum op_kind kind)
{
    struct op *op = arena_alloc(&p->arena, sizeof(*op));
    op->kind = kind;
    **tail = op;
    *tail = &op->next;
    return op;
}

/* ── people and stations ───────────────────────────────────────────────── */

static bool holds(const struct player *p, const struct sim_person *who)
{
    for (size_t i = 0; i < p->nheld; i++)
        if (p->held[i] == who)
            return true;
    return false;
}

static void hold(struct player *p, struct sim_person *who)
{
    if (holds(p, who) || p->nheld == PLAYER_HELD)
        return;
    p->held[p->nheld++] = who;
    who->holders++;
}

static void let_go(struct player *p, struct sim_person *who)
{
    for (size_t i = 0; i < p->nheld; i++)
        if (p->held[i] == who) {
            p->held[i] = p->held[--p->nheld];
            who->holders--;
            p->sim->released = true;
            return;
        }
}

static struct sim_person *person_named(struct player *p, const char *name)
{
    char why[200];
    const char *id = name ? codes_cast(p, name, why, sizeof(why)) : NULL;
    struct sim_person *who = world_person(p->sim, id);
    if (name && !who)
        check_fail(p, NULL, "there is no person %s (%s)", name, id ? id : why);
    return who;
}

static struct sim_station *station_named(struct player *p, const char *name)
{
    char why[200];
    const char *id = codes_cast(p, name, why, sizeof(why));
    struct sim_station *st = world_station(p->sim, id);
    if (!st)
        check_fail(p, NULL, "there is no station %s (%s)", name, id ? id : why);
    return st;
}

void ops_release(struct player *p)
{
    for (struct sim_station *st = p->sim->stations; st; st = st->next)
        if (st->busy == p) {
            st->busy = NULL;
            st->ended = sim_now(p->sim);
        }
    p->sim->released = true;
}

static bool free_for(const struct player *p, const struct sim_station *st)
{
    return !st->busy || st->busy == p;
}

/* Can this person come to `st` now? If signed in elsewhere, nobody else may need them there. */
static bool can_come(const struct player *p, const struct sim_person *who, const struct sim_station *st)
{
    if (who->at == st)
        return true;
    if (who->holders != (holds(p, who) ? 1 : 0))
        return false; /* needed elsewhere, or on the way there */
    return !who->at || free_for(p, who->at);
}

static void add_sign_out(struct player *p, struct op ***tail, struct sim_person *who)
{
    struct op *op = ops_add(p, tail, OP_SIGN_OUT);
    op->station = who->at;
    op->person = who;
    who->at->busy = p;
}

/* Signs in whoever is not there yet. A full bench loses somebody whom nobody needs. */
static void add_sign_in(struct player *p, struct op ***tail, struct sim_person *who, struct sim_station *st)
{
    struct op *op;
    if (who->at && who->at != st)
        add_sign_out(p, tail, who);
    if (who->at != st) {
        for (size_t i = 0; st->npeople == STATION_PEOPLE && i < st->npeople; i++)
            if (!st->person[i]->holders) {
                add_sign_out(p, tail, st->person[i]);
                break;
            }
        op = ops_add(p, tail, OP_SIGN_IN);
        op->station = st;
        op->person = who;
        op->text = who->pin;
    }
    hold(p, who);
}

/* ── items ─────────────────────────────────────────────────────────────── */

struct making {
    struct player *p;
    struct op **tail;
    struct sim_station *st;
    struct sim_person *who, *second;
    const struct item *item;
    char why[300];
};

static void add_badge(struct making *m, struct sim_person *who)
{
    struct op *op = ops_add(m->p, &m->tail, OP_BADGE);
    op->station = m->st;
    op->person = who;
}

static struct op *add_scan(struct making *m, const char *raw)
{
    struct op *op = ops_add(m->p, &m->tail, OP_SCAN);
    op->station = m->st;
    op->item = m->item;
    op->field = m->item->name;
    op->text = raw;
    op->own = true;
    return op;
}

static int scan_word(void *arg, const char *word)
{
    struct making *m = arg;
    const char *raw = codes_raw(m->p, word, m->why, sizeof(m->why));
    if (!raw)
        return CPF_E_NOTFOUND;
    add_scan(m, raw);
    return CPF_OK;
}

static int option_code(struct making *m, const char *word)
{
    char id[64] = "OPT-", raw[80];
    size_t n = 4;
    for (; *word && n < sizeof(id) - 1; word++)
        id[n++] = (char)(*word >= 'a' && *word <= 'z' ? *word - 32 : *word);
    id[n] = 0;
    if (code_make('X', id, raw, sizeof(raw)))
        return CPF_E_SYNTAX;
    add_scan(m, arena_strdup(&m->p->arena, raw));
    return CPF_OK;
}

static int add_number(struct making *m, bool twice)
{
    const char *text;
    char why[VARS_ERROR];
    int err = vars_format(&m->p->vars, m->item->text, &text, why);
    if (err) {
        snprintf(m->why, sizeof(m->why), "%s", why);
        return err;
    }
    add_scan(m, text);
    if (!twice)
        return CPF_OK;
    if (!m->second) {
        snprintf(m->why, sizeof(m->why), "%s is entered twice: by whom?", m->item->name);
        return CPF_E_INVAL;
    }
    add_badge(m, m->second);
    add_scan(m, text)->item = NULL; /* the expectation was the first entry's */
    return CPF_OK;
}

static int add_text(struct making *m)
{
    const char *text;
    char why[VARS_ERROR];
    int err = vars_fill(&m->p->vars, m->item->text, &text, why);
    if (err)
        snprintf(m->why, sizeof(m->why), "%s", why);
    else
        add_scan(m, text);
    return err;
}

static int add_witness(struct making *m)
{
    struct sim_person *who = m->item->text ? person_named(m->p, m->item->text) : m->second;
    if (!who) {
        snprintf(m->why, sizeof(m->why), "who is the witness?");
        return CPF_E_INVAL;
    }
    add_scan(m, who->badge);
    return CPF_OK;
}

static int add_item(struct making *m)
{
    struct op *op;
    switch (m->item->kind) {
    case ITEM_CODES:
        return codes_each(m->p, m->item->text, scan_word, m, m->why, sizeof(m->why));
    case ITEM_NUMBER:
    case ITEM_TWICE:
        return add_number(m, m->item->kind == ITEM_TWICE);
    case ITEM_WORD:
        return option_code(m, m->item->text);
    case ITEM_TEXT:
    case ITEM_RAW:
        return add_text(m);
    case ITEM_WITNESS:
        return add_witness(m);
    case ITEM_WAIT:
        op = ops_add(m->p, &m->tail, OP_WAIT);
        op->wait_ms = m->item->wait_ms;
        return CPF_OK;
    case ITEM_RESEND:
        op = ops_add(m->p, &m->tail, OP_RESEND);
        op->item = m->item;
        op->own = true;
        return CPF_OK;
    }
    return CPF_E_INVAL;
}

static void add_items(struct making *m)
{
    for (m->item = m->p->block->items; m->item; m->item = m->item->next) {
        if (m->item->kind != ITEM_WITNESS && m->item->kind != ITEM_WAIT && m->item->kind != ITEM_RESEND)
            add_badge(m, m->who);
        if (add_item(m)) {
            check_fail(m->p, m->item, "%s", m->why);
            return;
        }
    }
}

/* ── blocks ────────────────────────────────────────────────────────────── */

static bool all_can_come(struct making *m)
{
    const struct block *b = m->p->block;
    m->who = person_named(m->p, b->who);
    m->second = person_named(m->p, b->second);
    if (m->p->sim->failed || !free_for(m->p, m->st))
        return false;
    if ((m->who && !can_come(m->p, m->who, m->st)) || (m->second && !can_come(m->p, m->second, m->st)))
        return false;
    for (size_t i = 0; i < 6 && b->names[i]; i++) {
        struct sim_person *who = person_named(m->p, b->names[i]);
        if (!who || (b->kind == BLOCK_IN && !b->expect.kind && !can_come(m->p, who, m->st)))
            return false;
    }
    return true;
}

/* The station is away for as long as what it brings afterwards is old. */
static void add_outage(struct making *m)
{
    ops_add(m->p, &m->tail, OP_AWAY)->station = m->st;
    ops_add(m->p, &m->tail, OP_WAIT)->wait_ms = m->p->block->claim_ms + 60000;
    ops_add(m->p, &m->tail, OP_BACK)->station = m->st;
}

static void make_scans(struct making *m)
{
    const struct block *b = m->p->block;
    struct op *op;
    m->st->busy = m->p;
    if (m->who)
        add_sign_in(m->p, &m->tail, m->who, m->st);
    if (m->second)
        add_sign_in(m->p, &m->tail, m->second, m->st);
    add_badge(m, m->who);
    ops_add(m->p, &m->tail, OP_CARD)->station = m->st;
    if (strcmp(m->p->block->step, "-") != 0) { /* else scans that belong to no step */
        op = ops_add(m->p, &m->tail, OP_CHOOSE);
        op->station = m->st;
    }
    if (m->st->key && b->late == LATE_OFFLINE)
        add_outage(m);
    add_items(m);
    op = ops_add(m->p, &m->tail, OP_DONE);
    op->station = m->st;
}

/* Explicit sign-ins: with an expectation or another PIN they are sent whatever the world says. */
static void make_in(struct making *m)
{
    const struct block *b = m->p->block;
    bool plain = !b->expect.kind && !b->pin;
    struct op *op;
    m->st->busy = m->p;
    for (size_t i = 0; i < 6 && b->names[i]; i++) {
        struct sim_person *who = person_named(m->p, b->names[i]);
        if (plain) {
            add_sign_in(m->p, &m->tail, who, m->st);
            continue;
        }
        op = ops_add(m->p, &m->tail, OP_SIGN_IN);
        op->station = m->st;
        op->person = who;
        op->text = b->pin ? b->pin : who->pin;
        op->own = true;
    }
}

static void make_out(struct making *m)
{
    const struct block *b = m->p->block;
    m->st->busy = m->p;
    for (size_t i = 0; i < 6 && b->names[i]; i++) {
        struct sim_person *who = person_named(m->p, b->names[i]);
        let_go(m->p, who);
        if (who->at == m->st && !who->holders)
            add_sign_out(m->p, &m->tail, who);
    }
}

/* Desk work: no bench context is needed. */
static void make_desk(struct making *m, enum op_kind kind)
{
    struct op *op = ops_add(m->p, &m->tail, kind);
    op->station = m->st;
    op->person = m->who;
    op->own = true;
}

bool ops_make(struct player *p)
{
    struct making m = {.p = p, .tail = &p->ops};
    enum block_kind kind = p->block->kind;
    p->ops = NULL;
    if (kind == BLOCK_STATE) {
        ops_add(p, &m.tail, OP_STATE)->own = true;
        return true;
    }
    m.st = station_named(p, p->block->station);
    if (!m.st)
        return false;
    bool desk = kind != BLOCK_SCANS && kind != BLOCK_IN && kind != BLOCK_OUT;
    if (desk) {
        m.who = person_named(p, p->block->who);
        if (!m.who)
            return false;
    } else if (!all_can_come(&m)) {
        return false;
    }
    if (kind == BLOCK_SCANS)
        make_scans(&m);
    else if (kind == BLOCK_IN)
        make_in(&m);
    else if (kind == BLOCK_OUT)
        make_out(&m);
    else if (kind == BLOCK_RECORD)
        make_desk(&m, OP_RECORD);
    else if (kind == BLOCK_ASSESS || kind == BLOCK_CONFIRM || kind == BLOCK_CLOSE || kind == BLOCK_LIFT)
        make_desk(&m, OP_EACH);
    else {
        if (kind == BLOCK_SIGN && p->opened)
            make_desk(&m, OP_LOOK);
        make_desk(&m, OP_ACT);
    }
    return true;
}

/* ── who goes home ─────────────────────────────────────────────────────── */

static bool names(struct player *p, const struct block *b, const struct sim_person *who)
{
    const char *all[8] = {b->who,      b->second,   b->names[0], b->names[1],
                          b->names[2], b->names[3], b->names[4], b->names[5]};
    char why[200];
    for (size_t i = 0; i < 8; i++) {
        const char *id = all[i] ? codes_cast(p, all[i], why, sizeof(why)) : NULL;
        if (id && strcmp(id, who->id) == 0)
            return true;
    }
    return false;
}

/* Does a later block of the same day need this person where they are now, before anywhere else? */
static bool still_needed(struct player *p, const struct sim_person *who)
{
    char why[200];
    for (const struct block *b = p->block->next; b && b->day == p->block->day; b = b->next) {
        bool bench = b->kind == BLOCK_SCANS || b->kind == BLOCK_IN;
        const char *id;
        if (!bench || b->expect.kind || !names(p, b, who)) /* an expected refusal moves nobody */
            continue;
        id = codes_cast(p, b->station, why, sizeof(why));
        return id && who->at && strcmp(id, who->at->id) == 0;
    }
    return false;
}

void ops_leave(struct player *p, struct op **tail)
{
    for (size_t i = p->nheld; i-- > 0;) {
        struct sim_person *who = p->held[i];
        if (still_needed(p, who))
            continue;
        let_go(p, who);
        if (who->at && !who->holders && free_for(p, who->at))
            add_sign_out(p, &tail, who);
    }
}
