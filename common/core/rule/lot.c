/* Lots and their units at the bench: which receipt, whose, may it be used, and what if it was. */
#include <ctype.h>
#include <string.h>

#include "core/code/number.h"
#include "core/rule/judge.h"

/* As people read it off a box: letters and digits alone, large or small. */
bool lot_same_number(const char *a, const char *b)
{
    for (; *a || *b; a++, b++) {
        while (*a && !isalnum((unsigned char)*a))
            a++;
        while (*b && !isalnum((unsigned char)*b))
            b++;
        if (toupper((unsigned char)*a) != toupper((unsigned char)*b))
            return false;
        if (!*a)
            return true;
    }
    return true;
}

bool lot_read_alike(const char *a, const char *b)
{
    return lot_same_number(a, b) || number_alike(a, b);
}

/* Of one maker's lot, as far as the receipts say. */
bool lot_same(const struct lot *a, const struct lot *b)
{
    return a->maker_lot && b->maker_lot && strcmp(a->material, b->material) == 0 &&
           lot_read_alike(a->maker_lot, b->maker_lot);
}

/* Was its empty read here, and before that? Then nothing is left to draw from it. */
static bool emptied(const struct judge *j, const struct lot *l, const char *unit)
{
    int64_t when = j->cmd->occurred ? j->cmd->occurred : j->when;
    for (int i = 0; i < (int)j->x->protocol->nsteps; i++) {
        const struct step *s = &j->x->protocol->step[i];
        for (size_t no = 0; no < j->x->step[i].nocc; no++) {
            const struct occ *o = j->x->step[i].occ[no];
            for (size_t k = 0; k < o->ninputs; k++) {
                const struct field *f = &s->field[o->input[k].field];
                if (f->kind == FIELD_LOT && f->lot_use == LOT_ACCOUNT && o->input[k].unit &&
                    o->input[k].at <= when && strcmp(o->input[k].unit, unit) == 0 &&
                    strcmp(o->input[k].text, l->id) == 0)
                    return true;
            }
        }
    }
    return false;
}

static struct json *lot_args(struct judge *j, const struct lot *l, const char *unit)
{
    struct json *args = args1(j, "lot", l->id);
    char day[11];
    clock_day_format(l->expiry, day);
    json_set_str(j->a, args, "expiry", day);
    if (unit && *unit)
        json_set_str(j->a, args, "unit", unit);
    return args;
}

/* It is this batch's from now on. */
static bool opens_unit(struct judge *j, const struct lot *l, const char *unit)
{
    return judge_follows(j, (struct follow){.kind = FOLLOW_UNIT_OPENED, .opened = {l->id, unit}});
}

/* The time when it was used, where that is believed, shows what it was then. What was used and then blocked
 * is held as what is told of it live is. */
static enum say used_unfit(const struct judge *j, const struct lot *l)
{
    bool since = j->when < l->state_at;
    if (l->state == LOT_RELEASED)
        return since ? SAY_LOT_USED_QUARANTINE : SAY_NONE;
    return since && l->state == LOT_BLOCKED ? SAY_LOT_USED_BLOCKED : SAY_LOT_USED_QUARANTINE;
}

/* What was used before it was closed was open. */
static bool lot_closed(const struct judge *j, const struct lot *l)
{
    return l->closed_at && l->closed_at <= j->when;
}

/* The store's own label counts for every material, the maker's serial for one whose units are counted. */
static bool counts_unit(const struct judge *j, const struct lot *l, const struct code *c)
{
    const struct material *m = protocol_material(j->x->protocol, l->material);
    return *c->unit && (c->kind == CODE_LOT || (m && m->single_batch));
}

static bool check_unit(struct judge *j, const struct lot *l, const struct code *c)
{
    if (!counts_unit(j, l, c))
        return true;
    if (!lot_has_unit(l, c->unit)) {
        struct json *args = lot_args(j, l, c->unit);
        json_set_int(j->a, args, "units", l->units);
        return judge_find(j, EFFECT_REFUSE, SAY_LOT_UNIT, args, NULL);
    }
    return !emptied(j, l, c->unit) ||
           judge_find(j, EFFECT_REFUSE, SAY_LOT_UNIT_EMPTY, lot_args(j, l, c->unit), NULL);
}

