/* Measurements: ranges, replicates, derived values, balances. Exact decimals throughout. */
#include <math.h>
#include <string.h>

#include "core/protocol/limit.h"
#include "core/rule/judge.h"

static const char *limit_text(struct judge *j, bool has, struct dec v)
{
    char text[DEC_TEXT];
    if (!has)
        return "–";
    dec_format(v, text);
    return arena_strdup(j->a, text);
}

struct json *args_range(struct judge *j, const struct field *f, const char *value, const struct range *r)
{
    struct json *args = args1(j, "value", value);
    json_set_str(j->a, args, "field", f->id);
    json_set_str(j->a, args, "unit", f->unit);
    json_set_str(j->a, args, "lo", limit_text(j, r->has_lo, r->lo));
    return json_set_str(j->a, args, "hi", limit_text(j, r->has_hi, r->hi));
}

/* Where that was done of which the value speaks: plates are read in the laboratory, but stood in the room. */
static const char *room_of(const struct judge *j, struct ref r)
{
    const struct occ *o = batch_occ(j->x, r.step);
    return o ? occ_room(j->book, o) : NULL;
}

const char *number_text(struct judge *j, const struct code *c)
{
    char text[CENSORED_TEXT];
    censored_format(c->censor, c->value, text);
    return arena_strdup(j->a, text);
}

const char *day_text(struct judge *j, const struct code *c)
{
    char text[11];
    clock_day_format(c->day, text);
    return arena_strdup(j->a, text);
}

/* ---- limits ---- */

static void beyond_action(struct judge *j, const struct field *f, const char *text)
{
    const char *room = f->has_blocks ? room_of(j, f->blocks) : NULL;
    struct json *args = args_range(j, f, text, &f->action);
    if (room)
        json_set_str(j->a, args, "room", room);
    judge_find(j, f->on_action, room ? SAY_VALUE_ACTION_ROOM : SAY_VALUE_ACTION, args, f->id);
    if (room)
        judge_follows(j, (struct follow){.kind = FOLLOW_ROOM_BLOCKED, .room = {room, SAY_VALUE_ACTION}});
}

/* Beyond `action` and `alert` it is a fact, and told; so is a result that does not say on which side it lies.
 */
static void check_limits(struct judge *j, const struct field *f, enum censor c, struct dec v,
                         const char *text)
{
    const struct range to_act = range_that_limits(f, &f->action), to_watch = range_that_limits(f, &f->alert);
    enum side action = range_side(&to_act, c, v), alert = range_side(&to_watch, c, v);
    if (action == OUTSIDE)
        beyond_action(j, f, text);
    else if (action == UNDECIDED)
        judge_find(j, f->on_action, SAY_VALUE_UNDECIDED, args_range(j, f, text, &f->action), f->id);
    else if (alert == OUTSIDE)
        judge_find(j, EFFECT_ALERT, SAY_VALUE_ALERT, args_range(j, f, text, &f->alert), f->id);
    else if (alert == UNDECIDED)
        judge_find(j, EFFECT_ALERT, SAY_VALUE_UNDECIDED, args_range(j, f, text, &f->alert), f->id);
}

bool check_number(struct judge *j, const struct field *f, const struct code *c, const char *text)
{
    bool gravity = strcmp(f->unit, "xg") == 0 && strcmp(c->unit, "g") == 0; /* as it is said: 400 g */
    if (*c->unit && strcmp(c->unit, f->unit) != 0 && !gravity) {
        /* any word may stand there */
        struct json *args = args1(j, "given", unit_known(c->unit) ? c->unit : "?");
        json_set_str(j->a, args, "wanted", f->unit);
        return judge_find(j, EFFECT_REFUSE, SAY_VALUE_UNIT, args, NULL);
    }
    if (c->value.scale > f->decimals)
        return judge_find(j, EFFECT_REFUSE, SAY_VALUE_DECIMALS,
                          json_set_int(j->a, json_object(j->a), "decimals", f->decimals), NULL);
    if (range_side(&f->possible, c->censor, c->value) == OUTSIDE)
        return judge_find(j, EFFECT_REFUSE, SAY_VALUE_IMPOSSIBLE, args_range(j, f, text, &f->possible), NULL);
    check_limits(j, f, c->censor, c->value, text);
    return true;
}

