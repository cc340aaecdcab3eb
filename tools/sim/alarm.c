/* What stands on the screen of a station is acknowledged before anything else is scanned there. */
#include "core/code/code.h"
#include "sim.h"

/* Next of whoever has to: who acts, another one's badge; alone, whom one has telephoned. NULL: nobody has to.
 */
static const char *code_of(struct player *p, const struct sim_station *st, const json_t *alarm)
{
    const struct sim_person *who = NULL;
    char raw[BOUND_CODE_ID + 8];
    size_t i;
    const json_t *it;
    json_array_foreach(json_object_get(alarm, "waits"), i, it)
    {
        who = world_person(p->sim, json_string_value(json_object_get(it, "id")));
        if (who && who == st->acting)
            return code_make_command("ACK", NULL, raw, sizeof(raw)) ? NULL : arena_strdup(&p->arena, raw);
    }
    if (who)
        return who->badge;
    const char *code =
        json_string_value(json_object_get(json_array_get(json_object_get(alarm, "called"), 0), "code"));
    return code ? arena_strdup(&p->arena, code) : NULL;
}

void alarm_acknowledge(struct player *p, const struct op *op, const json_t *answer, bool refused)
{
    const json_t *alarm = json_object_get(json_object_get(answer, "next"), "alarm");
    const char *code = alarm && op->station && op->station->npeople && !(op->acks && refused)
                           ? code_of(p, op->station, alarm)
                           : NULL;
    if (!code)
        return;
    struct op *add = arena_alloc(&p->arena, sizeof(*add));
    *add = (struct op){.kind = OP_SCAN, .station = op->station, .text = code, .acks = true, .next = p->ops};
    p->ops = add;
}
