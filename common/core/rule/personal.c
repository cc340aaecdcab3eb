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

void record_shown(struct judge *j, const struct kind *k, const void *given)
{
    struct personal_shown shown = *(const struct personal_shown *)given;
    if (!j->cmd->shows) { /* nobody says so of himself: it is said of a document on its way */
        judge_refuse(j, SAY_COMMAND_UNKNOWN, NULL);
        return;
    }
    if (!judge_batch(j, shown.batch)) {
        judge_refuse(j, SAY_BATCH_UNKNOWN, args1(j, "batch", plain_id(shown.batch)));
        return;
    }
    shown.disclosures = "all";
    struct draft *d = draft_day(j, k->id, &shown, sizeof(shown));
    d->sign = j->cmd->authenticated;
    d->meaning = kind_text(k->id);
    judge_accept(j, d, SAY_ACCEPTED_ACT, NULL);
}
