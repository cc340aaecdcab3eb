/* Texts and clauses as data. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "core/catalogue.h"
#include "core/words.h"
#include "scratch.h"

static const char outcomes[] =
    "step.order: {ja: \"先に{step}を行ってください\", en: \"First do {step}\", law: [R99-1-20]}\n"
    "field.range: {ja: \"{value}は範囲外\", en: \"{value} of {of} is out of {range}\", law: []}\n"
    "ok: {ja: 完了, en: Done}\n";
static const char clauses[] =
    "R99-1-20:\n"
    "  - {from: 2026-04-01, ja: \"規則 第99条第1項第21号\", en: \"Regulation, Art. 99(1)(xxi)\"}\n"
    "  - {from: 2025-11-20, ja: \"規則 第99条第1項第20号\", en: \"Regulation, Art. 99(1)(xx)\"}\n";

struct files {
    char outcomes[SCRATCH], clauses[SCRATCH];
};

static void write_file(char path[SCRATCH], const char *text)
{
    int fd = mkstemp(scratch(path, "cpf-catalogue"));
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static int load_texts(const char *a, const char *b, struct catalogue **ret, char **ret_error)
{
    struct files f;
    write_file(f.outcomes, a);
    write_file(f.clauses, b);
    int rc = catalogue_load(f.outcomes, f.clauses, ret, ret_error);
    unlink(f.outcomes);
    unlink(f.clauses);
    return rc;
}

static struct catalogue *load_good(void)
{
    struct catalogue *c = NULL;
    char *error = NULL;
    int rc = load_texts(outcomes, clauses, &c, &error);
    if (error)
        fprintf(stderr, "%s\n", error);
    assert_int_equal(rc, CPF_OK);
    assert_null(error);
    return c;
}

static void test_placeholders_are_filled(void **state)
{
    (void)state;
    struct catalogue *c = load_good();
    struct arena a;
    arena_init(&a, 0);
    struct json *args = json_set_str(&a, json_object(&a), "step", "採血");
    struct text t = catalogue_text(c, &a, "step.order", args);
    assert_string_equal(t.ja, "先に採血を行ってください");
    assert_string_equal(t.en, "First do 採血");
    struct json *range = json_push(json_push(json_array(&a), json_int(&a, 3)), json_str(&a, "five"));
    args = json_set_int(&a, json_set(&a, json_object(&a), "range", range), "value", -7);
    t = catalogue_text(c, &a, "field.range", args);
    assert_string_equal(t.ja, "-7は範囲外");
    assert_string_equal(t.en, "-7 of {of} is out of 3, five");
    range = json_push(json_push(json_array(&a), json_str(&a, "HIV, sampling date")), json_str(&a, "HIV"));
    t = catalogue_text(c, &a, "field.range", json_set(&a, json_object(&a), "range", range));
    assert_non_null(strstr(t.en, "HIV, sampling date; HIV"));
    arena_fini(&a);
    catalogue_free(c);
}

static void test_an_unknown_code_gives_itself(void **state)
{
    (void)state;
    struct catalogue *c = load_good();
    struct arena a;
    arena_init(&a, 0);
    struct text t = catalogue_text(c, &a, "no.such", NULL);
    assert_string_equal(t.ja, "no.such");
    assert_string_equal(t.en, "no.such");
    assert_string_equal(catalogue_text(c, &a, "ok", NULL).ja, "完了");
    arena_fini(&a);
    catalogue_free(c);
}

static void test_law_is_listed(void **state)
{
    (void)state;
    struct catalogue *c = load_good();
    assert_string_equal(catalogue_law(c, "step.order")[0], "R99-1-20");
    assert_null(catalogue_law(c, "step.order")[1]);
    assert_null(catalogue_law(c, "ok")[0]);
    assert_null(catalogue_law(c, "no.such")[0]);
    size_t n = 0;
    while (catalogue_codes(c)[n])
        n++;
    assert_int_equal(n, 3);
    catalogue_free(c);
    catalogue_free(NULL);
}

static void test_a_clause_is_cited_as_on_its_day(void **state)
{
    (void)state;
    struct catalogue *c = load_good();
    static const struct {
        const char *day, *en;
    } days[] = {{"2025-11-19", NULL},
                {"2025-11-20", "Regulation, Art. 99(1)(xx)"},
                {"2026-03-31", "Regulation, Art. 99(1)(xx)"},
                {"2026-04-01", "Regulation, Art. 99(1)(xxi)"}};
    for (size_t i = 0; i < 4; i++) {
        int64_t day = 0;
        assert_int_equal(clock_day_parse(days[i].day, &day), CPF_OK);
        struct text t = catalogue_clause(c, "R99-1-20", day);
        if (days[i].en)
            assert_string_equal(t.en, days[i].en);
        else
            assert_null(t.ja);
    }
    assert_null(catalogue_clause(c, "R1", 30000).ja);
    catalogue_free(c);
}

static void test_faults_are_told_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *outcomes, *clauses, *error;
    } bad[] = {
        {"ok: {ja: 完了}\n", clauses, ":1:5: `en` is missing"},
        {"ok: {ja: 完了, en: Done, de: Fertig}\n", clauses, "unknown key `de`"},
        {"ok: Done\n", clauses, ":1:5: an outcome must be a mapping"},
        {"ok: {ja: a, en: b}\nok: {ja: a, en: b}\n", clauses, ":2:1: key `ok` twice"},
        {"ok: {ja: a, en: b, law: R1}\n", clauses, "law must be a list"},
        {"ok: {ja: a, en: b, law: [R1]}\n", clauses, "unknown clause `R1`"},
        {"[a]\n", clauses, "the file must be a mapping"},
        {"a: [\n", clauses, "YAML"},
        {"ok: {ja: a, en: b}\n", "R1: [{from: 2026-02-30, ja: a, en: b}]\n", "`from` is no day"},
        {"ok: {ja: a, en: b}\n", "R1: {from: 2026-02-20, ja: a, en: b}\n", "a clause must be a list"},
        {"ok: {ja: a, en: b}\n", "R1: [{from: 2026-02-20, ja: a, en: b}, {from: 2026-02-20, ja: c, en: d}]\n",
         "two texts from one day"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct catalogue *c = NULL;
        char *error = NULL;
        assert_int_not_equal(load_texts(bad[i].outcomes, bad[i].clauses, &c, &error), CPF_OK);
        assert_null(c);
        assert_non_null(error);
        if (!strstr(error, bad[i].error))
            fprintf(stderr, "%s\n", error);
        assert_non_null(strstr(error, bad[i].error));
        free(error);
    }
}

static void test_a_missing_file_is_told(void **state)
{
    (void)state;
    struct catalogue *c = NULL;
    char *error = NULL;
    assert_int_equal(catalogue_load("/nonexistent/a", "/nonexistent/b", &c, &error), CPF_E_NOTFOUND);
    assert_non_null(strstr(error, "/nonexistent/a: No such file"));
    free(error);
    assert_int_equal(catalogue_load("/nonexistent/a", "/nonexistent/b", &c, NULL), CPF_E_NOTFOUND);
}

/* What is no number is told in words, and a unit as people write it. */
static void test_arguments_are_told_as_people_write_them(void **state)
{
    struct arena a;
    struct catalogue *none = NULL;
    struct json *ja, *en;
    struct files f;
    (void)state;
    write_file(f.outcomes, "ok: {ja: 完了, en: Done}\n");
    write_file(f.clauses, clauses);
    assert_int_equal(catalogue_load(f.outcomes, f.clauses, &none, NULL), CPF_OK);
    arena_init(&a, 0);
    const struct words w = {.a = &a, .codes = none, .report = none};
    struct json *args = json_set_str(&a, json_object(&a), "value", "not-detected");
    json_set_str(&a, args, "wanted", "xg");
    json_set_str(&a, args, "span", "≥ 10 min");
    words_args(&w, args, -1, &ja, &en);
    assert_string_equal(json_get_str(ja, "value"), "検出せず");
    assert_string_equal(json_get_str(en, "value"), "not detected");
    assert_string_equal(json_get_str(ja, "wanted"), "×g");
    assert_string_equal(json_get_str(ja, "span"), "10分以上");
    assert_string_equal(json_get_str(en, "span"), "at least 10 min");
    arena_fini(&a);
    catalogue_free(none);
    unlink(f.outcomes);
    unlink(f.clauses);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_placeholders_are_filled),
        cmocka_unit_test(test_an_unknown_code_gives_itself),
        cmocka_unit_test(test_law_is_listed),
        cmocka_unit_test(test_a_clause_is_cited_as_on_its_day),
        cmocka_unit_test(test_faults_are_told_with_their_place),
        cmocka_unit_test(test_a_missing_file_is_told),
        cmocka_unit_test(test_arguments_are_told_as_people_write_them),
    };
    if (clock_zone_use("Asia/Tokyo") != CPF_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