/* Which unit it was the empty's own label tells. Where that cannot be read nobody knows, and that is told. */
static bool account_no_unit(struct judge *j, const struct field *f, const struct lot *l)
{
    struct json *args = args1(j, "lot", l->id), *units = json_array(j->a);
    const char *key = arena_printf(j->a, "unit of %s", l->id);
    for (const struct lot_unit *u = l->opened; u; u = u->next)
        if (strcmp(u->batch_id, j->x->id) == 0)
            json_push(units, json_str(j->a, u->unit));
    json_set(j->a, args, "units", units->len ? units : json_str(j->a, "–"));
    if (judge_past(j) || j->fact || judge_asked(j, key)) /* what tells the past answers no questions */
        return judge_find(j, EFFECT_DEVIATION, SAY_LOT_USED_NO_UNIT, args, f->id);
    return judge_find(j, EFFECT_REFUSE, SAY_LOT_WHICH_UNIT, args, key);
}

/* What was used is a fact: the true lot is recorded, whatever it says (doc/bench.md 3, case 2). */
static bool account_lot(struct judge *j, const struct field *f, struct lot *l, const struct code *c)
{
    const struct material *m = protocol_material(j->x->protocol, l->material);
    const char *unit = c->unit;
    const struct lot_unit *u = lot_opened_unit(l, unit);
    if (m && m->single_batch && !*unit && !account_no_unit(j, f, l))
        return false;
    if (c->kind == CODE_GS1 && c->expiry_day != INT64_MIN && c->expiry_day != l->expiry)
        judge_find(j, EFFECT_HOLD, SAY_LOT_MISMATCH, lot_args(j, l, NULL), f->id);
    if (l->expiry < clock_day(j->when))
        judge_find(j, EFFECT_HOLD, SAY_LOT_USED_EXPIRED, lot_args(j, l, NULL), f->id);
    if (lot_closed(j, l))
        judge_find(j, EFFECT_HOLD, SAY_LOT_USED_CLOSED, lot_args(j, l, NULL), f->id);
    if (used_unfit(j, l))
        judge_find(j, EFFECT_HOLD, used_unfit(j, l), lot_args(j, l, NULL), f->id);
    if (u && strcmp(u->batch_id, j->x->id) != 0)
        judge_find(j, EFFECT_HOLD, SAY_LOT_USED_OTHER_BATCH, lot_args(j, l, unit), f->id);
    struct batch *other = u ? book_batch(j->book, u->batch_id) : NULL;
    if (other && other != j->x && !other->closed)
        judge_follows(j, (struct follow){.kind = FOLLOW_BATCH_EXPOSED,
                                         .exposed = {other, SAY_LOT_USED_OTHER_BATCH, .lot = l->id}});
    if (counts_unit(j, l, c) && !lot_has_unit(l, unit))
        judge_find(j, EFFECT_HOLD, SAY_LOT_USED_UNIT, lot_args(j, l, unit), f->id);
    if (!u && m && m->single_batch && *unit)
        opens_unit(j, l, unit);
    return true;
}

/* A lot that nobody received was used: that, too, is recorded. */
static bool account_unknown(struct judge *j, const struct field *f, const struct code *c)
{
    const char *id = c->kind == CODE_GS1 ? c->lot : c->id;
    return judge_find(j, EFFECT_HOLD, SAY_LOT_USED_QUARANTINE, args1(j, "lot", plain_id(id)), f->id);
}

/*
 * Somebody of the clinic reads a lot that nothing there awaits: something outside of the plan goes to the
 * patient with the cells. It is asked whether that was so; the same once more says yes, and is the fact.
 */
bool judge_outside(struct judge *j)
{
    static const struct field used = {.kind = FIELD_LOT, .lot_use = LOT_ACCOUNT};
    const struct code *c = j->code;
    struct lot *l = (struct lot *)lot_of(j, c);
    const char *id = l ? l->id : plain_id(c->kind == CODE_GS1 ? c->lot : c->id);
    const char *key = arena_printf(j->a, "use of %s", id);
    struct json *args = args1(j, "lot", id);
    if (!judge_past(j) && !judge_asked(j, key)) {
        judge_find(j, EFFECT_REFUSE, SAY_LOT_OUTSIDE, args, key);
    } else {
        json_set_str(j->a, args, "unit", *c->unit ? c->unit : NULL);
        judge_find(j, EFFECT_HOLD, SAY_LOT_USED_OUTSIDE, args, NULL);
        if (j->found.nfindings && l)
            (void)account_lot(j, &used, l, c);
    }
    if (judge_refusal(j))
        judge_refuse_found(j);
    else if (j->found.nfindings)
        judge_accept(j, NULL, SAY_NONE, NULL);
    return j->found.nfindings > 0;
}

