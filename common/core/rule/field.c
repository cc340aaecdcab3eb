/* One field: does it accept what was scanned, and is it right? */
#include <string.h>

#include "core/rule/judge.h"

static const struct field *field_at(const struct judge *j, int field)
{
    return &judge_step(j)->field[field];
}

static int count_inputs(const struct judge *j, int field)
{
    int n = 0;
    for (size_t i = 0; i < j->occ.ninputs; i++)
        n += j->occ.input[i].field == field && !j->occ.input[i].first_of_two;
    return n;
}

static bool scanned(const struct judge *j, int field, const char *text)
{
    for (size_t i = 0; i < j->occ.ninputs; i++)
        if (j->occ.input[i].field == field && !j->occ.input[i].asked &&
            strcmp(j->occ.input[i].text, text) == 0)
            return true;
    return false;
}

static bool gone(const struct container *c)
{
    return c->state >= CONTAINER_CONSUMED;
}

/* `all`: every container of these labels that is still there and not yet scanned. */
static int live_left(const struct judge *j, int field)
{
    const struct field *f = field_at(j, field);
    int n = 0;
    for (size_t i = 0; i < j->x->ncontainers; i++) {
        const struct container *c = j->x->container[i];
        if (!listed(f->nlabels, f->label, c->label) || scanned(j, field, c->id))
            continue;
        n += f->use == USE_DISCARD ? !gone(c) : c->state == CONTAINER_FILLED;
    }
    return n;
}

/* Does that stand in the field that this one must be the same as? *ret_any: does anything? */
static bool stands_before(const struct judge *j, const struct field *f, const char *text, bool *ret_any)
{
    const struct stepstate *s = &j->x->step[f->same.step];
    *ret_any = false;
    for (size_t k = s->nocc; k-- > 0;)
        for (size_t i = 0; i < s->occ[k]->ninputs; i++) {
            const struct input *in = &s->occ[k]->input[i];
            if (in->field != f->same.field)
                continue;
            *ret_any = true;
            if (f->kind == FIELD_PLACE ? rescue_same(j->x, in->text, text) : strcmp(in->text, text) == 0)
                return true;
            if (step_certifies(&j->x->protocol->step[f->same.step])) /* the newest one alone counts */
                return false;
        }
    return false;
}

static bool state_fits(const struct field *f, enum container_state s)
{
    if (f->use == USE_ATTACH)
        return s == CONTAINER_ISSUED;
    if (f->use == USE_FILL)
        return s == CONTAINER_ISSUED || s == CONTAINER_EMPTY;
    return f->use == USE_DISCARD ? s <= CONTAINER_FILLED : s == CONTAINER_FILLED;
}

/* Of what is broken, lost, or has no label any more nothing is asked: n - 1, and whatever n is no more than
 * are there. Where nothing is missing what is not there yet is asked for all the same: INT_MAX. */
static int still_there(const struct judge *j, int field)
{
    const struct field *f = field_at(j, field);
    bool missing = false, any = false;
    int n = 0;
    for (size_t i = 0; i < j->x->ncontainers; i++) {
        const struct container *c = j->x->container[i];
        if (!listed(f->nlabels, f->label, c->label))
            continue;
        missing |= c->missing;
        bool same = !f->has_same || stands_before(j, f, c->id, &any) || !any;
        n += same && state_fits(f, c->state) && !scanned(j, field, c->id);
    }
    return missing ? n : INT_MAX;
}

int field_remaining(const struct judge *j, int field)
{
    const struct field *f = field_at(j, field);
    if (f->kind == FIELD_DERIVED)
        return 0;
    if (f->n < 0)
        return live_left(j, field);
    int left = (f->n ? f->n : 1) - count_inputs(j, field);
    if (left <= 0 || f->kind != FIELD_CONTAINER || f->use == USE_ISSUE)
        return left;
    int there = still_there(j, field);
    return there < left ? there : left;
}

