/*
 * Personal data (who was shown it): the entry comes before the data does. It stands in the station's day, so
 * that a closed batch stays closed.
 */
#include <string.h>

#include "core/rule/judge.h"

/* Signed in at this station today with the own PIN: enough to look, never to sign. */
bool record_by_session(const struct judge *j)
{
    return j->cmd->signed_in && strcmp(j->cmd->record, "personal.shown") == 0 && bench_staffed(j) &&
           j->performer->signed_in == j->st;
}

static bool known_document(const char *what)
{
    return strcmp(what, "bundle") == 0 || strcmp(what, "pdf") == 0 || strcmp(what, "csv") == 0 ||
           strcmp(what, "json") == 0;
}

void judge_shown(struct judge *j, const struct json *body)
{
    const char *batch = json_get_str(body, "batch"), *what = json_get_str(body, "what");
    if (!j->cmd->shows) { /* nobody says so of himself: it is said of a document on its way */
        judge_refuse(j, "command.unknown", NULL);
        return;
    }
    if (!known_document(what)) {
        judge_refuse(j, "record.invalid", args1(j, "field", "what"));
        return;
    }
    if (!book_batch(j->book, batch) && !j->cmd->taken) {
        judge_refuse(j, "batch.unknown", args1(j, "batch", plain_id(batch)));
        return;
    }
    struct json *b = json_set_str(j->a, args1(j, "batch", batch), "what", what);
    json_set_str(j->a, b, "disclosures", "all");
    struct draft *d = draft_day(j, "personal.shown", b);
    d->dept = j->performer->dept;
    d->sign = j->cmd->authenticated;
    d->meaning = "personal.shown";
    judge_accept(j, d, "accepted.act", NULL);
}
