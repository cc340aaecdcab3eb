#include "core/protocol/protocol.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

static void field_fini(struct field *f)
{
    if (f->kind == FIELD_TOKEN && f->pattern)
        regfree(&f->regex);
}

void protocol_free(struct protocol *p)
{
    if (!p)
        return;
    for (size_t s = 0; s < p->nsteps; s++)
        for (size_t i = 0; i < p->step[s].nfields; i++)
            field_fini(&p->step[s].field[i]);
    arena_fini(&p->arena);
    free(p);
}

int protocol_step(const struct protocol *p, const char *id)
{
    for (size_t i = 0; i < p->nsteps; i++)
        if (strcmp(p->step[i].id, id) == 0)
            return (int)i;
    return -1;
}

int step_field(const struct step *s, const char *id)
{
    for (size_t i = 0; i < s->nfields; i++)
        if (strcmp(s->field[i].id, id) == 0)
            return (int)i;
    return -1;
}

const struct label *protocol_label(const struct protocol *p, const char *id)
{
    for (size_t i = 0; i < p->nlabels; i++)
        if (strcmp(p->label[i].id, id) == 0)
            return &p->label[i];
    return NULL;
}

const struct material *protocol_material(const struct protocol *p, const char *id)
{
    for (size_t i = 0; i < p->nmaterials; i++)
        if (strcmp(p->material[i].id, id) == 0)
            return &p->material[i];
    return NULL;
}

int64_t span_from(int64_t since, const struct span *s)
{
    return s->days ? clock_day_start(clock_day(since) + s->value) : since + s->value;
}

int64_t span_till(int64_t since, const struct span *s)
{
    return s->days ? clock_day_start(clock_day(since) + s->value + 1) - 1 : since + s->value;
}

bool protocol_identity(const struct protocol *p, struct ref r)
{
    const struct step *s = &p->step[r.step];
    const struct field *said = &s->field[r.field];
    if (said->donor || said->person || said->means == MEANS_NAME || said->means == MEANS_BIRTH)
        return true;
    for (size_t i = 0; i < s->nunique; i++)
        if (s->unique[i] == r.field)
            return true;
    for (size_t i = 0; i < p->nsteps; i++)
        for (size_t k = 0; k < p->step[i].nfields; k++) {
            const struct field *f = &p->step[i].field[k];
            if (f->kind == FIELD_IDENTITY && f->identity.step == r.step && f->identity.field == r.field)
                return true;
        }
    return false;
}

bool range_outside(const struct range *r, struct dec v)
{
    return (r->has_lo && dec_cmp(v, r->lo) < 0) || (r->has_hi && dec_cmp(v, r->hi) > 0);
}