bool step_lacks(const struct judge *j, int field)
{
    const struct step *s = judge_step(j);
    bool lacks = false;
    for (int i = 0; i < (int)s->nfields; i++) {
        const struct field *f = &s->field[i];
        bool own =
            (field < 0 || i == field) && f->kind == FIELD_CONTAINER && f->use != USE_ISSUE && f->n >= 0;
        lacks |= own && !f->optional && count_inputs(j, i) == 0 && field_remaining(j, i) == 0;
    }
    return lacks;
}

bool fields_complete(const struct judge *j)
{
    const struct step *s = judge_step(j);
    for (int i = 0; i < (int)s->nfields; i++)
        if (!s->field[i].optional && field_wanted(j, i) && field_remaining(j, i) > 0)
            return false;
    return true;
}

const struct lot *lot_of(const struct judge *j, const struct code *c)
{
    return c->kind == CODE_GS1 ? judge_label(j, c->gtin, c->lot) : judge_lot(j, c->id);
}

bool field_personal(const struct field *f)
{
    return f->kind == FIELD_TEXT || f->kind == FIELD_IDENTITY;
}

const struct option *field_option(const struct field *f, const char *id)
{
    for (size_t i = 0; i < f->noptions; i++)
        if (strcmp(f->option[i].id, id) == 0)
            return &f->option[i];
    return NULL;
}

static bool accepts_choice(const struct field *f, const struct code *c)
{
    if (c->kind != CODE_COMMAND || strncmp(c->id, "OPT-", 4) != 0)
        return false;
    for (size_t i = 0; i < f->noptions; i++)
        if (strcasecmp(f->option[i].id, c->id + 4) == 0)
            return true;
    return false;
}

static bool accepts_identity(const struct judge *j, const struct field *f, const struct code *c)
{
    enum field_kind wanted = j->x->protocol->step[f->identity.step].field[f->identity.field].kind;
    if (wanted == FIELD_DATE)
        return c->dated;
    return c->kind == CODE_PATIENT || c->kind == CODE_DATE || c->kind == CODE_TEXT || c->kind == CODE_NUMBER;
}

/* Anyone else's badge is no answer to the field but says who acts. */
static bool badge_fits(const struct judge *j, const struct field *f, const struct code *c)
{
    const struct person *p = book_person(j->book, c->id);
    for (size_t i = 0; p && i < f->nroles; i++)
        if (person_has_role(p, f->role[i]))
            return true;
    return p && f->nroles == 0;
}

bool field_accepts(const struct judge *j, int field, const struct code *c)
{
    const struct field *f = field_at(j, field);
    if (field_remaining(j, field) <= 0 || !field_wanted(j, field))
        return false;
    if (c->kind != CODE_NUMBER && c->id[0] && f->kind != FIELD_LOT && scanned(j, field, c->id))
        return false; /* the same tube twice is one tube */
    const struct thing *t = NULL;
    switch (f->kind) {
    case FIELD_CONTAINER:
        return c->kind == CODE_CONTAINER && listed(f->nlabels, f->label, c->label);
    case FIELD_LOT:
        if (c->kind != CODE_LOT && c->kind != CODE_GS1)
            return false;
        return !lot_of(j, c) || listed(f->nmaterials, f->material, lot_of(j, c)->material);
    case FIELD_EQUIPMENT:
    case FIELD_PLACE:
        if (c->kind != (f->kind == FIELD_PLACE ? CODE_PLACE : CODE_EQUIPMENT))
            return false;
        t = book_thing(j->book, c->id);
        return !t || !f->thing || strcmp(t->kind, f->thing) == 0;
    case FIELD_BADGE:
        return c->kind == CODE_BADGE && badge_fits(j, f, c);
    case FIELD_DOCUMENT:
        return c->kind == CODE_DOCUMENT;
    case FIELD_NUMBER:
        return c->kind == CODE_NUMBER;
    case FIELD_CHOICE:
        return accepts_choice(f, c);
    case FIELD_DATE:
        return c->dated;
    case FIELD_TOKEN:
    case FIELD_TEXT:
        return c->kind == CODE_TEXT || c->kind == CODE_NUMBER || c->kind == CODE_DATE;
    case FIELD_IDENTITY:
        return accepts_identity(j, f, c);
    case FIELD_DERIVED:
        return false;
    }
    return false;
}

