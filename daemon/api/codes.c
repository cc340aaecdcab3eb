/*
 * A sheet of codes to be printed, for the bench: GET /v1/code-sheet?of=… as PDF, made by cpf-report. What is
 * scanned for want of a label of its own: the command card, the steps and options of a protocol, badges,
 * equipment, places, batch cards. Containers have labels, each printed once, and are on no sheet.
 */
#include <string.h>

#include "api/api.h"
#include "base/bounds.h"
#include "core/code/code.h"
#include "core/entry/facility.h"
#include "core/right/right.h"

struct sheet {
    const struct book *book;
    struct arena *a;
    struct json *groups, *codes; /* of the group under way */
};

static void group(struct sheet *s, struct text title)
{
    s->codes = json_array(s->a);
    struct json *g = json_set(s->a, json_object(s->a), "title", api_text(s->a, title));
    json_push(s->groups, json_set(s->a, g, "codes", s->codes));
}

/* What has no code (an id that is too long for one) is not on the sheet. */
static void add(struct sheet *s, int made, const char *raw, struct text title)
{
    if (made == 0)
        json_push(s->codes, json_set(s->a, json_set_str(s->a, json_object(s->a), "code", raw), "title",
                                     api_text(s->a, title)));
}

static void command(struct sheet *s, const char *what, const char *id, struct text title)
{
    char raw[BOUND_CODE_ID + 8];
    add(s, code_make_command(what, id, raw, sizeof(raw)), raw, title);
}

static void thing(struct sheet *s, char type, const char *id, struct text about)
{
    char raw[BOUND_CODE_ID + 8];
    add(s, code_make(type, id, raw, sizeof(raw)), raw, about);
}

/* ---- what there is ---- */

/* One alone acknowledges an alarm with somebody of quality on the telephone. */
static void telephoned(struct sheet *s)
{
    const struct right_who *who = &rights_of(s->book->rights, RIGHT_RESCUE_CALLED)->by;
    size_t pos = 0;
    group(s, (struct text){"了解（一人のとき：電話した品質部門の人）",
                           "Acknowledged, alone: of quality, who was telephoned"});
    for (const struct person *p; (p = map_next(&s->book->people, &pos));)
        if (!p->suspended && right_among(s->book->rights, who, p, NULL))
            command(s, word_name(&command_words, COMMAND_ACK), p->id, (struct text){p->id, p->id});
}

static void commands(struct sheet *s)
{
    static const struct {
        enum code_command what;
        struct text title;
    } card[] = {
        {COMMAND_YES, {"はい", "Yes"}},
        {COMMAND_BACK, {"取消・戻る", "Back"}},
        {COMMAND_OUT, {"サインアウト", "Sign out"}},
        {COMMAND_BROKEN, {"破損・漏れ", "Broken"}},
        {COMMAND_LOST, {"見つからない", "Not found"}},
        {COMMAND_ACK, {"了解", "Acknowledged"}},
    };
    group(s, (struct text){"操作コマンド", "Commands"});
    for (size_t i = 0; i < sizeof(card) / sizeof(*card); i++)
        command(s, word_name(&command_words, (int)card[i].what), NULL, card[i].title);
    telephoned(s);
}

static bool listed_before(const struct protocol *p, size_t step, size_t field, const char *option)
{
    for (size_t s = 0; s <= step; s++)
        for (size_t f = 0; f < p->step[s].nfields; f++) {
            if (s == step && f == field)
                return false;
            for (size_t i = 0; i < p->step[s].field[f].noptions; i++)
                if (strcmp(p->step[s].field[f].option[i].id, option) == 0)
                    return true;
        }
    return false;
}

/* Steps done at a bench, in order; an option's code means the option wherever it is asked for. */
static void protocol(struct sheet *s, const struct protocol *p)
{
    group(s, (struct text){arena_printf(s->a, "工程 %s@%s", p->id, p->version),
                           arena_printf(s->a, "Steps of %s@%s", p->id, p->version)});
    for (size_t i = 0; i < p->nsteps; i++)
        if (!p->step[i].form && p->step[i].verb == VERB_NONE)
            command(s, "STEP", p->step[i].id, p->step[i].title);
    group(s, (struct text){"選択肢", "Options"});
    for (size_t i = 0; i < p->nsteps; i++)
        for (size_t f = 0; f < p->step[i].nfields; f++)
            for (size_t o = 0; o < p->step[i].field[f].noptions; o++) {
                const struct option *option = &p->step[i].field[f].option[o];
                if (!listed_before(p, i, f, option->id))
                    command(s, "OPT", option->id, option->title);
            }
}

static void protocols(struct sheet *s)
{
    size_t pos = 0;
    for (const struct protocol_state *p; (p = map_next(&s->book->protocols, &pos));)
        if (p->protocol && book_protocol(s->book, p->protocol->id) == p)
            protocol(s, p->protocol);
}

static void people(struct sheet *s)
{
    size_t pos = 0;
    group(s, (struct text){"職員証", "Badges"});
    for (const struct person *p; (p = map_next(&s->book->people, &pos));)
        if (!p->suspended)
            thing(s, 'P', p->id, (struct text){p->id, p->id});
}

static void things(struct sheet *s, bool places)
{
    size_t pos = 0;
    group(s, places ? (struct text){"場所・位置", "Places"} : (struct text){"機器", "Equipment"});
    for (const struct thing *t; (t = map_next(&s->book->things, &pos));)
        if (places == (t->place_since != 0) && t->in_service)
            thing(s, places ? 'W' : 'E', t->id,
                  t->room ? (struct text){t->room, t->room} : (struct text){t->kind, t->kind});
}

static void equipment(struct sheet *s)
{
    things(s, false);
}

static void places(struct sheet *s)
{
    things(s, true);
}

static void batches(struct sheet *s)
{
    size_t pos = 0;
    group(s, (struct text){"製造番号カード", "Batch cards"});
    for (const struct batch *x; (x = map_next(&s->book->batches, &pos));)
        if (!x->closed)
            thing(s, 'B', x->id, x->protocol->product);
}

static const struct {
    const char *of;
    void (*make)(struct sheet *s);
    struct text title;
} sheets[] = {
    {"commands", commands, {"コマンド表", "Command card"}},
    {"protocols", protocols, {"工程・選択肢コード表", "Codes of steps and options"}},
    {"people", people, {"職員証", "Badges"}},
    {"equipment", equipment, {"機器コード表", "Codes of equipment"}},
    {"places", places, {"場所コード表", "Codes of places"}},
    {"batches", batches, {"製造番号カード", "Batch cards"}},
};

static struct json *page_json(struct sheet *s, struct text title)
{
    struct json *o = json_set(s->a, json_object(s->a), "title", api_text(s->a, title));
    json_set(s->a, o, "name", api_text(s->a, facility_name(s->book->facility)));
    return json_set(s->a, o, "groups", s->groups);
}

void api_code_sheet(void *arg, struct http_request *r)
{
    struct api *api = arg;
    struct arena a;
    const char *of = http_query(r, "of");
    size_t i = 0, n = sizeof(sheets) / sizeof(*sheets);
    if (!api_station(api, r))
        return;
    while (i < n && !(of && strcmp(sheets[i].of, of) == 0))
        i++;
    if (i == n) {
        http_refuse(r, 404, "http.not-found");
        return;
    }
    arena_init(&a, 0);
    struct sheet s = {.book = flow_book(api->flow), .a = &a, .groups = json_array(&a)};
    sheets[i].make(&s);
    api_page_pdf(api, r, &a, "code-sheet", page_json(&s, sheets[i].title));
    arena_fini(&a);
}
