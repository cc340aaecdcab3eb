/* Of some commands it is counted how often they were refused and how often not: what is always refused, or
 * never made, proves nothing. */
#include <stdio.h>

#include "driver.h"

static const char *const words[] = {
#define DID_TEXT(name, text) [DID_##name] = (text),
    DID(DID_TEXT)
#undef DID_TEXT
};

static void did(struct play *p, enum did what)
{
    p->tally.did[what][p->rig.v.outcome != OUTCOME_REFUSED]++;
}

static bool records(const struct command *c, const char *kind)
{
    return c->kind == COMMAND_RECORD && c->record && strcmp(c->record, kind) == 0;
}

/* Do the entries of this command say that? */
static bool says(const struct play *p, const char *word)
{
    for (size_t i = p->rig.first; i < p->rig.n; i++)
        if (strstr(p->rig.log[i].text, word))
            return true;
    return false;
}

void count_command(struct play *p, const struct command *c)
{
    static const struct {
        const char *kind;
        enum did what;
    } kinds[] = {{"station.invited", DID_INVITE}, {"station.revoked", DID_REVOKE}, {"form.issued", DID_ISSUE},
                 {"form.returned", DID_RETURN},   {"form.checked", DID_CHECK},     {"form.voided", DID_VOID}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (records(c, kinds[i].kind))
            did(p, kinds[i].what);
    if (c->kind == COMMAND_ENROL)
        did(p, DID_ENROL);
    if (c->spool)
        did(p, DID_SPOOL);
    if (c->spool && says(p, "\"seen\":true"))
        did(p, DID_SEEN);
    if (c->form)
        did(p, DID_TYPE);
    if (c->form && says(p, "\"late\":\"paper-form\""))
        did(p, DID_STANDS);
    if (says(p, "\"time.pace") || says(p, "\"time.two-rooms") || says(p, "\"time.review"))
        did(p, DID_PACE);
}

void count_add(struct tally *to, const struct tally *t)
{
    for (size_t i = 0; i < DIDS; i++)
        for (int k = 0; k < 2; k++)
            to->did[i][k] += t->did[i][k];
}

void count_print(const struct tally *t)
{
    printf("# recorded/refused:");
    for (size_t i = 0; i < DIDS; i++)
        printf("%s %s %zu/%zu", i ? "," : "", words[i], t->did[i][1], t->did[i][0]);
    printf("\n");
}