void scratch_add(struct judge *j, int field, const char *text, const struct code *c)
{
    if (j->occ.ninputs == j->occ.cap) {
        size_t cap = j->occ.cap ? j->occ.cap * 2 : 16;
        struct input *in = arena_alloc(j->a, cap * sizeof(*in));
        if (j->occ.ninputs)
            memcpy(in, j->occ.input, j->occ.ninputs * sizeof(*in));
        j->occ.input = in;
        j->occ.cap = cap;
    }
    struct input *in = &j->occ.input[j->occ.ninputs++];
    *in = (struct input){.field = field, .text = text, .at = j->when, .by = j->performer};
    if (c && c->kind == CODE_NUMBER) {
        in->value = c->value;
        in->censor = c->censor;
    }
    if (c && c->dated)
        in->day = c->day;
}

const struct corrected *corrected_at(const struct judge *j, struct ref r, size_t occ)
{
    for (size_t i = j->corrected ? j->corrected->n : 0; i-- > 0;) {
        const struct corrected *c = &j->corrected->item[i];
        if (c->at.step == r.step && c->at.field == r.field && c->occ == occ)
            return c;
    }
    return NULL;
}

static const struct input *in_occ(const struct judge *j, struct ref r, size_t occ)
{
    const struct corrected *c = corrected_at(j, r, occ);
    size_t as_of = j->corrected && j->corrected->as_of ? j->corrected->as_of : SIZE_MAX;
    if (c)
        return c->gone || c->value.n > as_of ? NULL : &c->value;
    const struct occ *o = j->x->step[r.step].occ[occ - 1];
    for (size_t i = o->ninputs; i-- > 0;)
        if (o->input[i].field == r.field && !o->input[i].first_of_two && o->input[i].n <= as_of)
            return &o->input[i];
    return NULL;
}

size_t occ_as_of(const struct judge *j, struct ref r)
{
    size_t no = j->x->step[r.step].nocc;
    while (no && !in_occ(j, r, no) && !corrected_at(j, r, no))
        no--;
    return no;
}

const struct input *scratch_input(const struct judge *j, struct ref r)
{
    for (size_t no = j->x->step[r.step].nocc; r.step != j->step && no; no--)
        if (in_occ(j, r, no))
            return in_occ(j, r, no);
    if (r.step != j->step)
        return NULL;
    for (size_t i = j->occ.ninputs; i-- > 0;)
        if (j->occ.input[i].field == r.field && !j->occ.input[i].first_of_two)
            return &j->occ.input[i];
    return NULL;
}

/* ---- containers ---- */

static bool refuse_id(struct judge *j, enum say code, const char *name, const char *value)
{
    return judge_find(j, EFFECT_REFUSE, code, args1(j, name, value), NULL);
}

static bool check_issue(struct judge *j, const struct code *c)
{
    const struct label *l = protocol_label(j->x->protocol, c->label);
    int count = 0;
    const struct container *printed = book_container(j->book, c->id);
    for (size_t i = 0; i < j->x->ncontainers; i++)
        count += strcmp(j->x->container[i]->label, c->label) == 0;
    if (printed && printed->state == CONTAINER_PRINTED)
        return true; /* it was counted when it was printed */
    if (printed)
        return refuse_id(j, SAY_IDENT_USED, "container", c->id);
    if (l && l->max && count >= l->max) {
        struct json *args = args1(j, "label", c->label);
        json_set_int(j->a, args, "max", l->max);
        return judge_find(j, EFFECT_REFUSE, SAY_LABEL_EXTRA, args, NULL);
    }
    return true;
}

