/*
 * Personal data (who was shown it): the entry comes before the data does. It stands in the station's day, so
 * that a closed batch stays closed.
 */
#include "core/rule/record.h"

/* Signed in at this station today with the own PIN: enough to look, never to sign. */
bool record_by_session(const struct judge *j)
{
    const struct kind *k = kind_of(kind_find(j->cmd->record));
    bool shown = j->cmd->signed_in && k && k->id == KIND_PERSONAL_SHOWN;
    bool said = !j->cmd->secret_given && k && k->record && k->record->session;
    return (shown || said) && j->bench && bench_staffed(j) && j->performer->signed_in == j->st;
}

/* Names are for the clinic that ordered and, of who makes it, for those who work on it: not for any enrolled
 * person. */
static bool check_whose(struct judge *j)
{
    const struct person *p = j->performer;
    bool maker = p->dept == DEPT_MANUFACTURING, here = j->bench && j->bench->batch == j->x;
    if (!check_clinic_of(j))
        return false;
    if (!maker || here || batch_acted(j->x, p, p->dept))
        return true;
    struct json *args = json_set_str(j->a, args1(j, "person", p->id), "batch", j->x->id);
    return judge_find(j, EFFECT_REFUSE, SAY_PERSONAL_NOT_YOURS, args, NULL);
}

void record_shown(struct judge *j, const struct kind *k, const void *given)
{
    struct personal_shown shown = *(const struct personal_shown *)given;
    if (!j->cmd->shows) { /* nobody says so of himself: it is said of a document on its way */
        judge_refuse(j, SAY_COMMAND_UNKNOWN, NULL);
        return;
    }
    j->x = judge_batch(j, shown.batch);
    if (!j->x) {
        judge_refuse(j, SAY_BATCH_UNKNOWN, args1(j, "batch", plain_id(shown.batch)));
        return;
    }
    bool theirs = check_whose(j);
    j->x = NULL; /* it is told in the station's day */
    if (!theirs) {
        judge_refuse_found(j);
        return;
    }
    shown.disclosures = "all";
    struct draft *d = draft_day(j, k->id, &shown, sizeof(shown));
    record_accept(j, d, SAY_ACCEPTED_ACT, NULL);
}
