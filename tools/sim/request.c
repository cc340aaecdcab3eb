#include "sim/request.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "sim/tablet.h"

json_t *request_time(struct sim *s, int64_t before_ms)
{
    char text[CLOCK_TEXT];
    clock_format(sim_now(s) - before_ms, text);
    return json_string(text);
}

static json_t *new_request(struct player *p, const struct op *op)
{
    const struct block *b = p->block;
    json_t *o = jansson_object();
    char id[37];
    uuid7_make(clock_now_ms(), id); /* the machine's time: never ahead of the facility's */
    json_object_set_new(o, "id", json_string(id));
    json_object_set_new(o, "at", request_time(p->sim, op->own ? b->claim_ms : 0));
    if (b->late && op->own)
        json_object_set_new(o, "late",
                            json_pack("{s:o,s:s}", "occurred", request_time(p->sim, b->claim_ms), "reason",
                                      word_name(&late_words, (int)b->late)));
    return o;
}

/* ── forms ─────────────────────────────────────────────────────────────── */

struct codes {
    struct player *p;
    json_t *list;
    char *error;
    size_t size;
};

static int add_code(void *arg, const char *word)
{
    struct codes *c = arg;
    const char *raw = codes_raw(c->p, word, c->error, c->size);
    if (!raw)
        return CPF_E_NOTFOUND;
    json_array_append_new(c->list, json_string(raw));
    return CPF_OK;
}

/* One code as it stands, several as a list. */
static json_t *codes_value(struct player *p, const struct item *it, char *ret_error, size_t size)
{
    struct codes c = {p, jansson_array(), ret_error, size};
    json_t *one;
    if (codes_each(p, it->text, add_code, &c, ret_error, size)) {
        json_decref(c.list);
        return NULL;
    }
    if (json_array_size(c.list) != 1)
        return c.list;
    one = json_incref(json_array_get(c.list, 0));
    json_decref(c.list);
    return one;
}

/* a,b] -> a list of texts */
static json_t *list_value(const char *s)
{
    json_t *list = jansson_array();
    for (const char *end; *s && *s != ']'; s = *end == ',' ? end + 1 : end) {
        end = s + strcspn(s, ",]");
        json_array_append_new(list, json_stringn(s, (size_t)(end - s)));
    }
    return list;
}

static json_t *item_value(struct player *p, const struct item *it, char *ret_error, size_t size)
{
    char why[VARS_ERROR] = "not a value of a form";
    const char *text;
    int err = CPF_E_INVAL;
    if (it->kind == ITEM_CODES)
        return codes_value(p, it, ret_error, size);
    if (it->kind == ITEM_NUMBER)
        err = vars_format(&p->vars, it->text, &text, why);
    else if (it->kind == ITEM_WORD || it->kind == ITEM_TEXT)
        err = vars_fill(&p->vars, it->text, &text, why);
    if (!err)
        return *text == '[' ? list_value(text + 1) : json_string(text);
    snprintf(ret_error, size, "%s: %s", it->name ? it->name : "?", why);
    return NULL;
}

static json_t *block_fields(struct player *p, char *ret_error, size_t size)
{
    json_t *fields = jansson_object(), *v;
    for (const struct item *it = p->block->items; it; it = it->next) {
        if (!it->name || strcmp(it->name, "shown") == 0)
            continue;
        v = item_value(p, it, ret_error, size);
        if (!v) {
            json_decref(fields);
            return NULL;
        }
        json_object_set_new(fields, it->name, v);
    }
    return fields;
}

/* shown:a,b,c: the results that the person was shown as still open. */
static json_t *pending_list(const struct player *p)
{
    json_t *list = NULL;
    for (const struct item *it = p->block->items; it; it = it->next) {
        if (!it->name || strcmp(it->name, "shown") != 0)
            continue;
        list = jansson_array();
        for (const char *s = it->text, *end; *s; s = *end ? end + 1 : end) {
            end = s + strcspn(s, ", ");
            json_array_append_new(list, json_stringn(s, (size_t)(end - s)));
        }
    }
    return list;
}

/* What was looked at last, once. */
static void say_shown(struct player *p, json_t *o)
{
    if (*p->shown)
        json_object_set_new(o, "shown", json_string(p->shown));
    *p->shown = 0;
}

static int act(struct player *p, const struct op *op, json_t *o, char *ret_error, size_t size)
{
    const struct block *b = p->block;
    json_t *fields = block_fields(p, ret_error, size), *pending = pending_list(p);
    if (!fields) {
        json_decref(pending);
        return CPF_E_INVAL;
    }
    json_object_set_new(o, "badge", json_string(op->person->badge));
    if (b->kind == BLOCK_SIGN || op->person->at != op->station)
        json_object_set_new(o, "password", json_string(op->person->password));
    json_object_set_new(o, "step", json_string(b->step));
    if (p->opened || !p->sim->numbered)
        json_object_set_new(o, "batch", json_string(p->batch));
    if (!p->opened)
        json_object_set_new(o, "protocol", json_string(p->sim->story->protocol));
    json_object_set_new(o, "fields", fields);
    if (pending)
        json_object_set_new(o, "pending", pending);
    say_shown(p, o);
    if (b->kind == BLOCK_SKIP)
        json_object_set_new(o, "skip", json_string(b->pin));
    return CPF_OK;
}

static int record(struct player *p, const struct op *op, json_t *o, char *ret_error, size_t size)
{
    json_t *body = op->body ? json_incref(op->body) : block_fields(p, ret_error, size);
    if (!body)
        return CPF_E_INVAL;
    say_shown(p, o);
    json_object_set_new(o, "kind", json_string(op->text ? op->text : p->block->step));
    json_object_set_new(o, "body", body);
    json_object_set_new(o, "badge", json_string(op->person->badge));
    json_object_set_new(o, "password", json_string(op->person->password));
    return CPF_OK;
}

int request_make(struct player *p, const struct op *op, char *ret_error, size_t size)
{
    json_t *o = new_request(p, op);
    int err = CPF_OK;
    p->path = "/v1/scans";
    p->token = op->station->token;
    switch (op->kind) {
    case OP_SIGN_IN:
        p->path = "/v1/sessions";
        json_object_set_new(o, "badge", json_string(op->person->badge));
        json_object_set_new(o, "pin", json_string(op->text));
        break;
    case OP_ACT:
        p->path = "/v1/acts";
        err = act(p, op, o, ret_error, size);
        break;
    case OP_RECORD:
        p->path = "/v1/records";
        err = record(p, op, o, ret_error, size);
        break;
    default:
        json_object_set_new(o, "raw", json_string(op->text));
        if (op->own && *op->station->next_field && !p->block->late) { /* what the screen showed */
            json_object_set_new(o, "step", json_string(op->station->next_step));
            json_object_set_new(o, "field", json_string(op->station->next_field));
        }
    }
    if (!err && op->own && op->station->key && p->block->late == LATE_OFFLINE)
        tablet_sign(p, op->station, p->path, o);
    json_decref(p->request);
    p->request = o;
    return err;
}