bool check_not_gone(struct judge *j, const struct container *k)
{
    if (!check_not_lost(j, k))
        return false;
    if (!gone(k))
        return true;
    struct json *args = args1(j, "container", k->id);
    json_set_str(j->a, args, "state", container_state_name(k->state));
    return judge_find(j, EFFECT_REFUSE, SAY_IDENT_GONE, args, NULL);
}

static bool check_state(struct judge *j, const struct field *f, const struct container *k)
{
    if (!check_not_gone(j, k))
        return false;
    switch (f->use) {
    case USE_ATTACH:
        return k->state == CONTAINER_ISSUED || refuse_id(j, SAY_IDENT_USED, "container", k->id);
    case USE_FILL:
        return k->state != CONTAINER_FILLED || refuse_id(j, SAY_IDENT_USED, "container", k->id);
    case USE_DISCARD:
        return check_evidence(j, k);
    default:
        return k->state == CONTAINER_FILLED || refuse_id(j, SAY_IDENT_UNFILLED, "container", k->id);
    }
}

bool note_foreign(struct judge *j, const struct code *c)
{
    if (c->kind != CODE_CONTAINER || strcmp(c->batch, j->x->id) == 0)
        return false;
    struct batch *other = book_batch(j->book, c->batch);
    struct batch *open = other && !other->closed ? other : NULL; /* a closed record is not written on */
    judge_follows(j, (struct follow){.kind = FOLLOW_OTHER_TOLD, .told = {c->batch, c->id, open}});
    return true;
}

static bool check_container(struct judge *j, const struct field *f, const struct code *c)
{
    if (note_foreign(j, c))
        return judge_find(j, EFFECT_REFUSE, SAY_IDENT_FOREIGN, NULL, NULL);
    if (f->use == USE_ISSUE)
        return check_issue(j, c);
    const struct container *k = book_container(j->book, c->id);
    if (!k || (k->state == CONTAINER_PRINTED && f->use != USE_DISCARD))
        return refuse_id(j, SAY_IDENT_NOT_ISSUED, "container", c->id);
    return check_state(j, f, k) && check_rescued_one(j, f, k);
}

/* ---- equipment and places ---- */

/* Others of its kind are calibrated, and it never was: no new name gets around a calibration. */
static bool never_calibrated(const struct judge *j, const struct thing *t)
{
    size_t pos = 0;
    bool others = t->interval > 0;
    for (const struct thing *o; !others && (o = map_next(&j->book->things, &pos));)
        others = strcmp(o->kind, t->kind) == 0 && o->calibrated != INT64_MAX;
    return others && t->calibrated == INT64_MAX;
}

/* In service and calibrated. What was used is told as it was. */
static bool check_usable(struct judge *j, const struct thing *t)
{
    bool never = never_calibrated(j, t), due = never || t->calibrated < clock_day(j->when);
    struct json *args = args1(j, "equipment", t->id);
    char day[11] = "–";
    if (!never && t->calibrated != INT64_MAX)
        clock_day_format(t->calibrated, day);
    json_set_str(j->a, args, "due", arena_strdup(j->a, day));
    if (t->in_service && !due)
        return true;
    if (judge_past(j))
        return judge_find(j, EFFECT_DEVIATION, SAY_EQUIPMENT_USED, args, NULL);
    return judge_find(j, EFFECT_REFUSE,
                      t->in_service ? SAY_EQUIPMENT_CALIBRATION : SAY_EQUIPMENT_OUT_OF_SERVICE, args, NULL);
}