/* ---- replicates ---- */

/* |a - b| / mean > limit percent, without division: 200 |a - b| > limit (a + b). */
static bool differ(const struct judge *j, const struct field *f)
{
    const struct input *a = scratch_input(j, f->differ_a), *b = scratch_input(j, f->differ_b);
    if (!a || !b)
        return false;
    if (a->censor || b->censor)
        return a->censor != b->censor || dec_cmp(a->value, b->value) != 0;
    struct dec d, sum, left, right;
    if (dec_sub(a->value, b->value, &d) || dec_add(a->value, b->value, &sum))
        return true;
    if (d.mant < 0)
        d.mant = -d.mant;
    if (dec_mul(d, (struct dec){200, 0}, &left) || dec_mul(f->differ, sum, &right))
        return true;
    return dec_cmp(left, right) > 0;
}

bool field_wanted(const struct judge *j, int field)
{
    const struct field *f = &judge_step(j)->field[field];
    return !f->conditional || differ(j, f);
}

/* ---- derived ---- */

static int derive(const struct judge *j, const struct field *f, struct dec *ret);

/* The newest value of a reference. CPF_E_NOTFOUND: it may still come. CPF_E_INVAL: it is there, but only a
 * bound, or it was to be computed and cannot be: nor can what hangs on it, and that is told. */
static int ref_value(const struct judge *j, struct ref r, struct dec *ret)
{
    const struct input *last = scratch_input(j, r);
    const struct field *f = &j->x->protocol->step[r.step].field[r.field];
    if (!last) {
        int rc = f->kind == FIELD_DERIVED ? derive(j, f, ret) : 0;
        return rc != 0 ? rc : CPF_E_NOTFOUND;
    }
    *ret = last->value;
    return last->censor ? CPF_E_INVAL : 0;
}

static int derive_mean(const struct judge *j, const struct field *f, struct dec *ret)
{
    struct dec sum = {0, 0}, v;
    int n = 0, unusable = 0;
    for (size_t i = 0; i < f->nargs; i++) {
        const struct field *arg = &j->x->protocol->step[f->arg[i].step].field[f->arg[i].field];
        int rc = ref_value(j, f->arg[i], &v);
        if (rc == CPF_E_NOTFOUND && (arg->conditional || arg->optional))
            continue; /* a replicate that was not needed */
        if (rc == CPF_E_NOTFOUND)
            return rc;
        if (rc != 0)
            unusable = rc;
        else if (dec_add(sum, v, &sum))
            return CPF_E_LIMIT;
        n++;
    }
    if (unusable)
        return unusable;
    if (n == 0)
        return CPF_E_NOTFOUND;
    if (f->fn == DERIVE_SUM)
        return dec_round(sum, f->decimals, ret);
    return dec_div(sum, (struct dec){n, 0}, f->decimals, ret);
}

static int64_t ref_time(const struct judge *j, struct ref r)
{
    const struct input *in = scratch_input(j, r);
    return in ? in->at : 0;
}

static int derive_doubling(const struct judge *j, const struct field *f, struct dec a, struct dec b,
                           struct dec *ret)
{
    double hours = (double)(ref_time(j, f->arg[1]) - ref_time(j, f->arg[0])) / 3600000.0;
    if (a.mant <= 0 || b.mant <= 0)
        return CPF_E_INVAL; /* nothing that was there doubled */
    double growth = log(dec_double(b) / dec_double(a));
    if (!(growth > 0) || !(hours > 0))
        return CPF_E_INVAL; /* no growth has no doubling time */
    return dec_from_double(hours * log(2) / growth, f->decimals, ret);
}

