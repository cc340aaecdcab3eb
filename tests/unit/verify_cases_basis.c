/* What report.json says that it was made with, and what the log says of that. */
#include <string.h>

#include "base/basis.h"
#include "base/clock.h"
#include "verify_cases.h"

static const struct entry *newest(const struct bundle_rig *r, const char *kind, size_t skip)
{
    for (size_t i = r->n; i-- > 0;)
        if (r->entry[i]->text && strcmp(r->entry[i]->kind, kind) == 0 && skip-- == 0)
            return r->entry[i];
    fail_msg("no %s", kind);
    return NULL;
}

static void set_time(struct bundle_rig *r, struct json *o, const char *name, int64_t at)
{
    char text[CLOCK_TEXT];
    clock_format(at, text);
    json_set_str(&r->a, o, name, text);
}

static struct json *by(struct bundle_rig *r, const struct entry *e)
{
    struct json *o = json_set_str(&r->a, json_object(&r->a), "person", json_get_str(e->actor, "performed"));
    json_set_str(&r->a, o, "dept", json_get_str(e->body, "dept"));
    json_set_int(&r->a, o, "idx", (int64_t)e->idx);
    set_time(r, o, "at", e->at);
    return o;
}

/* As cpf-report would say it with the files that the log names. */
static struct json *basis(struct bundle_rig *r, const char *state)
{
    struct arena *a = &r->a;
    const struct entry *changed = newest(r, "basis.changed", 0);
    struct json *o = json_set_str(a, json_object(a), "state", state), *list = json_array(a);
    bool accepted = strcmp(state, "accepted") == 0;
    for (size_t i = 2; accepted && i-- > 0;)
        json_push(list, by(r, newest(r, "basis.accepted", i)));
    json_set(a, o, "by", list);
    json_set(a, o, "differs", json_array(a));
    json_set_str(a, o, "digest", json_get_str(changed->body, "digest"));
    json_set_int(a, o, "idx", (int64_t)changed->idx);
    set_time(r, o, "since", changed->at);
    return json_set(a, o, "made_with", json_copy(a, json_get(changed->body, "items")));
}

static void report_with(struct bundle_rig *r, const struct json *basis)
{
    struct buf b;
    report_right(r, NULL);
    buf_init(&b);
    buf_puts(&b, "\"basis\":");
    json_write(&b, basis);
    buf_puts(&b, ",\"batch\":");
    rig_edit(r, "report.json", "\"batch\":", b.data);
    buf_fini(&b);
}

static void right(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    report_with(r, basis(r, "accepted"));
}

static void unaccepted(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    report_with(r, basis(r, "unaccepted"));
}

static void by_set_up(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    report_with(r, basis(r, "setup"));
}

static void none(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    report_with(r, json_set_str(&r->a, json_object(&r->a), "state", "none"));
}

static void other_words(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    report_with(r, basis(r, "accepted"));
    rig_edit(r, "report.json", RIG_WORDS, "dqnjsCMBJ_nMTLS5JtNO9G2r2TFPeqo2mg8q5E1pX2k");
}

static void words_unsaid(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    report_with(r, basis(r, "accepted"));
    rig_edit(r, "report.json", "\"name\":\"words\"", "\"name\":\"word\"");
}

static void other_program(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    report_with(r, basis(r, "accepted"));
    rig_edit(r, "report.json", "\"text\":\"1\"", "\"text\":\"2\"");
}

/* What the daemon alone knows is no report's matter. */
static void other_setting(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    report_with(r, basis(r, "accepted"));
    rig_edit(r, "report.json", "\"text\":\"300\"", "\"text\":\"900\"");
}

static void other_digest(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    report_with(r, basis(r, "accepted"));
    rig_edit(r, "report.json", "\"digest\":\"", "\"digest\":\"A");
}

static void other_day(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    report_with(r, basis(r, "accepted"));
    rig_edit(r, "report.json", "\"since\":\"2026-04-01T", "\"since\":\"2026-03-01T");
}

static void other_acceptor(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    report_with(r, basis(r, "accepted"));
    rig_edit(r, "report.json", "\"person\":\"P-01\"", "\"person\":\"P-09\"");
}

#define BASIS      CLOSED, .basis = true
#define TOLD(rule) VERIFY_REPORT, rule, "report.json", false
/* clang-format off */
const struct doctored cases_basis[] = {
    {"basis_as_the_log_has_it", {BASIS}, right, HOLDS},
    {"basis_of_a_setting_of_the_daemon", {BASIS}, other_setting, HOLDS},
    {"basis_not_accepted_again", {BASIS, .twist = TWIST_BASIS_AGAIN}, unaccepted, HOLDS},
    {"basis_of_the_set_up", {BASIS, .twist = TWIST_BASIS_SETUP}, by_set_up, HOLDS},
    {"basis_of_no_set_up", {BASIS, .twist = TWIST_BASIS_AGAIN}, by_set_up, TOLD("report.basis")},
    {"basis_that_one_person_accepted_twice", {BASIS, .twist = TWIST_BASIS_ALONE}, right, TOLD("report.basis")},
    {"basis_called_accepted", {BASIS, .twist = TWIST_BASIS_AGAIN}, right, TOLD("report.basis")},
    {"basis_called_unaccepted", {BASIS}, unaccepted, TOLD("report.basis")},
    {"basis_left_out", {BASIS}, report_right, TOLD("report.basis")},
    {"basis_called_none", {BASIS}, none, TOLD("report.basis")},
    {"basis_with_another_digest", {BASIS}, other_digest, TOLD("report.basis")},
    {"basis_since_another_day", {BASIS}, other_day, TOLD("report.basis")},
    {"basis_accepted_by_another", {BASIS}, other_acceptor, TOLD("report.basis")},
    {"basis_none_in_the_log", {CLOSED}, none, HOLDS},
    {"words_of_another_file", {BASIS}, other_words, TOLD("report.words")},
    {"words_not_said", {BASIS}, words_unsaid, TOLD("report.words")},
    {"words_of_another_program", {BASIS}, other_program, TOLD("report.words")},
    {.name = NULL},
};
/* clang-format on */
