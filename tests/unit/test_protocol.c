/* Every fault of a protocol file is told with its place and what to do. Each test has one fault. */
#include "protocols.h"

#include <stdlib.h>

#include "base/bounds.h"
#include "base/buf.h"
#include "base/mem.h"

#define TOLD_AS(name, code, yaml, line, text, hint)                                                          \
    static void test_##name(void **state)                                                                    \
    {                                                                                                        \
        (void)state;                                                                                         \
        struct loaded l = load(yaml);                                                                        \
        assert_only_error(&l, code, line, text, hint);                                                       \
    }
#define TOLD(name, yaml, line, text, hint) TOLD_AS(name, CPF_E_SYNTAX, yaml, line, text, hint)
/* One more step, one more field in it. */
#define WITH(rest)       HEAD OPEN "  - {id: b, " NAMED ", " rest "}\n"
#define FIELD(rest)      WITH("fields: [{id: f, " NAMED ", " rest "}]")
#define NUMBER(id, unit) "{id: " id ", " NAMED ", number: " unit "}"
#define DATE(id)         "{id: " id ", " NAMED ", date: true}"

/* ---- the file ---- */

TOLD(broken_yaml_is_told_with_its_place, HEAD "steps: [\n", 7, "YAML", "indentation")
TOLD(an_empty_file_is_told, "", 1, "empty", "document")
TOLD(a_second_document_is_refused, HEAD OPEN "---\na: b\n", 8, "second document", "one document")
TOLD(a_tag_is_refused, HEAD "steps: !!seq\n  - {id: order, " NAMED ", opens: true}\n", 6, "tag", "remove")
TOLD(a_tag_directive_is_refused, "%TAG ! tag:x,2000:\n---\n" HEAD OPEN, 1, "tag directives", "remove")
TOLD(a_duplicate_mapping_key_is_refused, HEAD OPEN "version: \"2\"\n", 8, "key `version` twice", "keep one")
TOLD(a_key_that_is_no_text_is_refused, HEAD "[a, b]: c\n", 6, "key must be a text", "plain")
TOLD(an_unknown_alias_is_refused, HEAD "steps: *nowhere\n", 6, "unknown anchor `nowhere`", "define")
TOLD_AS(an_alias_inside_its_anchor_is_refused, CPF_E_LIMIT, "a: &x [*x]\n", 1, "inside what it repeats",
        "remove")
TOLD(a_list_in_place_of_the_protocol_is_refused, "[a]\n", 1, "wants a mapping", "mapping")
TOLD(a_control_character_is_refused, HEAD OPEN "  - {id: b, title: {ja: \"\\a\", en: B}}\n", 8,
     "control character", "remove")

static void test_an_alias_bomb_is_refused(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b);
    buf_puts(&b, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 9; i++)
        buf_printf(&b, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i,
                   i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    struct loaded l = load_bytes(b.data, b.len);
    buf_fini(&b);
    assert_only_error(&l, CPF_E_LIMIT, 5, "more than 65536 nodes, aliases counted", "aliases");
}

static void test_a_file_over_its_limit_is_refused(void **state)
{
    (void)state;
    size_t len = BOUND_PROTOCOL_BYTES + 1;
    char *text = xcalloc(1, len);
    memset(text, '#', len);
    struct loaded l = load_bytes(text, len);
    free(text);
    assert_only_error(&l, CPF_E_LIMIT, 0, "larger than 524288 bytes", "split");
}

static void test_a_file_nested_too_deep_is_refused(void **state)
{
    (void)state;
    char text[2 * BOUND_PROTOCOL_DEPTH + 8];
    memset(text, '[', BOUND_PROTOCOL_DEPTH + 1);
    memset(text + BOUND_PROTOCOL_DEPTH + 1, ']', BOUND_PROTOCOL_DEPTH + 1);
    struct loaded l = load_bytes(text, 2 * (BOUND_PROTOCOL_DEPTH + 1));
    assert_only_error(&l, CPF_E_LIMIT, 1, "deeper than 16", "flatten");
}

static void test_invalid_utf8_is_told_with_line_and_column(void **state)
{
    (void)state;
    struct loaded l = load("protocol: a\nversion: \xe3\x81\x82\xff\n");
    assert_only_error(&l, CPF_E_SYNTAX, 2, "UTF-8", "save");
    assert_int_equal(l.error[0].column, 11);
}

