/* Sign-ins: a row is closed by a sign-out, by a sign-in elsewhere, with its station, or with its day. */
#include <stdlib.h>
#include <string.h>

#include "core/view/int.h"

static void end_session(struct view *v, size_t i, const struct entry *e, const char *ended)
{
    struct view_row r = row_begin(VIEW_SESSION);
    row_num(&r, "idx", v->session[i].idx);
    row_num(&r, "closed", e->at);
    row_text(&r, "ended", ended);
    row_end(v, &r);
    free(v->session[i].who);
    v->session[i] = v->session[--v->nsessions];
}

void view_session(struct view_at *a, const char *person)
{
    struct view *v = a->v;
    for (size_t i = v->nsessions; person && i-- > 0;) {
        if (strcmp(v->session[i].person, person) != 0)
            continue;
        if (strcmp(v->session[i].station, a->station) == 0)
            return; /* signed in again where one is */
        end_session(v, i, a->e, "elsewhere");
    }
    if (!person)
        return;
    view_know_session(v, (int64_t)a->e->idx, a->station, person);
    struct view_row r = row_begin(VIEW_SESSION);
    row_num(&r, "idx", (int64_t)a->e->idx);
    row_text(&r, "station", a->station);
    row_text(&r, "person", person);
    row_num(&r, "opened", a->e->at);
    row_end(v, &r);
}

void view_session_end(struct view_at *a, const char *person, const char *ended)
{
    struct view *v = a->v;
    for (size_t i = v->nsessions; i-- > 0;)
        if (strcmp(v->session[i].station, a->station) == 0 &&
            (!person || strcmp(v->session[i].person, person) == 0))
            end_session(v, i, a->e, ended);
}
