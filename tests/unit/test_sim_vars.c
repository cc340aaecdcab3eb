/* A story's numbers: expressions, scatter from a seed, filling in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "sim/vars.h"

struct fixture {
    struct arena arena;
    struct vars vars;
    char why[VARS_ERROR];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    arena_init(&f->arena, 0);
    vars_init(&f->vars, &f->arena, 7, 20000);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    arena_fini(&f->arena);
    free(f);
    return 0;
}

static const char *eval(struct fixture *f, const char *expr)
{
    const char *text = NULL;
    assert_int_equal(vars_format(&f->vars, expr, &text, f->why), 0);
    return text;
}

static void test_vars_keep_the_decimals_of_their_parts(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(eval(f, "1 + 2*3"), "7");
    assert_string_equal(eval(f, "(1 + 2)*3.50"), "10.50");
    assert_string_equal(eval(f, "10/4 : 3"), "2.500");
    assert_string_equal(eval(f, "mod(7, 3) + min(2, 1) + max(0.5, 1)"), "3.0");
    assert_string_equal(eval(f, "1 - 1.0"), "0.0"); /* never -0 */
}

static void test_sums_add_up_as_typed(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(vars_number(&f->vars, "blood", "45 ~ 2.5 : 1", f->why), 0);
    assert_int_equal(vars_number(&f->vars, "one", "blood*0.4 : 1", f->why), 0);
    assert_int_equal(vars_number(&f->vars, "two", "blood - one", f->why), 0);
    assert_string_equal(eval(f, "one + two"), vars_get(&f->vars, "blood", 5)->text);
}

static void test_scatter_stays_within_and_follows_the_seed(void **state)
{
    struct fixture *f = *state;
    struct vars other;
    bool differs = false;
    for (int seed = 0; seed < 200; seed++) {
        vars_init(&other, &f->arena, (uint64_t)seed, 0);
        assert_int_equal(vars_number(&other, "x", "100 ~ 5% : 2", f->why), 0);
        assert_true(vars_get(&other, "x", 1)->value >= 95 && vars_get(&other, "x", 1)->value <= 105);
        differs |= vars_get(&other, "x", 1)->value != 100;
    }
    assert_true(differs);
    vars_init(&other, &f->arena, 7, 0);
    assert_int_equal(vars_number(&f->vars, "x", "100 ~ 5 : 4", f->why), 0);
    assert_int_equal(vars_number(&other, "first", "1 ~ 1 : 4", f->why),
                     0); /* another variable changes nothing */
    assert_int_equal(vars_number(&other, "x", "100 ~ 5 : 4", f->why), 0);
    assert_string_equal(vars_get(&f->vars, "x", 1)->text, vars_get(&other, "x", 1)->text);
}

static void test_texts_are_filled_in(void **state)
{
    struct fixture *f = *state;
    const char *text;
    char day[11];
    vars_text(&f->vars, "kana", "タカサキ ハナコ");
    assert_int_equal(vars_number(&f->vars, "rt1", "3", f->why), 0);
    assert_int_equal(vars_fill(&f->vars, "{kana}/{rt1:2}/{D14}", &text, f->why), 0);
    clock_day_format(20014, day);
    assert_memory_equal(text, "タカサキ ハナコ/03/", strlen("タカサキ ハナコ/03/"));
    assert_string_equal(text + strlen("タカサキ ハナコ/03/"), day);
}

static void test_mistakes_are_named(void **state)
{
    struct fixture *f = *state;
    const char *text = NULL;
    assert_int_equal(vars_format(&f->vars, "1 + nobody", &text, f->why), CPF_E_NOTFOUND);
    assert_non_null(strstr(f->why, "nobody"));
    assert_int_equal(vars_format(&f->vars, "(1 + 2", &text, f->why), CPF_E_SYNTAX);
    assert_int_equal(vars_format(&f->vars, "1/0", &text, f->why), CPF_E_INVAL);
    assert_int_equal(vars_format(&f->vars, "1 2", &text, f->why), CPF_E_SYNTAX);
    assert_int_equal(vars_fill(&f->vars, "{nothing}", &text, f->why), CPF_E_NOTFOUND);
    assert_null(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_vars_keep_the_decimals_of_their_parts, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sums_add_up_as_typed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_scatter_stays_within_and_follows_the_seed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_texts_are_filled_in, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mistakes_are_named, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