static bool check_thing(struct judge *j, const struct field *f, const struct code *c)
{
    bool place = f->kind == FIELD_PLACE;
    const struct thing *t = book_thing(j->book, c->id);
    if (!t)
        return refuse_id(j, place ? SAY_PLACE_UNKNOWN : SAY_EQUIPMENT_UNKNOWN, "equipment", c->id);
    if (f->thing && strcmp(t->kind, f->thing) != 0)
        return refuse_id(j, place ? SAY_PLACE_KIND : SAY_EQUIPMENT_KIND, "wanted", f->thing);
    if (!f->release && !check_usable(j, t)) /* what is inside must come out */
        return false;
    if (f->occupy && t->occupied && t->occupied != j->x) {
        j->found.stands = t->occupied->id;
        return refuse_id(j, SAY_PLACE_OTHER_DONOR, "place", t->id);
    }
    const char *here = judge_room(j);
    if (t->room && here && strcmp(t->room, here) != 0 &&
        !rescue_place(j->x, t->id)) { /* from where it was rescued to it is fetched */
        struct json *args = args1(j, "place", t->id);
        json_set_str(j->a, args, "room", t->room);
        return judge_find(j, EFFECT_REFUSE, SAY_PLACE_ROOM, args, NULL);
    }
    return true;
}

/* ---- the rest ---- */

const char *option_title(const struct option *o)
{
    return o->title.en ? o->title.en : o->id;
}

static bool check_choice(struct judge *j, const struct field *f, const char *id, const char **ret_text)
{
    static const enum say code[] = {[EFFECT_OK] = SAY_NONE,
                                    [EFFECT_ALERT] = SAY_OPTION_ALERT,
                                    [EFFECT_DEVIATION] = SAY_OPTION_DEVIATION,
                                    [EFFECT_HOLD] = SAY_OPTION_HOLD,
                                    [EFFECT_REFUSE] = SAY_OPTION_REFUSE};
    const struct option *o = field_option(f, id);
    if (!o)
        return refuse_id(j, SAY_VALUE_CHOICE, "field", f->id); /* what was typed may be anything */
    *ret_text = o->id;
    if (disposition_releases(o->disposition) &&
        (judge_step(j)->dept != DEPT_QUALITY || judge_step(j)->verb == VERB_NONE))
        return judge_find(j, EFFECT_REFUSE, SAY_ACT_NOT_QUALITY, NULL, NULL);
    if (o->run_was_void && judge_step(j)->rerun_of >= 0 && !j->fact &&
        !run_is_void(j->x, judge_step(j)->rerun_of))
        return judge_find(j, EFFECT_REFUSE, SAY_RESULT_RERUN, args1(j, "step", judge_step(j)->id), f->id);
    if (o->voids_run && run_seen(j))
        return judge_find(j, EFFECT_HOLD, SAY_RESULT_VOID_AFTER, args1(j, "field", f->id), f->id);
    if (o->exposes)
        judge_follows(j, (struct follow){.kind = FOLLOW_OTHERS_HELD});
    /* a correction tells a bad truth, too, or the better lie would stay */
    enum effect effect = j->fact && o->effect == EFFECT_REFUSE ? EFFECT_DEVIATION : o->effect;
    struct json *args = args1(j, "option", option_title(o));
    json_set_str(j->a, args, "field", f->id);
    return judge_find(j, effect, code[effect], args, f->id);
}

static bool check_not_before(struct judge *j, const struct field *f, const struct code *c)
{
    const struct input *in = f->has_not_before ? scratch_input(j, f->not_before) : NULL;
    char day[11];
    if (!in || c->day >= in->day)
        return true;
    clock_day_format(in->day, day);
    struct json *args = args1(j, "field", f->id);
    const struct step *s = &j->x->protocol->step[f->not_before.step];
    json_set_str(j->a, args, "before", s->field[f->not_before.field].id);
    return judge_find(j, EFFECT_REFUSE, SAY_DATE_ORDER,
                      json_set_str(j->a, args, "day", arena_strdup(j->a, day)), NULL);
}