static void test_a_nul_byte_is_refused(void **state)
{
    (void)state;
    struct loaded l = load_bytes("a: b\0", 5);
    assert_only_error(&l, CPF_E_SYNTAX, 1, "NUL", "save");
}

/* ---- keys and values ---- */

TOLD(an_unknown_key_is_told_with_the_nearest_one, WITH("wintess: true"), 8, "unknown key `wintess` in a step",
     "did you mean `witness`?")
TOLD(an_unknown_key_of_a_field_is_told, FIELD("number: mL, decimal: 1"), 8, "unknown key `decimal`",
     "did you mean `decimals`?")
TOLD(an_unknown_key_of_the_protocol_is_told, HEAD "colour: red\n" OPEN, 6, "unknown key `colour`", "")
TOLD(a_key_of_another_kind_of_field_is_told, FIELD("date: true, decimals: 1"), 8, "does not belong", "kind")
TOLD(a_missing_key_is_told, HEAD OPEN "  - {id: b}\n", 8, "a step without `title`", "add `title`")
TOLD(a_missing_language_is_told, HEAD OPEN "  - {id: b, title: {en: B}}\n", 8, "without `ja`", "add")
TOLD(a_text_for_a_list_is_told, WITH("where: B2"), 8, "`where` wants a list, not a text", "[a, b]")
TOLD(a_list_for_a_text_is_told, WITH("section: [A]"), 8, "`section` wants a text, not a list", "one value")
TOLD(a_word_for_a_bool_is_told, WITH("witness: yes"), 8, "`witness` cannot be `yes`", "one of false, true")
TOLD(a_word_for_a_number_is_told, WITH("repeat: many"), 8, "`repeat` cannot be `many`", "whole number")
TOLD(a_number_out_of_range_is_told, WITH("people: 12"), 8, "`people` cannot be `12`", "from 0 to 9")
TOLD(an_unknown_word_is_told, WITH("dept: qualty"), 8, "`dept` cannot be `qualty`", "did you mean `quality`?")
TOLD(a_bad_id_is_told, HEAD OPEN "  - {id: B_1, " NAMED "}\n", 8, "`id` cannot be `B_1`", "small letters")
TOLD(a_bad_time_is_told, WITH("window: [{since: order, min: 14}]"), 8, "`min` wants a time", "26h")
TOLD(a_bad_decimal_is_told, FIELD("number: mL, possible: [\"1e3\", ~]"), 8, "wants a number, not `1e3`",
     "digits")
TOLD(a_range_upside_down_is_told, FIELD("number: mL, alert: [\"9\", \"1\"]"), 8, "lower end is above",
     "exchange")
TOLD(a_range_without_ends_is_told, FIELD("number: mL, alert: [~, ~]"), 8, "limits nothing", "one end")
TOLD(a_field_without_a_kind_is_told, FIELD("optional: true"), 8, "does not say what it is", "add scan")
TOLD(a_field_of_two_kinds_is_told, FIELD("number: mL, date: true"), 8, "both `number` and `date`", "keep one")
TOLD(differs_without_same_is_told, FIELD("scan: document, differs: hold"), 8, "without `same`", "add `same`")
TOLD(an_unanchored_pattern_is_told, FIELD("token: \"[0-9]+\""), 8, "not usable", "begin it with ^")
TOLD(a_costly_pattern_is_told, FIELD("token: \"^(a{1,60}){1,60}$\""), 8, "not usable", "cannot be repeated")
TOLD(a_clock_in_days_is_told, WITH("starts-clock: {id: product, time: 2d}"), 8, "elapsed", "in h")
TOLD(an_empty_choice_is_told, FIELD("choice: {}"), 8, "without options", "option")
TOLD(a_use_of_from_without_fill_is_told,
     WITH("fields: [{id: a, " NAMED ", scan: container, label: [T], use: take}, {id: f, " NAMED
          ", scan: container, label: [W], use: attach, from: [a]}]"),
     8, "`from` with another use", "fill")

/* ---- names ---- */

TOLD(a_duplicate_step_is_told, HEAD OPEN "  - " STEP("order") "\n", 8, "`order` is declared twice", "another")
TOLD(a_duplicate_field_is_told, WITH("fields: [" NUMBER("f", "mL") ", " DATE("f") "]"), 8, "`f` twice",
     "another")
TOLD(a_shared_kind_that_nothing_scans_is_told, HEAD OPEN "shared: [bath]\n", 7, "nothing scans a `bath`",
     "kind")
