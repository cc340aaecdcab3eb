/* The map of strings: against a plain array, through many removals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/map.h"

#define KEYS 300
struct plain {
    char key[KEYS][8];
    int value[KEYS];
    bool in[KEYS];
};

static void compare(const struct map *m, struct plain *p)
{
    size_t count = 0, pos = 0, seen = 0;
    for (int i = 0; i < KEYS; i++) {
        count += p->in[i];
        assert_ptr_equal(map_get(m, p->key[i]), p->in[i] ? &p->value[i] : NULL);
    }
    assert_int_equal(m->count, count);
    while (map_next(m, &pos))
        seen++;
    assert_int_equal(seen, count);
}

static void play(bool by_key)
{
    struct plain *p = calloc(1, sizeof(*p));
    struct map m;
    map_init(&m);
    m.by_key = by_key;
    for (int i = 0; i < KEYS; i++)
        snprintf(p->key[i], sizeof(p->key[i]), "k%d", i);
    srand(7);
    for (int round = 0; round < 4000; round++) {
        int i = rand() % KEYS;
        if (rand() % 3) {
            map_put(&m, p->key[i], &p->value[i]);
            p->in[i] = true;
        } else {
            assert_ptr_equal(map_remove(&m, p->key[i]), p->in[i] ? &p->value[i] : NULL);
            p->in[i] = false;
        }
        if (round % 50 == 0)
            compare(&m, p);
    }
    compare(&m, p);
    map_fini(&m);
    free(p);
}

static void test_map_is_a_map(void **state)
{
    (void)state;
    play(false);
    play(true);
}

static void test_map_by_key_has_one_order_however_it_came_about(void **state)
{
    static char key[][3] = {"B3", "B1", "B5", "B2", "B4"};
    struct map m;
    size_t pos = 0;
    (void)state;
    map_init(&m);
    m.by_key = true;
    for (size_t i = 0; i < 5; i++)
        map_put(&m, key[i], key[i]);
    assert_ptr_equal(map_remove(&m, "B2"), key[3]); /* it left, and came back */
    map_put(&m, key[3], key[3]);
    for (int i = 1; i <= 5; i++)
        assert_int_equal(((const char *)map_next(&m, &pos))[1], '0' + i);
    assert_null(map_next(&m, &pos));
    map_fini(&m);
}

static void test_map_keeps_the_order_of_insertion(void **state)
{
    static const char *const key[] = {"c", "a", "b"};
    struct map m;
    size_t pos = 0;
    (void)state;
    map_init(&m);
    for (int i = 0; i < 3; i++)
        map_put(&m, key[i], (void *)key[i]);
    map_put(&m, "a", (void *)key[1]);
    for (int i = 0; i < 3; i++)
        assert_string_equal(map_next(&m, &pos), key[i]);
    assert_null(map_next(&m, &pos));
    map_fini(&m);
}

static void test_map_takes_a_key_by_its_length(void **state)
{
    struct map m;
    int value;
    (void)state;
    map_init(&m);
    assert_null(map_get_n(&m, "batch/1", 7));
    map_put(&m, "batch/1", &value);
    assert_ptr_equal(map_get_n(&m, "batch/12", 7), &value);
    assert_null(map_get_n(&m, "batch/12", 8));
    assert_null(map_get_n(&m, "batch/1", 6));
    assert_null(map_get(&m, NULL));
    map_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map_is_a_map),
        cmocka_unit_test(test_map_by_key_has_one_order_however_it_came_about),
        cmocka_unit_test(test_map_keeps_the_order_of_insertion),
        cmocka_unit_test(test_map_takes_a_key_by_its_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