static bool check_date(struct judge *j, const struct field *f, const struct code *c)
{
    if (!check_not_before(j, f, c))
        return false;
    if (!f->valid_days)
        return true;
    int64_t until = c->day + f->valid_days, on = clock_day(j->when);
    const struct input *in = f->has_valid_on ? scratch_input(j, f->valid_on) : NULL;
    if (in && in->day > on)
        on = in->day;
    if (c->day > clock_day(j->when))
        return refuse_id(j, SAY_DATE_INVALID, "field", f->id);
    if (until >= on)
        return true;
    char day[11];
    clock_day_format(until, day);
    struct json *args = args1(j, "field", f->id);
    json_set_str(j->a, args, "until", day);
    return judge_find(j, EFFECT_REFUSE, SAY_DATE_EXPIRED, args, NULL);
}

static bool check_identity(struct judge *j, const struct field *f, const char *text)
{
    if (identity_matches(j, f, text))
        return true;
    j->found.said = text;
    return judge_find(j, EFFECT_REFUSE, SAY_IDENT_PATIENT, args1(j, "field", f->id), f->id);
}

/* A set that must be the same as at an earlier step: the five tubes that were handed over, the seal's number.
 */
static bool check_same(struct judge *j, const struct field *f, const char *text)
{
    bool any;
    if (!f->has_same || stands_before(j, f, text, &any))
        return true;
    return judge_find(j, f->differs, SAY_VALUE_SAME, args1(j, "field", f->id), f->id);
}

static const char *option_id(struct judge *j, const struct code *c, const char *text)
{
    const char *id = c->kind == CODE_COMMAND ? c->id + 4 : text;
    char *lower = arena_strdup(j->a, id);
    for (char *p = lower; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    return lower;
}

static bool refuse_badge(struct judge *j, const struct field *f, const struct code *c)
{
    struct json *args = args1(j, "person", c->id), *roles = json_array(j->a);
    for (size_t i = 0; i < f->nroles; i++)
        json_push(roles, json_str(j->a, f->role[i]));
    return judge_find(j, EFFECT_REFUSE, SAY_PERSON_ROLE, json_set(j->a, args, "role", roles), NULL);
}

static bool check_kind(struct judge *j, const struct field *f, const struct code *c, const char **text)
{
    switch (f->kind) {
    case FIELD_CONTAINER:
        return check_container(j, f, c);
    case FIELD_LOT:
        return check_lot(j, f, c);
    case FIELD_EQUIPMENT:
    case FIELD_PLACE:
        return check_thing(j, f, c);
    case FIELD_BADGE:
        return badge_fits(j, f, c) || refuse_badge(j, f, c);
    case FIELD_NUMBER:
        return check_number(j, f, c, *text);
    case FIELD_CHOICE:
        return check_choice(j, f, option_id(j, c, *text), text);
    case FIELD_DATE:
        return check_date(j, f, c);
    case FIELD_TOKEN:
        return regexec(&f->regex, *text, 0, NULL, 0) == 0 || refuse_id(j, SAY_VALUE_PATTERN, "field", f->id);
    case FIELD_TEXT:
        if (f->day && typed_day(*text, &(int64_t){0}) != CPF_OK)
            return refuse_id(j, SAY_DATE_INVALID, "field", f->id);
        return **text && strlen(*text) <= BOUND_TEXT_FIELD ? true
                                                           : refuse_id(j, SAY_VALUE_TEXT, "field", f->id);
    case FIELD_IDENTITY:
        return check_identity(j, f, *text);
    case FIELD_DOCUMENT:
        return check_document(j, f, *text);
    case FIELD_DERIVED:
        return true;
    }
    return true;
}

bool check_field(struct judge *j, int field, const struct code *c, const char *text, const char **ret_text)
{
    const struct field *f = field_at(j, field);
    *ret_text = text;
    return check_kind(j, f, c, ret_text) && check_same(j, f, *ret_text);
}