static bool check_single_batch(struct judge *j, struct lot *l, const char *unit)
{
    const struct material *m = protocol_material(j->x->protocol, l->material);
    if (!m || !m->single_batch)
        return true;
    if (!*unit)
        return judge_find(j, EFFECT_REFUSE, SAY_LOT_NO_UNIT, lot_args(j, l, NULL), NULL);
    const struct lot_unit *u = lot_opened_unit(l, unit);
    if (u && strcmp(u->batch_id, j->x->id) != 0)
        return judge_find(j, EFFECT_REFUSE, SAY_LOT_OTHER_BATCH, lot_args(j, l, unit), NULL);
    if (!u && !opens_unit(j, l, unit))
        return judge_find(j, EFFECT_REFUSE, SAY_VALUE_PATTERN, args1(j, "field", "lot"), NULL);
    return true;
}

/* Would the maker's label be on both? However its number was typed, and whether the article's was, too. */
static bool same_label(const struct lot *a, const struct lot *b)
{
    if (a->label && b->label && strcmp(a->label, b->label) == 0)
        return true;
    return a->maker_lot && b->maker_lot && strcmp(a->material, b->material) == 0 &&
           lot_same_number(a->maker_lot, b->maker_lot) &&
           (!a->gtin || !b->gtin || strcmp(a->gtin, b->gtin) == 0);
}

/* A maker's label that several receipts bear says nothing of which one it is: one may be blocked. */
static bool says_which(struct judge *j, const struct lot *l, const struct code *c)
{
    struct json *list = json_array(j->a);
    size_t pos = 0;
    if (c->kind != CODE_GS1 || !l)
        return true;
    for (const struct lot *o; (o = map_next(&j->book->lots, &pos));)
        if (!o->closed_at && same_label(o, l))
            json_push(list, json_str(j->a, o->id));
    return list->len < 2 ||
           judge_find(j, EFFECT_REFUSE, SAY_LOT_WHICH, json_set(j->a, json_object(j->a), "lots", list), NULL);
}

/* ---- which expires first ---- */

/* Usable, with something left in it as far as is known, and to be used before `l`. */
static bool before_it(const struct judge *j, const struct lot *o, const struct lot *l)
{
    return o->state == LOT_RELEASED && !o->closed_at && o->expiry >= clock_day(j->when) &&
           o->expiry < l->expiry && (!o->numbered || o->nopened < o->units) &&
           strcmp(o->material, l->material) == 0;
}

static const struct lot *first_expiring(const struct judge *j, const struct lot *l)
{
    const struct lot *first = NULL;
    size_t pos = 0;
    for (const struct lot *o; (o = map_next(&j->book->lots, &pos));)
        if (before_it(j, o, first ? first : l))
            first = o;
    return first;
}

/* Taken for this batch today: it was asked then, or there was nothing to ask. */
static bool in_use(const struct judge *j, const struct lot *l, const char *unit)
{
    const struct lot_unit *u = lot_opened_unit(l, unit);
    if (u && strcmp(u->batch_id, j->x->id) == 0)
        return true;
    for (int i = 0; i < (int)j->x->protocol->nsteps; i++) {
        const struct occ *o = batch_occ(j->x, i);
        for (size_t k = 0; o && k < o->ninputs; k++)
            if (j->x->protocol->step[i].field[o->input[k].field].kind == FIELD_LOT &&
                strcmp(o->input[k].text, l->id) == 0 && clock_day(o->input[k].at) == clock_day(j->when))
                return true;
    }
    return false;
}