TOLD(an_option_that_suspects_has_somebody_judge_it, FIELD("choice: {ok: {" NAMED ", suspects: true}}"), 8,
     "an option suspects, but nobody has to judge it", "write is: hold")
TOLD(an_option_that_exposes_holds_its_own_batch, FIELD("choice: {ok: {" NAMED ", exposes: true}}"), 8,
     "holds not its own batch", "is: hold")
TOLD(a_duplicate_option_is_told, FIELD("choice: {ok: {" NAMED "}, ok: {" NAMED "}}"), 8, "key `ok` twice",
     "keep")
TOLD(an_unknown_step_is_told_with_the_nearest_one, WITH("after: [ordr]"), 8, "unknown step `ordr`",
     "did you mean `order`?")
TOLD(an_unknown_field_is_told_with_the_nearest_one,
     WITH("fields: [" DATE("day") ", {id: g, " NAMED ", identity: dya}]"), 8, "unknown field `dya`",
     "did you mean `day`?")
TOLD(an_unknown_label_is_told, FIELD("scan: container, label: [X], use: take"), 8, "unknown label `X`", "")
TOLD(an_unknown_material_is_told, FIELD("scan: lot, material: [plasm], use: draw"), 8,
     "unknown material `plasm`", "did you mean `plasma`?")
TOLD(an_unknown_field_in_unique_is_told,
     HEAD "steps:\n  - {id: order, " NAMED ", opens: true, unique: [dai], fields: [" DATE("day") "]}\n", 7,
     "unknown field `dai`", "did you mean `day`?")
TOLD(an_unknown_clock_is_told, WITH("requires: [{expiry: product}]"), 8, "no step starts the clock",
     "starts-clock")
TOLD(a_need_for_dates_where_none_are_is_told, WITH("requires: [{valid: order}]"), 8, "no dated item",
     "valid-days")
TOLD(step_codes_that_clash_are_told, HEAD OPEN "  - " STEP("a.b") "\n  - " STEP("a-b") "\n", 9,
     "`a.b` and `a-b` would have the same scan code", "rename")

/* ---- order ---- */

TOLD(a_protocol_that_nothing_opens_is_told, HEAD "steps:\n  - " STEP("a") "\n", 7, "no step opens",
     "opens: true")
TOLD(two_opening_steps_are_told, HEAD OPEN "  - {id: b, " NAMED ", opens: true, after: []}\n", 8, "both open",
     "one")
TOLD(a_step_before_the_opening_one_is_told,
     HEAD "steps:\n  - " STEP("early") "\n  - {id: order, " NAMED ", opens: true}\n", 7,
     "`early` is unreachable: it comes before `order`", "first")

static void test_a_cycle_is_named_and_what_waits_for_it_is_unreachable(void **state)
{
    (void)state;
    struct loaded l = load(HEAD OPEN "  - {id: a, " NAMED ", after: [c]}\n"
                                     "  - {id: b, " NAMED ", after: [a]}\n"
                                     "  - {id: c, " NAMED ", after: [b]}\n"
                                     "  - {id: d, " NAMED ", after: [order, b]}\n");
    assert_int_equal(l.rc, CPF_E_SYNTAX);
    assert_int_equal(l.n, 2);
    assert_int_equal(l.error[0].line, 8);
    assert_string_equal(l.error[0].text, "steps wait for each other: a -> c -> b -> a");
    assert_int_equal(l.error[1].line, 11);
    assert_string_equal(l.error[1].text,
                        "step `d` is unreachable: it waits for `b`, which can never be done");
}

TOLD(a_step_after_itself_is_a_cycle, WITH("after: [b]"), 8, "wait for each other: b -> b", "remove")

/* ---- references ---- */

#define TWO(first, second)                                                                                   \
    HEAD OPEN "  - {id: a, " NAMED ", fields: [" first "]}\n  - {id: b, " NAMED ", fields: [" second "]}\n"

TOLD(an_identity_of_another_kind_is_told, TWO(NUMBER("n", "mL"), "{id: i, " NAMED ", identity: a.n}"), 9,
     "wants a text, a date or a token", "another field")
TOLD(an_identity_of_a_later_step_is_told, TWO("{id: i, " NAMED ", identity: b.d}", DATE("d")), 8,
     "step `b` comes later than `a`", "before")
