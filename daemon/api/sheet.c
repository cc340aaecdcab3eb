/*
 * A session form to be printed: the fields of the steps of one session, with room for what is written, under
 * the number with which the form was handed out. It names the batch, never the patient. GET
 * /v1/form-sheet?form=…&batch=…&session=… as PDF, made by cpf-report.
 */
#include <string.h>

#include "api/api.h"
#include "core/entry/facility.h"
#include "core/rule/missing.h"

static struct json *field_json(struct arena *a, const struct field *f)
{
    struct json *o = json_set(a, json_object(a), "title", api_text(a, f->title));
    json_set_int(a, o, "n", f->n > 0 ? f->n : 1);
    json_set_str(a, o, "unit", f->unit);
    struct json *list = json_array(a);
    for (size_t i = 0; i < f->noptions; i++)
        json_push(list, api_text(a, f->option[i].title));
    json_set(a, o, "options", list);
    return json_set(a, o, "all", json_bool(a, f->n < 0));
}

static struct json *step_json(struct arena *a, const struct step *s)
{
    struct json *o = json_set_str(a, json_object(a), "step", s->id), *list = json_array(a);
    json_set(a, o, "title", api_text(a, s->title));
    json_set(a, o, "witness", json_bool(a, s->witness));
    for (size_t i = 0; i < s->nfields; i++)
        if (s->field[i].kind != FIELD_DERIVED)
            json_push(list, field_json(a, &s->field[i]));
    return json_set(a, o, "fields", list);
}

/* d3: d3 itself, and all of d3.… */
static bool in_session(const struct step *s, const char *session)
{
    size_t n = session ? strlen(session) : 0;
    return !session || (strncmp(s->id, session, n) == 0 && (!s->id[n] || s->id[n] == '.'));
}

/* What a form's time can be believed of, and is still to be done. */
static struct json *steps_json(struct arena *a, const struct batch *x, const char *session)
{
    struct json *list = json_array(a);
    for (int i = 0; i < (int)x->protocol->nsteps; i++)
        if (in_session(&x->protocol->step[i], session) && step_on_paper(&x->protocol->step[i]) &&
            (session || rule_owes(x, i)))
            json_push(list, step_json(a, &x->protocol->step[i]));
    return list;
}

static struct json *page_json(struct api *api, struct arena *a, const struct paper *f, const struct batch *x,
                              const char *session)
{
    const struct book *b = flow_book(api->flow);
    struct json *o = json_set_str(a, json_object(a), "form", f->id);
    json_set(a, o, "name", api_text(a, facility_name(b->facility)));
    json_set_str(a, o, "to", f->to);
    json_set_str(a, o, "batch", x->id);
    json_set_str(a, o, "protocol", arena_printf(a, "%s@%s", x->protocol->id, x->protocol->version));
    json_set(a, o, "product", api_text(a, x->protocol->product));
    return json_set(a, o, "steps", steps_json(a, x, session));
}

void api_form_sheet(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct arena a;
    if (!api_station(api, r))
        return;
    const char *form = http_query(r, "form"), *batch = http_query(r, "batch");
    const struct paper *f = form ? book_form(flow_book(api->flow), form) : NULL;
    const struct batch *x = batch ? book_batch(flow_book(api->flow), batch) : NULL;
    /* what is back has been written on: a second one with its number would be another form */
    if (!f || !x || f->returned || f->voided) {
        http_refuse(r, 404, "http.not-found");
        return;
    }
    arena_init(&a, 0);
    struct json *page = page_json(api, &a, f, x, http_query(r, "session"));
    if (json_get(page, "steps")->len)
        api_page_pdf(api, r, &a, "form-sheet", page);
    else
        http_refuse(r, 404, "http.not-found");
    arena_fini(&a);
}
