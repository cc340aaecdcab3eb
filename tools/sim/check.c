/* What came against what the story expects; the first difference ends the run, told so that one can look. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "lib/say.h"
#include "sim.h"

static void print_json(const char *what, const json_t *v)
{
    char *s = v ? json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    if (s)
        fprintf(stderr, "    %-9s %s\n", what, s);
    free(s);
}

/* The request without secrets. */
static void print_request(const struct player *p)
{
    json_t *copy = p->request ? jansson_copy(p->request) : NULL;
    json_object_del(copy, "password");
    json_object_del(copy, "pin");
    print_json("sent", copy);
    json_decref(copy);
}

static void print_where(struct player *p, const struct item *it)
{
    const struct block *b = p->block;
    char when[17];
    clock_format_local(sim_now(p->sim), when);
    fprintf(stderr, "\ncpf-sim: %s\n", say("話の予定と違う結果になりました", "the story went another way"));
    fprintf(stderr, "    %-9s %s%s%s%s, %s %s\n", say("製造番号", "batch"), p->batch, p->label ? " (" : "",
            p->label ? p->label : "", p->label ? ")" : "", say("時刻", "facility's time"), when);
    if (b)
        fprintf(stderr, "    %-9s %s:%d  %s %s\n", say("場所", "at"), b->file,
                it && it->line ? it->line : b->line, b->step ? b->step : "",
                b->step ? report_title(p->sim, b->step) : "");
}

void check_fail(struct player *p, const struct item *it, const char *fmt, ...)
{
    va_list ap;
    if (p->sim->failed)
        return;
    p->sim->failed = true;
    print_where(p, it);
    fprintf(stderr, "    ");
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

const char *check_outcome(const json_t *answer, int status, const char **ret_code)
{
    const char *outcome = json_string_value(json_object_get(answer, "outcome"));
    *ret_code = json_string_value(json_object_get(answer, "code"));
    if (status == 200 && outcome)
        return outcome;
    return "refused"; /* not judged at all */
}

static void note_mark(struct player *p, const char *outcome, const char *code)
{
    static const char *const names[] = {"refused", "deviation", "hold", "alert", "already"};
    static const char marks[] = "!~^?=";
    size_t used = strlen(p->block_marks);
    for (size_t i = 0; i < 5; i++)
        if (strcmp(outcome, names[i]) == 0)
            snprintf(p->block_marks + used, sizeof(p->block_marks) - used, " %c%s", marks[i],
                     code ? code : "");
}

static bool as_expected(const struct expect *e, const char *outcome, const char *code)
{
    if (e->kind == EXPECT_ANY)
        return true;
    if (strcmp(outcome, expect_name(e->kind)) != 0)
        return false;
    return !e->code || (code && strcmp(code, e->code) == 0);
}

static const struct expect *expected(const struct player *p, const struct op *op)
{
    static const struct expect accepted;
    if (!op->own)
        return &accepted;
    if (op->kind == OP_SIGN_IN || op->kind == OP_ACT || (op->kind == OP_RECORD && !op->body))
        return &p->block->expect;
    return op->item ? &op->item->expect : &accepted;
}

void check_answer(struct player *p, const struct op *op, const json_t *answer, int status)
{
    const struct expect *e = expected(p, op);
    const char *code, *outcome = check_outcome(answer, status, &code);
    note_mark(p, outcome, code);
    if (as_expected(e, outcome, code) || p->loose || p->sim->failed)
        return;
    p->sim->failed = true;
    print_where(p, op->item);
    print_request(p);
    fprintf(stderr, "    %-9s %s %s\n", say("予定", "expected"), expect_name(e->kind),
            e->code ? e->code : "");
    fprintf(stderr, "    %-9s %s %s (HTTP %d)\n", say("結果", "got"), outcome, code ? code : "", status);
    fprintf(stderr, "    %-9s %s\n", say("応答", "message"),
            json_string_value(json_object_get(json_object_get(answer, "message"), say("ja", "en"))));
    print_json("args", json_object_get(answer, "args"));
    print_json("next", json_object_get(answer, "next"));
}

void check_resend(struct player *p, const struct op *op, const json_t *answer)
{
    json_t *was = jansson_copy(p->answer_before), *is = jansson_copy((json_t *)answer);
    bool same;
    json_object_del(was, "next");
    json_object_del(is, "next");
    same = was && is && json_equal(was, is);
    if (!same && !p->loose) {
        check_fail(p, op->item, "the same request got another answer");
        print_json("first", was);
        print_json("second", is);
    }
    json_decref(was);
    json_decref(is);
}

/* The id as a whole word: d3.tray is not d3.tray-2. */
static bool mentions(const char *text, const char *id)
{
    size_t len = strlen(id);
    for (const char *p = text; (p = strstr(p, id)); p++) {
        char before = p == text ? ' ' : p[-1], after = p[len];
        bool word = strchr("\" ,、:：", before) || (unsigned char)before >= 0x80;
        if (word && (!after || strchr("\" ,.、。", after) || (unsigned char)after >= 0x80))
            return true;
    }
    return false;
}

void check_gate(struct player *p, const json_t *answer)
{
    json_t *args = json_object_get(answer, "args");
    char *text = args ? json_dumps(args, JSON_COMPACT) : NULL;
    if (text && mentions(text, p->omit))
        p->caught = true;
    if (!p->gate_said)
        p->gate_said = arena_printf(&p->arena, "%s: %s %s", p->block->step,
                                    json_string_value(json_object_get(answer, "code")), text ? text : "");
    free(text);
}