TOLD(an_identity_of_a_later_field_is_told, WITH("fields: [{id: f, " NAMED ", identity: g}, " DATE("g") "]"),
     8, "field `g` comes later", "before")
TOLD(valid_on_a_number_is_told, TWO(NUMBER("n", "mL"), "{id: d, " NAMED ", date: true, valid-on: a.n}"), 9,
     "wants a date", "another field")
TOLD(valid_on_a_later_step_is_told, TWO("{id: d, " NAMED ", date: true, valid-on: b.d}", DATE("d")), 8,
     "comes later", "before")
TOLD(same_as_another_kind_is_told,
     TWO("{id: s, " NAMED ", scan: badge}", "{id: t, " NAMED ", scan: document, same: a.s}"), 9,
     "wants a document scan", "another field")
TOLD(same_as_a_later_step_is_told,
     TWO("{id: s, " NAMED ", scan: badge, same: b.t}", "{id: t, " NAMED ", scan: badge}"), 8, "comes later",
     "before")
TOLD(same_as_itself_is_told, FIELD("scan: badge, same: f"), 8, "names the field itself", "another")
TOLD(not_by_the_step_itself_is_told, WITH("not-by: [b]"), 8, "names the step itself", "another")
TOLD(a_window_since_a_later_step_is_told,
     HEAD OPEN "  - {id: a, " NAMED ", window: [{since: b, max: 1h}]}\n  - " STEP("b") "\n", 8, "comes later",
     "before")
TOLD(a_window_since_itself_needs_repetition, WITH("window: [{since: b, max: 1h}]"), 8, "the step itself",
     "another")

/* ---- windows ---- */

#define AFTER(id, window) "  - {id: " id ", " NAMED ", window: [" window "]}\n"

TOLD(min_over_max_is_told, WITH("window: [{since: order, min: 21d, max: 14d}]"), 8,
     "min 21d is longer than max 14d", "exchange")
TOLD(possible_over_max_is_told, WITH("window: [{since: order, possible: 3h, max: 2h}]"), 8, "possible 3h",
     "lower")
TOLD(possible_over_min_is_told, WITH("window: [{since: order, possible: 3h, min: 2h}]"), 8, "possible 3h",
     "lower")
TOLD(a_window_without_a_time_is_told, WITH("window: [{since: order}]"), 8, "without a time", "min or max")
TOLD(a_window_until_the_end_that_refuses_is_told,
     WITH("window: [{since: {step: order, from: first}, until: end, min: 1h, early: refuse}]"), 8,
     "refuses nothing", "possible")
TOLD(a_window_from_the_middle_is_told, WITH("window: [{since: {step: order, from: middle}, max: 1h}]"), 8,
     "middle", "first")
TOLD(mins_that_sum_over_a_max_are_told,
     HEAD OPEN AFTER("a", "{since: order, min: 8d}") AFTER("b", "{since: a, min: 7d}")
         AFTER("c", "{since: order, max: 14d}"),
     10, "takes at least 15d, longer than 14d: order -> a -> b -> c", "lengthen")
TOLD(mins_over_a_deadline_are_told,
     HEAD OPEN AFTER("a",
                     "{since: order, min: 30h}") "  - {id: b, " NAMED
                                                 ", deadline: {since: order, within: 26h, else: hold}}\n",
     9, "takes at least 30h, longer than 26h", "lengthen")
TOLD(windows_of_one_step_that_contradict_are_told,
     HEAD OPEN AFTER("a", "{since: order, max: 2d}")
         AFTER("b", "{since: order, min: 9d}, {since: a, max: 3d}"),
     8, "windows around step", "compare")

static void test_days_and_hours_are_compared_at_their_least(void **state)
{
    (void)state;
    /* 30 h may end on the next calendar day; one day later may be a minute later. */
    protocol_free(load_good(HEAD OPEN AFTER("a", "{since: order, min: 30h, max: 1d}")));
    protocol_free(load_good(HEAD OPEN AFTER("a", "{since: order, min: 1d, max: 2h}")));
    struct loaded l = load(HEAD OPEN AFTER("a", "{since: order, min: 49h, max: 1d}"));
    assert_only_error(&l, CPF_E_SYNTAX, 8, "min 49h is longer than max 1d", "exchange");
}

static void test_an_optional_step_does_not_lengthen_the_way(void **state)
{
    (void)state;
    protocol_free(load_good(HEAD OPEN "  - {id: a, " NAMED
                                      ", optional: true, window: [{since: order, min: 9d}]}\n" AFTER(
                                          "b", "{since: order, max: 3d}")));
}

