#include "sim/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "core/code/code.h"

#define FIRST_SERIAL  147
#define FIRST_PATIENT 812

static int year_of(int64_t day)
{
    char text[11];
    clock_day_format(day, text);
    return atoi(text + 2); /* two digits */
}

/* The serial behind the highest known number NKyy-nnnn. */
static int free_serial(const json_t *batches, int year)
{
    json_t *list = json_object_get(batches, "batches"), *b;
    int serial = FIRST_SERIAL, y, n;
    size_t i;
    if (!list)
        list = (json_t *)batches;
    json_array_foreach(list, i, b)
    {
        const char *id = json_string_value(json_object_get(b, "batch"));
        if (id && sscanf(id, "NK%2d-%d", &y, &n) == 2 && y == year && n >= serial)
            serial = n + 1;
    }
    return serial;
}

/* D0 of the first wave: its first block is tomorrow, or --start says. */
static int zero_day(struct sim *s, char *ret_error, size_t size)
{
    int64_t first = s->story->blocks->day, start;
    if (s->opt.start) {
        if (clock_day_parse(s->opt.start, &start)) {
            snprintf(ret_error, size, "--start %s is no day", s->opt.start);
            return CPF_E_SYNTAX;
        }
        s->zero = start;
    } else {
        s->zero = clock_day(sim_now(s)) + 1 - (first == NO_DAY ? 0 : first);
    }
    return CPF_OK;
}

/* ── one batch's variables ─────────────────────────────────────────────── */

static void set_int(struct vars *v, const char *name, int n)
{
    char text[16], why[VARS_ERROR];
    int err;
    snprintf(text, sizeof(text), "%d", n);
    err = vars_number(v, name, text, why);
    require(!err);
}

/* Names come in turn, and each time they come the birth date is a day later: nobody comes twice. */
static const char *birth_of(struct player *p, const struct patient *who, int serial)
{
    const char *first = who ? who->birth : "1960-01-01";
    size_t n = p->sim->story->npatients ? p->sim->story->npatients : 1;
    int64_t day;
    char text[11];
    if (clock_day_parse(first, &day) != CPF_OK)
        return first;
    clock_day_format(day + (serial - FIRST_SERIAL) / (int)n, text);
    return arena_strdup(&p->arena, text);
}

static void set_patient(struct player *p, int serial)
{
    const struct story *s = p->sim->story;
    const struct patient *who = s->patients;
    for (size_t i = 0; s->npatients && i < (size_t)serial % s->npatients; i++)
        who = who->next;
    vars_text(&p->vars, "patient", arena_printf(&p->arena, "P%06d", FIRST_PATIENT + serial - FIRST_SERIAL));
    vars_text(&p->vars, "kanji", who ? who->kanji : "患者");
    vars_text(&p->vars, "kana", who ? who->kana : "カンジャ");
    vars_text(&p->vars, "latin", who ? who->latin : "Patient");
    vars_text(&p->vars, "birth", birth_of(p, who, serial));
}

static const struct let *override_of(const struct story *with, const char *name)
{
    for (const struct let *l = with ? with->lets : NULL; l; l = l->next)
        if (strcmp(l->name, name) == 0)
            return l;
    return NULL;
}

static int set_let(struct player *p, const struct let *l, const char *file, char *ret_error, size_t size)
{
    char why[VARS_ERROR];
    const char *text;
    int err;
    if (l->expr) {
        err = vars_number(&p->vars, l->name, l->expr, why);
    } else {
        err = vars_fill(&p->vars, l->text, &text, why);
        if (!err)
            vars_text(&p->vars, l->name, text);
    }
    if (err)
        snprintf(ret_error, size, "%s:%d: %s", file, l->line, why);
    return err;
}

static int set_lets(struct player *p, char *ret_error, size_t size)
{
    const struct story *s = p->sim->story, *with = p->with;
    int err = CPF_OK;
    for (const struct let *l = s->lets; l && !err; l = l->next) {
        const struct let *o = override_of(with, l->name);
        err = set_let(p, o ? o : l, o ? with->file : s->file, ret_error, size);
    }
    for (const struct let *l = with ? with->lets : NULL; l && !err; l = l->next)
        if (!vars_get(&p->vars, l->name, strlen(l->name)))
            err = set_let(p, l, with->file, ret_error, size);
    return err;
}

/* What a case says of the batch beside this one. */
static void set_other(struct player *p)
{
    char day[11];
    if (!p->neighbour)
        return;
    vars_text(&p->vars, "other", p->neighbour->batch);
    vars_text(&p->vars, "other_patient", vars_get(&p->neighbour->vars, "patient", 7)->text);
    clock_day_format(p->neighbour->vars.day_zero, day);
    vars_text(&p->vars, "other_draw", day);
}

/* The digits of the batch's number, its year among them: what documents and seals of it are called by stands
 * once. */
static void set_serial(struct player *p)
{
    char text[32];
    size_t n = 0;
    for (const char *c = p->batch; *c && n + 1 < sizeof(text); c++)
        if (*c >= '0' && *c <= '9')
            text[n++] = *c;
    text[n] = 0;
    vars_text(&p->vars, "serial", arena_strdup(&p->arena, text));
}

