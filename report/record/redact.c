/* Personal values: shown, withheld, erased. */
#include <string.h>

#include "base/clock.h"
#include "core/entry/redaction.h"
#include "record/int.h"

static const struct entry *entry_at(const struct record *r, uint64_t idx)
{
    for (size_t i = 0; i < r->nentries; i++)
        if (r->entry[i].idx == idx)
            return &r->entry[i];
    return NULL;
}

/* Its reason is free text, and so a personal value itself. */
static struct text reason_of(const struct maker *m, const struct entry *e)
{
    struct text reason = record_open(m, e, "reason").shown;
    return reason.ja ? reason : text_both("–");
}

static void redaction(struct maker *m, const struct entry *e, const struct redacted *said)
{
    struct record *r = m->r;
    struct record_redaction *n = LIST_ADD(&r->arena, r->redaction, r->nredactions);
    *n = (struct record_redaction){.entry = e, .of = entry_at(r, (uint64_t)said->idx)};
    n->approver = said->approver ? said->approver : record_said(r, e)->actor.witnessed;
    for (size_t i = 0; i < said->names.n; i++)
        *(LIST_ADD(&r->arena, n->name, n->nnames)) = said->names.item[i];
}

void record_redactions(struct maker *m)
{
    struct record *r = m->r;
    for (size_t i = 0; i < r->nentries; i++) {
        const struct redacted *said = record_value_of(r, &r->entry[i], KIND_REDACTED);
        if (said)
            redaction(m, &r->entry[i], said);
    }
    for (size_t i = 0; i < r->nredactions; i++) { /* a reason may have been erased by a later one */
        r->redaction[i].reason = reason_of(m, r->redaction[i].entry);
        r->redaction[i].instead = record_open(m, r->redaction[i].entry, "instead").shown;
    }
}

static const struct record_redaction *redaction_of(const struct record *r, const struct entry *e,
                                                   const char *name)
{
    for (size_t i = 0; i < r->nredactions; i++)
        for (size_t k = 0; r->redaction[i].of == e && k < r->redaction[i].nnames; k++)
            if (strcmp(r->redaction[i].name[k], name) == 0)
                return &r->redaction[i];
    return NULL;
}

static struct text erased_text(struct record *r, const struct record_redaction *x)
{
    char day[11];
    clock_day_format(clock_day(x->entry->at), day);
    if (x->instead.ja)
        return (struct text){arena_printf(&r->arena, "（消去済 %s）%s", day, x->instead.ja),
                             arena_printf(&r->arena, "(redacted %s) %s", day, x->instead.en)};
    if (!x->reason.ja)
        return (struct text){arena_printf(&r->arena, "（消去済 %s）", day),
                             arena_printf(&r->arena, "(redacted %s)", day)};
    return (struct text){arena_printf(&r->arena, "（消去済 %s：%s）", day, x->reason.ja),
                         arena_printf(&r->arena, "(redacted %s: %s)", day, x->reason.en)};
}

struct record_secret record_open(const struct maker *m, const struct entry *e, const char *name)
{
    const char *digest = json_get_str(e->pd, name), *value = digest ? map_get(&m->disclosed, digest) : NULL;
    const struct record_redaction *x = redaction_of(m->r, e, name);
    if (!digest)
        return (struct record_secret){NULL, {NULL, NULL}, SHOWN};
    if (x)
        return (struct record_secret){NULL, erased_text(m->r, x), REDACTED};
    if (value)
        return (struct record_secret){value, text_both(value), SHOWN};
    if (!m->q->disclosures)
        return (struct record_secret){
            NULL, {"（個人情報：この写しでは非開示）", "(personal; withheld from this copy)"}, WITHHELD};
    return (struct record_secret){
        NULL, {"（値が失われている：消去の記録なし）", "(lost: gone without a redaction on record)"}, LOST};
}