static void test_a_repeated_step_may_have_a_window_since_itself(void **state)
{
    (void)state;
    protocol_free(load_good(WITH("repeat: 0, window: [{since: b, min: 1d, max: 3d}]")));
}

/* ---- units ---- */

#define DERIVED(a, b, function, unit)                                                                        \
    WITH("fields: [" NUMBER("p", a) ", " NUMBER("q", b) ", {id: r, " NAMED ", derive: \"" function           \
                                                        "(p, q)\", unit: \"" unit "\"}]")

TOLD(an_unknown_unit_is_told, FIELD("number: ml"), 8, "unknown unit `ml`", "did you mean `mL`?")
TOLD(a_sum_of_different_units_is_told, DERIVED("mL", "cells", "sum", "mL"), 8, "unit mismatch in `derive`",
     "agree")
TOLD(a_sum_in_another_unit_is_told, DERIVED("mL", "mL", "sum", "L"), 8, "comes out in mL, not L", "mL")
TOLD(a_viability_not_in_percent_is_told, DERIVED("cells", "cells", "viability", "1"), 8, "comes out in %",
     "%")
TOLD(a_doubling_time_not_in_hours_is_told, DERIVED("cells", "cells", "doubling", "d"), 8, "comes out in h",
     "h")
TOLD(a_product_in_a_wrong_unit_is_told, DERIVED("cells/mL", "mL", "product", "mL"), 8, "is not mL",
     "cells/mL * mL")
TOLD(a_ratio_in_a_wrong_unit_is_told, DERIVED("cells", "mL", "ratio", "1"), 8, "is not 1", "cells / mL")
TOLD(a_ratio_in_percent_is_told, DERIVED("mL", "mL", "ratio", "%"), 8, "is not %", "1 if")
TOLD(three_arguments_for_two_are_told,
     WITH("fields: [{id: r, " NAMED
          ", derive: \"diff(a, b, a)\", unit: mL}, " NUMBER("a", "mL") ", " NUMBER("b", "mL") "]"),
     8, "exactly two", "two")
TOLD(an_unknown_function_is_told, DERIVED("mL", "mL", "men", "mL"), 8, "`derive` cannot be `men`", "`mean`")
TOLD(a_balance_of_different_units_is_told,
     WITH("balance: {in: [p], out: [q]}, fields: [" NUMBER("p", "mL") ", " NUMBER("q", "g") "]"), 8,
     "unit mismatch in `balance`: mL and g", "agree")
TOLD(replicates_of_different_units_are_told,
     WITH("fields: [" NUMBER("p", "mL") ", " NUMBER(
         "q", "g") ", {id: r, " NAMED ", number: mL, if-differ: {of: [p, q], limit: 15}}]"),
     8, "unit mismatch in `if-differ`", "agree")

/* ---- templates ---- */

#define TEMPLATE(params, step) HEAD "templates:\n  t:\n    params: " params "\n    steps: [" step "]\n" OPEN
#define USE(rest)              "  - {use: t, as: x" rest "}\n"

TOLD(an_unknown_template_is_told, HEAD OPEN USE(""), 8, "unknown template `t`", "declare")
TOLD(a_missing_parameter_is_told, TEMPLATE("[room]", "{id: s, title: {ja: \"${room}\", en: B}}") USE(""), 12,
     "parameter `room` of template `t` is not given", "with: {room")
TOLD(a_parameter_that_is_not_declared_is_told, TEMPLATE("[]", STEP("s")) USE(", with: {room: b}"), 12,
     "has no parameter `room`", "remove it")
TOLD(a_parameter_that_is_never_used_is_told, TEMPLATE("[room]", STEP("s")) USE(", with: {room: b}"), 8,
     "`room` is never used", "remove it")
TOLD(an_unknown_parameter_in_a_template_is_told,
     TEMPLATE("[]", "{id: s, title: {ja: \"${room}\", en: B}}") USE(""), 9, "unknown parameter `${room}`",
     "params")
TOLD(a_parameter_outside_of_templates_is_told, HEAD OPEN "  - {id: b, title: {ja: \"${x}\", en: B}}\n", 8,
     "outside of a template", "templates")
TOLD(a_template_that_uses_itself_is_told, TEMPLATE("[]", STEP("s") ", {use: t, as: y}") USE(""), 9,
     "template `t` uses itself", "cannot contain itself")
