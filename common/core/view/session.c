/* Sign-ins: a row is closed by a sign-out, by a sign-in elsewhere, or with its day. */
#include <stdlib.h>
#include <string.h>

#include "core/entry/day.h"
#include "core/view/int.h"

/* ---- sessions ---- */

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

static void session_opened(struct view *v, const struct entry *e, const char *station, const char *person)
{
    for (size_t i = v->nsessions; person && i-- > 0;) {
        if (strcmp(v->session[i].person, person) != 0)
            continue;
        if (strcmp(v->session[i].station, station) == 0)
            return; /* signed in again where one is */
        end_session(v, i, e, "elsewhere");
    }
    if (!person)
        return;
    view_know_session(v, (int64_t)e->idx, station, person);
    struct view_row r = row_begin(VIEW_SESSION);
    row_num(&r, "idx", (int64_t)e->idx);
    row_text(&r, "station", station);
    row_text(&r, "person", person);
    row_num(&r, "opened", e->at);
    row_end(v, &r);
}

static void sessions_end(struct view *v, const struct entry *e, const char *station, const char *person,
                         const char *ended)
{
    for (size_t i = v->nsessions; i-- > 0;)
        if (strcmp(v->session[i].station, station) == 0 &&
            (!person || strcmp(v->session[i].person, person) == 0))
            end_session(v, i, e, ended);
}

/* The station's day: its name stands in the stream, day/<station>/<date>, since the system closes it. */
static const char *day_station(struct view *v, const struct entry *e)
{
    const char *from = stream_rest(e->stream, STREAM_DAY), *to = from ? strrchr(from, '/') : NULL;
    return to ? arena_strndup(&v->arena, from, (size_t)(to - from)) : NULL;
}

void view_day(struct view_at *a)
{
    const char *station = day_station(a->v, a->e);
    const struct session_record *opened = kind_value(&a->body, KIND_SESSION_OPENED);
    const struct session_record *closed = kind_value(&a->body, KIND_SESSION_CLOSED);
    if (!station)
        return;
    if (opened)
        session_opened(a->v, a->e, station, opened->person);
    else if (closed)
        sessions_end(a->v, a->e, station, closed->person, "out");
    else if (kind_value(&a->body, KIND_DAY_CLOSED))
        sessions_end(a->v, a->e, station, NULL, "day");
}
