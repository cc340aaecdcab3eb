/* A lot is blocked: what was made with it is held, and its siblings are named. */
#include "core/entry/lot.h"
#include "core/rule/record.h"

/* Other receipts of the maker's lot that may still be used. */
static void tell_siblings(struct judge *j, const struct lot *l)
{
    size_t pos = 0;
    for (const struct lot *o; (o = map_next(&j->book->lots, &pos));)
        if (o != l && o->state == LOT_RELEASED && !o->closed_at && lot_same(o, l))
            judge_find(j, EFFECT_ALERT, SAY_LOT_SIBLING,
                       json_set_str(j->a, args1(j, "lot", l->id), "other", o->id), NULL);
}

/* What was made with it is held: a recall comes when the vials are long empty. */
void record_lot_blocking(struct judge *j, const struct kind *k, const void *given)
{
    const struct lot *l = judge_lot(j, ((const struct lot_state_record *)given)->lot);
    struct lot_exposed e = {.n = 0};
    if (l && !rule_off(SAY_LOT_BLOCKED_USED))
        e = lot_exposes(j, l->id);
    if (l && l->closed_at && e.n + (size_t)e.more > 0) { /* nothing of it is left to be blocked */
        judge_refuse(j, SAY_LOT_CLOSED_USED,
                     json_set_int(j->a, args1(j, "lot", l->id), "held", (int64_t)e.n + e.more));
        return;
    }
    if (e.n || e.more) {
        struct json *args = json_set_int(j->a, args1(j, "lot", l->id), "held", (int64_t)e.n);
        json_set_int(j->a, args, "more", e.more);
        judge_find(j, EFFECT_ALERT, e.more ? SAY_LOT_BLOCKED_MORE : SAY_LOT_BLOCKED_USED, args, NULL);
    }
    if (l && !l->closed_at)
        tell_siblings(j, l);
    record_own(j, k, given);
    if (l && j->v->outcome != OUTCOME_REFUSED)
        expose_to_lot(j, &e, l->id);
}