TOLD(two_uses_of_one_name_are_told, TEMPLATE("[]", STEP("s")) USE("") "  - {use: t, as: x}\n", 13,
     "`as: x` is used twice", "another")

static void test_templates_that_multiply_are_refused(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b);
    buf_puts(&b, HEAD "templates:\n  t0: {steps: [" STEP("s") "]}\n");
    for (int i = 1; i < 12; i++)
        buf_printf(&b, "  t%d: {steps: [{use: t%d, as: a}, {use: t%d, as: b}, {use: t%d, as: c}]}\n", i,
                   i - 1, i - 1, i - 1);
    buf_puts(&b, OPEN "  - {use: t11, as: x}\n");
    struct loaded l = load_bytes(b.data, b.len);
    buf_fini(&b);
    assert_int_equal(l.rc, CPF_E_LIMIT);
}

static void test_parameters_that_multiply_are_refused(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b);
    buf_puts(&b, HEAD "templates:\n");
    for (int i = 0; i < 8; i++) {
        buf_printf(&b, "  t%d: {params: [p], steps: [{use: t%d, as: a, with: {p: \"", i, i + 1);
        for (int j = 0; j < 64; j++)
            buf_puts(&b, "${p}");
        buf_puts(&b, "\"}}]}\n");
    }
    buf_puts(&b, "  t8: {params: [p], steps: [{id: s, title: {ja: \"${p}\", en: A}}]}\n" OPEN
                 "  - {use: t0, as: x, with: {p: abcdefgh}}\n");
    struct loaded l = load_bytes(b.data, b.len);
    buf_fini(&b);
    assert_int_equal(l.rc, CPF_E_LIMIT);
}

/* ---- many ---- */

static void test_errors_beyond_the_list_are_counted(void **state)
{
    (void)state;
    struct protocol_error one[1];
    struct protocol *p = NULL;
    size_t n = 0;
    const char *text = HEAD OPEN "  - {id: b, " NAMED ", x: 1}\n  - {id: c, " NAMED ", y: 1}\n  - {id: d}\n";
    assert_int_equal(protocol_load(text, strlen(text), &p, one, 1, &n), CPF_E_SYNTAX);
    assert_null(p);
    assert_int_equal(n, 3);
    assert_int_equal(one[0].line, 8);
    assert_int_equal(protocol_load(text, strlen(text), &p, NULL, 0, NULL), CPF_E_SYNTAX);
}

static void test_errors_come_in_the_order_of_the_file(void **state)
{
    (void)state;
    struct loaded l = load(HEAD OPEN "  - {id: b, " NAMED ", after: [nothing-of-that-name]}\n"
                                     "  - {id: c, " NAMED ", people: x}\n");
    assert_int_equal(l.n, 2);
    assert_int_equal(l.error[0].line, 8);
    assert_int_equal(l.error[1].line, 9);
}

#define RUN(name) cmocka_unit_test(test_##name)