static int derive(const struct judge *j, const struct field *f, struct dec *ret)
{
    if (f->fn == DERIVE_SUM || f->fn == DERIVE_MEAN)
        return derive_mean(j, f, ret);
    struct dec a, b, t;
    if (f->nargs != 2)
        return CPF_E_NOTFOUND;
    int first = ref_value(j, f->arg[0], &a), second = ref_value(j, f->arg[1], &b);
    if (first || second)
        return first == CPF_E_NOTFOUND || !second ? first : second;
    switch (f->fn) {
    case DERIVE_DIFF:
        return dec_sub(a, b, &t) ? CPF_E_LIMIT : dec_round(t, f->decimals, ret);
    case DERIVE_PRODUCT:
        return dec_mul(a, b, &t) ? CPF_E_LIMIT : dec_round(t, f->decimals, ret);
    case DERIVE_RATIO:
        return dec_div(a, b, f->decimals, ret);
    case DERIVE_VIABILITY:
        if (dec_add(a, b, &t) || dec_mul(a, (struct dec){100, 0}, &a))
            return CPF_E_LIMIT;
        return dec_div(a, t, f->decimals, ret);
    case DERIVE_DOUBLING:
        return derive_doubling(j, f, a, b, ret);
    default:
        return CPF_E_INVAL;
    }
}

void derived_add(struct judge *j, struct deriveds *all, struct derived d)
{
    struct derived *item = (struct derived *)all->item;
    if ((all->n & (all->n - 1)) == 0) { /* full: as many again */
        item = arena_alloc(j->a, (all->n ? 2 * all->n : 1) * sizeof(*item));
        if (all->n)
            memcpy(item, all->item, all->n * sizeof(*item));
    }
    item[all->n++] = d;
    all->item = item;
}

static void add_derived(struct judge *j, int field, struct dec v, struct deriveds *ret)
{
    const struct field *f = &judge_step(j)->field[field];
    char text[DEC_TEXT];
    dec_format(v, text);
    const char *kept = arena_strdup(j->a, text);
    struct code c = {.kind = CODE_NUMBER, .value = v};
    scratch_add(j, field, kept, &c);
    derived_add(j, ret, (struct derived){.field = f->id, .value = kept, .unit = f->unit});
    check_limits(j, f, CENSOR_NONE, v, kept);
}

/* A value that cannot be computed (no growth, not one cell) is no reason for silence where limits stand. */
static void tell_missing(struct judge *j, const struct field *f)
{
    const struct range *r = f->action.has_lo || f->action.has_hi ? &f->action : &f->alert;
    if (r->has_lo || r->has_hi)
        judge_find(j, r == &f->action ? f->on_action : EFFECT_ALERT,
                   r == &f->action ? SAY_VALUE_ACTION : SAY_VALUE_ALERT, args_range(j, f, "–", r), f->id);
}

/* Does this command bring the last value that the derived one waits for? */
static bool completes(const struct judge *j, const struct field *f)
{
    for (size_t i = 0; i < f->nargs; i++) {
        if (f->arg[i].step != j->step)
            continue;
        const struct field *arg = &judge_step(j)->field[f->arg[i].field];
        if (arg->kind == FIELD_DERIVED && completes(j, arg))
            return true; /* it could not be computed either */
        for (size_t k = j->first_new; k < j->occ.ninputs; k++)
            if (f->arg[i].field == j->occ.input[k].field)
                return true;
    }
    return false;
}

/* A replicate that is still awaited keeps what depends on it open. */
static bool args_settled(const struct judge *j, const struct field *f)
{
    if (j->fact && j->occ.done)
        return true; /* a correction: no further reading will come */
    for (size_t i = 0; i < f->nargs; i++) {
        if (f->arg[i].step != j->step)
            continue;
        const struct field *arg = &judge_step(j)->field[f->arg[i].field];
        if (arg->conditional && arg->kind == FIELD_NUMBER &&
            (!scratch_input(j, arg->differ_a) || !scratch_input(j, arg->differ_b)))
            return false;
        if (arg->conditional && field_wanted(j, f->arg[i].field) && !scratch_input(j, f->arg[i]))
            return false;
    }
    return true;
}

bool derive_field(struct judge *j, int field, struct deriveds *ret)
{
    const struct field *f = &judge_step(j)->field[field];
    struct dec v;
    if (!args_settled(j, f) || !field_wanted(j, field))
        return false;
    int err = derive(j, f, &v);
    if (err == 0)
        add_derived(j, field, v, ret);
    else if (err != CPF_E_NOTFOUND && completes(j, f))
        tell_missing(j, f);
    return err == 0;
}

