/* What people see of a run: a line a step, a summary at the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "lib/say.h"
#include "sim.h"

static const json_t *step_of(struct sim *s, const char *id)
{
    const json_t *steps = json_object_get(s->protocol, "steps");
    json_t *step;
    size_t i;
    json_array_foreach((json_t *)steps, i, step)
    {
        const char *name = json_string_value(json_object_get(step, "id"));
        if (name && strcmp(name, id) == 0)
            return step;
    }
    return NULL;
}

const char *report_title(struct sim *s, const char *step)
{
    const char *t =
        json_string_value(json_object_get(json_object_get(step_of(s, step), "title"), say("ja", "en")));
    return t ? t : "";
}

bool report_mandatory(struct sim *s, const char *step)
{
    const json_t *found = step_of(s, step);
    return found && !json_is_true(json_object_get(found, "optional"));
}

void report_count(struct sim *s, struct tally **list, const char *name)
{
    struct tally *t = *list;
    while (t && strcmp(t->name, name) != 0)
        t = t->next;
    if (!t) {
        t = arena_alloc(&s->arena, sizeof(*t));
        t->name = arena_strdup(&s->arena, name);
        t->next = *list;
        *list = t;
    }
    t->n++;
}

void report_block(struct player *p)
{
    const struct block *b = p->block;
    FILE *out = p->sim->opt.json ? stderr : stdout; /* the summary alone is JSON */
    char when[17];
    p->steps += b->kind <= BLOCK_SKIP;
    if (!p->sim->opt.progress || p->skip_block)
        return;
    clock_format_local(sim_now(p->sim), when);
    fprintf(out, "%s  %s  %-4s %-22s %s%s%s  %s  (%zu)%s\n", when, p->batch, b->station,
            b->step ? b->step : "", b->who ? b->who : "", b->second ? "+" : "", b->second ? b->second : "",
            b->step ? report_title(p->sim, b->step) : "", p->block_scans, p->block_marks);
    fflush(out);
}

/* ── the end ───────────────────────────────────────────────────────────── */

static json_t *tallies(const struct tally *t)
{
    json_t *o = jansson_object();
    for (; t; t = t->next)
        json_object_set_new(o, t->name, json_integer((json_int_t)t->n));
    return o;
}

static json_t *player_json(const struct player *p)
{
    json_t *o = json_pack("{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "batch", p->batch, "steps",
                          (json_int_t)p->steps, "scans", (json_int_t)p->scans, "acts", (json_int_t)p->acts,
                          "sessions", (json_int_t)p->sessions, "refused", (json_int_t)p->refused,
                          "deviations", (json_int_t)p->deviations, "holds", (json_int_t)p->holds);
    if (p->with)
        json_object_set_new(o, "case", json_string(p->with->name));
    if (p->omit) {
        json_object_set_new(o, "omitted", json_string(p->omit));
        json_object_set_new(o, "caught", json_boolean(p->caught));
    }
    if (p->final_state)
        json_object_set_new(o, "state", json_string(p->final_state));
    return o;
}

static void print_json_summary(struct sim *s, double seconds)
{
    json_t *list = jansson_array(), *o;
    char now[CLOCK_TEXT], *text;
    for (size_t i = 0; i < s->nplayers; i++)
        json_array_append_new(list, player_json(&s->player[i]));
    clock_format(sim_now(s), now);
    o = json_pack("{s:I,s:b,s:o,s:I,s:I,s:I,s:f,s:s,s:o,s:o}", "seed", (json_int_t)s->opt.seed, "ok",
                  !s->failed, "batches", list, "requests", (json_int_t)s->requests, "clock_moves",
                  (json_int_t)s->clock_moves, "next_differed", (json_int_t)s->next_differs, "seconds",
                  seconds, "now", now, "outcomes", tallies(s->outcomes), "codes", tallies(s->codes));
    text = json_dumps(o, JSON_INDENT(1));
    puts(text);
    free(text);
    json_decref(o);
}

static void print_omitted(const struct sim *s)
{
    size_t caught = 0;
    for (size_t i = 0; i < s->nplayers; i++) {
        const struct player *p = &s->player[i];
        caught += p->caught;
        printf("%-28s %-8s %s\n", p->omit, p->caught ? say("拒否", "refused") : say("見逃し", "MISSED"),
               p->caught      ? ""
               : p->gate_said ? p->gate_said
                              : say("関門がない", "no gate refused"));
    }
    printf(say("%zu 工程中 %zu 工程で、抜けた工程の名を挙げて拒否されました\n",
               "of %zu steps left out, %zu were refused by name\n"),
           s->nplayers, caught);
}

static void print_tally(const char *title, const struct tally *t)
{
    printf("%-12s", title);
    for (; t; t = t->next)
        printf("  %s %zu", t->name, t->n);
    putchar('\n');
}

static void print_summary(const struct sim *s, double seconds)
{
    size_t scans = 0, acts = 0;
    for (size_t i = 0; i < s->nplayers; i++) {
        const struct player *p = &s->player[i];
        scans += p->scans;
        acts += p->acts;
        printf("%s  %-10s %s  %zu %s, %zu %s\n", p->batch, p->final_state ? p->final_state : "-",
               p->label ? p->label : "", p->scans, say("スキャン", "scans"), p->acts, say("署名等", "acts"));
    }
    print_tally(say("結果", "outcomes"), s->outcomes);
    print_tally(say("コード", "codes"), s->codes);
    if (s->opt.slips)
        printf(say("打ち間違い %zu 件（入力 %zu 件）：拒否 %zu、再入力の確認 %zu、範囲内で記録 %zu、逸脱 "
                   "%zu、保留 %zu\n",
                   "%zu slips in %zu typed values: refused %zu, asked once more %zu, recorded within limits "
                   "%zu, deviations %zu, "
                   "holds %zu\n"),
               s->slips.made, s->slips.typed, s->slips.refused, s->slips.asked, s->slips.quiet,
               s->slips.deviations, s->slips.holds);
    printf(say("%zu 要求（スキャン %zu、署名等 %zu）、%.1f 秒。次工程の案内と話の違い: %zu 回\n",
               "%zu requests (%zu scans, %zu acts) in %.1f s; `next` differed from the story %zu times\n"),
           s->requests, scans, acts, seconds, s->next_differs);
}

void report_end(struct sim *s, double seconds)
{
    if (s->opt.json)
        print_json_summary(s, seconds);
    else if (s->nplayers && s->player[0].omit)
        print_omitted(s);
    else
        print_summary(s, seconds);
}