void plan_numbered(struct player *p, const char *batch)
{
    struct sim *s = p->sim;
    if (!batch || strcmp(batch, p->batch) == 0)
        return;
    p->batch = arena_strdup(&p->arena, batch);
    vars_text(&p->vars, "batch", p->batch);
    set_serial(p);
    for (size_t i = 0; i < s->nplayers; i++)
        if (s->player[i].neighbour == p)
            vars_text(&s->player[i].vars, "other", p->batch);
}

static int make_vars(struct player *p, int serial, int wave, int64_t zero, char *ret_error, size_t size)
{
    vars_init(&p->vars, &p->arena, p->sim->opt.seed * 1000003u + (uint64_t)p->index, zero);
    p->batch = arena_printf(&p->arena, "NK%02d-%04d", year_of(zero), serial);
    vars_text(&p->vars, "batch", p->batch);
    p->first_unit = p->sim->units_taken + 1 + (long)p->index * UNITS_EACH;
    set_serial(p);
    set_int(&p->vars, "index", p->index);
    set_int(&p->vars, "lane", p->lane % p->sim->story->lanes);
    set_int(&p->vars, "wave", wave);
    set_patient(p, serial);
    for (const struct cast *c = p->sim->story->cast; c; c = c->next) /* {@op1}: the id that plays op1 */
        vars_text(&p->vars, arena_printf(&p->arena, "@%s", c->name), world_cast(p->sim, p->lane, c->name));
    return set_lets(p, ret_error, size);
}

static int64_t wave_offset(const struct story *s, int wave)
{
    return (int64_t)s->cycle * (wave / s->nstagger) + s->stagger[wave % s->nstagger];
}

static int make_player(struct sim *s, const struct plan *plan, struct player *p, int serial, char *ret_error,
                       size_t size)
{
    int lanes = s->story->lanes * s->groups, wave = p->index / lanes, err;
    size_t plain = s->nplayers - plan->ncases - plan->nomit;
    p->sim = s;
    p->lane = p->index % lanes;
    arena_init(&p->arena, 0);
    if (plan->nomit)
        p->omit = plan->omit[p->index];
    else if ((size_t)p->index >= plain)
        p->with = plan->cases[(size_t)p->index - plain];
    p->label = p->omit ? p->omit : p->with ? p->with->name : NULL;
    p->loose = p->omit || p->sim->opt.slips;
    int64_t offset = p->with && p->with->begins >= 0 ? p->with->begins : wave_offset(s->story, wave);
    err = make_vars(p, serial, wave, s->zero + offset, ret_error, size);
    return err ? err : story_merge(s->story, p->with, p->omit, &p->arena, &p->block, ret_error);
}

/* The batch in the lane beside it, of the same wave; else the one before it. */
static void set_neighbour(struct sim *s, struct player *p)
{
    int lanes = s->story->lanes * s->groups, wave = p->index / lanes;
    for (size_t i = 0; i < s->nplayers && !p->neighbour; i++) {
        struct player *other = &s->player[i];
        if (other != p && other->index / lanes == wave && !other->omit)
            p->neighbour = other;
    }
    if (!p->neighbour && p->index > 0 && !s->player[p->index - 1].omit)
        p->neighbour = &s->player[p->index - 1];
}

int plan_players(struct sim *s, const struct plan *plan, const json_t *batches, char *ret_error, size_t size)
{
    size_t n = plan->nomit ? plan->nomit : (size_t)s->opt.batches + plan->ncases;
    int err = zero_day(s, ret_error, size), serial;
    if (err)
        return err;
    serial = s->opt.first ? s->opt.first : free_serial(batches, year_of(s->zero));
    s->player = xcalloc(n, sizeof(*s->player));
    s->nplayers = n;
    for (size_t i = 0; i < n && !err; i++) {
        s->player[i].index = (int)i;
        err = make_player(s, plan, &s->player[i], serial + (int)i, ret_error, size);
    }
    for (size_t i = 0; i < n && !err; i++) {
        set_neighbour(s, &s->player[i]);
        set_other(&s->player[i]);
        if (s->player[i].with && s->player[i].with->neighbour && !s->player[i].neighbour) {
            snprintf(ret_error, size, "%s needs another batch beside it", s->player[i].with->name);
            err = CPF_E_INVAL;
        }
    }
    return err;
}

void plan_free(struct sim *s)
{
    for (size_t i = 0; i < s->nplayers; i++) {
        json_decref(s->player[i].request);
        json_decref(s->player[i].answer_before);
        arena_fini(&s->player[i].arena);
    }
    free(s->player);
}

const char **plan_mandatory(struct sim *s, size_t *ret_n)
{
    size_t n = 0, cap = 0;
    const char **list;
    for (const struct block *b = s->story->blocks; b; b = b->next)
        cap++;
    list = arena_alloc(&s->arena, (cap + 1) * sizeof(*list));
    for (const struct block *b = s->story->blocks; b; b = b->next) {
        bool known =
            b->kind > BLOCK_SKIP || b->gate || b == s->story->blocks || !report_mandatory(s, b->step);
        for (size_t i = 0; i < n && !known; i++)
            known = strcmp(list[i], b->step) == 0;
        if (!known)
            list[n++] = b->step;
    }
    *ret_n = n;
    return list;
}