/* Asked once a day: there may be a reason. Whoever reads the lot once more means it, and that is told. */
static bool check_first_expiry(struct judge *j, const struct lot *l, const char *unit)
{
    const struct lot *first = in_use(j, l, unit) ? NULL : first_expiring(j, l);
    char day[11];
    if (!first)
        return true;
    clock_day_format(first->expiry, day);
    struct json *args = args1(j, "lot", l->id);
    json_set_str(j->a, args, "first", first->id);
    json_set_str(j->a, args, "until", day);
    return judge_asked(j, l->id) ? judge_find(j, EFFECT_ALERT, SAY_LOT_LATER_TAKEN, args, NULL)
                                 : judge_find(j, EFFECT_REFUSE, SAY_LOT_FIRST_EXPIRY, args, l->id);
}

/* What was put on the session's tray is what is drawn there; another one has not been looked at before. */
static bool check_staged(struct judge *j, const struct field *f, const struct lot *l, const char *unit)
{
    const struct protocol *p = j->x->protocol;
    const char *id = judge_step(j)->id;
    size_t n = strcspn(id, ".") + 1;
    bool any = false;
    for (int i = 0; f->lot_use == LOT_DRAW && id[n - 1] && i < (int)p->nsteps; i++) {
        const struct occ *o = strncmp(p->step[i].id, id, n) == 0 ? batch_done(j->x, i) : NULL;
        for (size_t k = 0; o && k < o->ninputs; k++) {
            const struct input *in = &o->input[k];
            const struct field *g = &p->step[i].field[in->field];
            if (g->kind != FIELD_LOT || g->lot_use != LOT_STAGE ||
                !listed(g->nmaterials, g->material, l->material))
                continue;
            any = true;
            if (strcmp(in->text, l->id) == 0 && (!*unit || !in->unit || strcmp(in->unit, unit) == 0))
                return true;
        }
    }
    return !any ||
           judge_find(j, EFFECT_DEVIATION, SAY_LOT_UNSTAGED, lot_args(j, l, *unit ? unit : "–"), f->id);
}

bool check_lot(struct judge *j, const struct field *f, const struct code *c)
{
    struct lot *l = (struct lot *)lot_of(j, c);
    bool fact = f->lot_use == LOT_ACCOUNT || j->fact || judge_past(j);
    if (!says_which(j, l, c))
        return false;
    if (!l && c->run_on) /* another lot's name, or this one's with what stood behind the separator */
        return judge_find(j, EFFECT_REFUSE, SAY_SCAN_SEPARATOR, args1(j, "lot", c->lot), NULL);
    if (!l && fact)
        return account_unknown(j, f, c);
    if (!l)
        return judge_find(j, EFFECT_REFUSE, SAY_LOT_UNKNOWN,
                          args1(j, "lot", c->kind == CODE_GS1 ? c->lot : c->id), NULL);
    if (!listed(f->nmaterials, f->material, l->material)) {
        struct json *args = lot_args(j, l, NULL);
        json_set_str(j->a, args, "wanted", f->nmaterials ? f->material[0] : "");
        if (!judge_find(j, fact ? EFFECT_HOLD : EFFECT_REFUSE, SAY_LOT_MATERIAL, args, f->id))
            return false;
    }
    if (!check_life(j, l->id, l->received_at))
        return false;
    if (fact)
        return account_lot(j, f, l, c);
    if (c->kind == CODE_GS1 && c->expiry_day != INT64_MIN && c->expiry_day != l->expiry)
        return judge_find(j, EFFECT_REFUSE, SAY_LOT_MISMATCH, lot_args(j, l, NULL), NULL);
    if (lot_closed(j, l))
        return judge_find(j, EFFECT_REFUSE, SAY_LOT_CLOSED, lot_args(j, l, NULL), NULL);
    if (l->state != LOT_RELEASED)
        return judge_find(j, EFFECT_REFUSE, l->state == LOT_BLOCKED ? SAY_LOT_BLOCKED : SAY_LOT_QUARANTINE,
                          lot_args(j, l, NULL), NULL);
    if (l->expiry < clock_day(j->when))
        return judge_find(j, EFFECT_REFUSE, SAY_LOT_EXPIRED, lot_args(j, l, NULL), NULL);
    return check_unit(j, l, c) && check_single_batch(j, l, c->unit) && check_first_expiry(j, l, c->unit) &&
           check_staged(j, f, l, c->unit);
}