bool check_derived(struct judge *j, struct deriveds *ret)
{
    const struct step *s = judge_step(j);
    for (int i = 0; i < (int)s->nfields; i++)
        if (s->field[i].kind == FIELD_DERIVED && !scratch_input(j, (struct ref){j->step, i}))
            derive_field(j, i, ret);
    return true;
}

/* ---- balances ---- */

/* Sum of the references' values; false while one that is wanted is missing. *ret_bound: one of which only a
 * bound is known, or that is too much to be summed, if there is one. */
static bool sum_refs(const struct judge *j, size_t n, const struct ref *ref, struct dec *ret,
                     const struct ref **ret_bound)
{
    *ret = (struct dec){0, 0};
    for (size_t i = 0; i < n; i++) {
        struct dec v;
        const struct field *f = &j->x->protocol->step[ref[i].step].field[ref[i].field];
        int rc = ref_value(j, ref[i], &v);
        if (rc == CPF_E_NOTFOUND && !f->optional && !f->conditional)
            return false;
        if (rc == CPF_E_INVAL || (rc == 0 && dec_add(*ret, v, ret)))
            *ret_bound = &ref[i];
    }
    return true;
}

static bool among(const struct judge *j, size_t n, const struct ref *ref, int field)
{
    for (size_t i = 0; i < n; i++)
        if (ref[i].step == j->step && ref[i].field == field)
            return true;
    return false;
}

/* Did this command give one of the balance's values? Else it was judged before. */
static bool touches(const struct judge *j, const struct balance *b)
{
    for (size_t i = j->first_new; i < j->occ.ninputs; i++)
        if (among(j, b->nin, b->in, j->occ.input[i].field) ||
            among(j, b->nout, b->out, j->occ.input[i].field))
            return true;
    return false;
}

/* Nobody gets past a balance by saying `>0 mL`. */
static bool tell_bound(struct judge *j, struct ref r)
{
    const struct input *in = scratch_input(j, r);
    const struct field *f = &j->x->protocol->step[r.step].field[r.field];
    struct json *args = args1(j, "value", in ? in->text : "–");
    json_set_str(j->a, args, "unit", f->unit);
    return judge_find(j, EFFECT_DEVIATION, SAY_VALUE_BALANCE_BOUND, args, f->id);
}

/* Typed otherwise when it was asked for once more. */
static bool disputed(const struct judge *j, size_t n, const struct ref *ref)
{
    for (size_t i = 0; i < n; i++) {
        const struct occ *o = ref[i].step == j->step ? &j->occ : batch_occ(j->x, ref[i].step);
        for (size_t k = 0; o && k < o->ninputs; k++)
            if (o->input[k].field == ref[i].field && o->input[k].differed)
                return true;
    }
    return false;
}

bool check_balance(struct judge *j)
{
    const struct balance *b = &judge_step(j)->balance;
    const struct ref *bound = NULL;
    struct dec in, out;
    if (!b->set || !touches(j, b) || !sum_refs(j, b->nin, b->in, &in, &bound) ||
        !sum_refs(j, b->nout, b->out, &out, &bound))
        return true;
    if (bound)
        return tell_bound(j, *bound);
    int off = dec_within(out, in, b->tolerance);
    if (!off)
        return true;
    char tin[DEC_TEXT], tout[DEC_TEXT];
    dec_format(in, tin);
    dec_format(out, tout);
    struct json *args = args1(j, "in", tin);
    json_set_str(j->a, args, "out", tout);
    const struct field *f = &j->x->protocol->step[b->in[0].step].field[b->in[0].field];
    json_set_str(j->a, args, "unit", f->unit);
    /* a value that stands until quality has judged must not keep a true one out, nor a correction */
    enum effect effect =
        b->over == EFFECT_REFUSE && (j->fact || disputed(j, b->nin, b->in) || disputed(j, b->nout, b->out))
            ? EFFECT_DEVIATION
            : b->over;
    return off > 0 ? judge_find(j, effect, SAY_VALUE_BALANCE_OVER, args, NULL)
                   : judge_find(j, b->under, SAY_VALUE_BALANCE_UNDER, args, NULL);
}