static const struct CMUnitTest tests[] = {
    RUN(broken_yaml_is_told_with_its_place),
    RUN(an_empty_file_is_told),
    RUN(a_second_document_is_refused),
    RUN(a_tag_is_refused),
    RUN(a_tag_directive_is_refused),
    RUN(a_duplicate_mapping_key_is_refused),
    RUN(a_key_that_is_no_text_is_refused),
    RUN(an_unknown_alias_is_refused),
    RUN(an_alias_inside_its_anchor_is_refused),
    RUN(a_list_in_place_of_the_protocol_is_refused),
    RUN(a_control_character_is_refused),
    RUN(an_alias_bomb_is_refused),
    RUN(a_file_over_its_limit_is_refused),
    RUN(a_file_nested_too_deep_is_refused),
    RUN(invalid_utf8_is_told_with_line_and_column),
    RUN(a_nul_byte_is_refused),
    RUN(an_unknown_key_is_told_with_the_nearest_one),
    RUN(an_unknown_key_of_a_field_is_told),
    RUN(an_unknown_key_of_the_protocol_is_told),
    RUN(a_key_of_another_kind_of_field_is_told),
    RUN(a_missing_key_is_told),
    RUN(a_missing_language_is_told),
    RUN(a_text_for_a_list_is_told),
    RUN(a_list_for_a_text_is_told),
    RUN(a_word_for_a_bool_is_told),
    RUN(a_word_for_a_number_is_told),
    RUN(a_number_out_of_range_is_told),
    RUN(an_unknown_word_is_told),
    RUN(a_bad_id_is_told),
    RUN(a_bad_time_is_told),
    RUN(a_bad_decimal_is_told),
    RUN(a_range_upside_down_is_told),
    RUN(a_range_without_ends_is_told),
    RUN(a_field_without_a_kind_is_told),
    RUN(a_field_of_two_kinds_is_told),
    RUN(differs_without_same_is_told),
    RUN(an_unanchored_pattern_is_told),
    RUN(a_costly_pattern_is_told),
    RUN(a_clock_in_days_is_told),
    RUN(an_empty_choice_is_told),
    RUN(a_shared_kind_that_nothing_scans_is_told),
    RUN(an_option_that_exposes_holds_its_own_batch),
    RUN(an_option_that_suspects_has_somebody_judge_it),
    RUN(a_use_of_from_without_fill_is_told),
    RUN(a_duplicate_step_is_told),
    RUN(a_duplicate_field_is_told),
    RUN(a_duplicate_option_is_told),
    RUN(an_unknown_step_is_told_with_the_nearest_one),
    RUN(an_unknown_field_is_told_with_the_nearest_one),
    RUN(an_unknown_label_is_told),
    RUN(an_unknown_material_is_told),
    RUN(an_unknown_field_in_unique_is_told),
    RUN(an_unknown_clock_is_told),
    RUN(a_need_for_dates_where_none_are_is_told),
    RUN(step_codes_that_clash_are_told),
    RUN(a_protocol_that_nothing_opens_is_told),
    RUN(two_opening_steps_are_told),
    RUN(a_step_before_the_opening_one_is_told),
    RUN(a_cycle_is_named_and_what_waits_for_it_is_unreachable),
    RUN(a_step_after_itself_is_a_cycle),
    RUN(an_identity_of_another_kind_is_told),
    RUN(an_identity_of_a_later_step_is_told),
    RUN(an_identity_of_a_later_field_is_told),
    RUN(valid_on_a_number_is_told),
    RUN(valid_on_a_later_step_is_told),
    RUN(same_as_another_kind_is_told),
    RUN(same_as_a_later_step_is_told),
    RUN(same_as_itself_is_told),
    RUN(not_by_the_step_itself_is_told),
    RUN(a_window_since_a_later_step_is_told),
    RUN(a_window_since_itself_needs_repetition),
    RUN(min_over_max_is_told),
    RUN(possible_over_max_is_told),
    RUN(possible_over_min_is_told),
    RUN(a_window_without_a_time_is_told),
    RUN(a_window_until_the_end_that_refuses_is_told),
    RUN(a_window_from_the_middle_is_told),
    RUN(mins_that_sum_over_a_max_are_told),
    RUN(mins_over_a_deadline_are_told),
    RUN(windows_of_one_step_that_contradict_are_told),
    RUN(days_and_hours_are_compared_at_their_least),
    RUN(an_optional_step_does_not_lengthen_the_way),
    RUN(a_repeated_step_may_have_a_window_since_itself),
    RUN(an_unknown_unit_is_told),
    RUN(a_sum_of_different_units_is_told),
    RUN(a_sum_in_another_unit_is_told),
    RUN(a_viability_not_in_percent_is_told),
    RUN(a_doubling_time_not_in_hours_is_told),
    RUN(a_product_in_a_wrong_unit_is_told),
    RUN(a_ratio_in_a_wrong_unit_is_told),
    RUN(a_ratio_in_percent_is_told),
    RUN(three_arguments_for_two_are_told),
    RUN(an_unknown_function_is_told),
    RUN(a_balance_of_different_units_is_told),
    RUN(replicates_of_different_units_are_told),
    RUN(an_unknown_template_is_told),
    RUN(a_missing_parameter_is_told),
    RUN(a_parameter_that_is_not_declared_is_told),
    RUN(a_parameter_that_is_never_used_is_told),
    RUN(an_unknown_parameter_in_a_template_is_told),
    RUN(a_parameter_outside_of_templates_is_told),
    RUN(a_template_that_uses_itself_is_told),
    RUN(two_uses_of_one_name_are_told),
    RUN(templates_that_multiply_are_refused),
    RUN(parameters_that_multiply_are_refused),
    RUN(errors_beyond_the_list_are_counted),
    RUN(errors_come_in_the_order_of_the_file),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
