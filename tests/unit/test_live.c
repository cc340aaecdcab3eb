/* What watchers are told: the window of the newest events, and what an entry becomes in one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "base/json.h"
#include "base/mem.h"
#include "live/change.h"
#include "live/window.h"

static struct window window;
static struct changes changes;
static struct arena arena;
static struct buf told;

static int set_up(void **state)
{
    (void)state;
    window_init(&window, 99);
    changes_init(&changes);
    arena_init(&arena, 0);
    buf_init(&told);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    window_fini(&window);
    changes_fini(&changes);
    arena_fini(&arena);
    buf_fini(&told);
    return 0;
}

/* ---- the window ---- */

static void push(uint64_t id)
{
    char text[32];
    window_push(&window, id, text, (size_t)snprintf(text, sizeof(text), "%d;", (int)id));
}

/* What follows the entry `id`; NULL: it is not known any more. */
static const char *behind(uint64_t id)
{
    uint64_t position;
    buf_clear(&told);
    if (!window_find(&window, id, &position))
        return NULL;
    if (position < window.next)
        window_take(&window, position, SIZE_MAX, &told);
    return told.len ? told.data : "";
}

static void test_window_goes_on_behind_the_place_named(void **state)
{
    (void)state;
    assert_string_equal(behind(99), "");
    push(102);
    push(107);
    assert_string_equal(behind(99), "102;107;");
    assert_string_equal(behind(102), "107;");
    assert_string_equal(behind(104), "107;"); /* in the middle of an event: it is told whole */
    assert_string_equal(behind(107), "");
}

static void test_window_knows_what_it_does_not_know(void **state)
{
    (void)state;
    push(100);
    assert_null(behind(98));  /* before this process */
    assert_null(behind(101)); /* not yet, or of another log */
    assert_null(behind(UINT64_MAX));
}

static void test_window_is_bounded(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < BOUND_EVENTS + 10; i++)
        push(100 + i);
    assert_null(behind(108)); /* 109 has left */
    assert_memory_equal(behind(109), "110;111;", 8);
    assert_false(window_holds(&window, 9));
    assert_true(window_holds(&window, 10));
    assert_true(window_holds(&window, window.next));
    assert_false(window_holds(&window, window.next + 1));
}

static void test_window_take_keeps_events_whole(void **state)
{
    (void)state;
    push(100);
    push(101);
    assert_int_equal(window_take(&window, 0, 7, &told), 1);
    assert_string_equal(told.data, "100;");
    assert_int_equal(window_take(&window, 1, 1, &told), 2); /* at least one */
    assert_string_equal(told.data, "100;101;");
}

/* ---- changes ---- */

static void add(uint64_t idx, const char *stream, const char *kind, const char *body)
{
    struct entry e = {.stream = stream, .kind = kind, .idx = idx};
    assert_int_equal(json_parse(&arena, body, strlen(body), &e.body, NULL), 0);
    changes_add(&changes, &e);
}

static const char *event(void)
{
    buf_clear(&told);
    changes_take(&changes, &told);
    return told.data;
}

static void test_change_says_where_to_read_anew(void **state)
{
    (void)state;
    add(7, "batch/NK26-0147", "step.input", "{\"outcome\":\"accepted\",\"step\":\"d0.opening.room\"}");
    assert_string_equal(event(), "id: 7\nevent: changed\ndata: {\"changes\":[{\"batch\":\"NK26-0147\","
                                 "\"kind\":\"step.input\",\"stream\":\"batch/NK26-0147\"}]}\n\n");
}

static void test_changes_alike_are_one(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= 9; i++)
        add(i, "batch/A", "step.input", "{\"outcome\":\"accepted\"}");
    add(10, "batch/B", "step.input", "{\"outcome\":\"accepted\"}");
    assert_string_equal(event(), "id: 10\nevent: changed\ndata: {\"changes\":["
                                 "{\"batch\":\"A\",\"kind\":\"step.input\",\"stream\":\"batch/A\"},"
                                 "{\"batch\":\"B\",\"kind\":\"step.input\",\"stream\":\"batch/B\"}]}\n\n");
    add(11, "batch/A", "step.input", "{}");
    assert_non_null(strstr(event(), "\"stream\":\"batch/A\"}]}")); /* nothing of before is left */
    assert_null(strstr(told.data, "batch/B"));
}

static void test_change_tells_an_alarm_by_its_code(void **state)
{
    (void)state;
    add(1, "batch/A", "refused",
        "{\"args\":{\"x\":\"y\"},\"code\":\"ident.foreign\",\"outcome\":\"refused\"}");
    assert_non_null(strstr(event(), "\"code\":\"ident.foreign\""));
    assert_non_null(strstr(told.data, "\"outcome\":\"refused\""));
    assert_null(strstr(told.data, "args"));
    add(2, "batch/A", "step.input", "{\"code\":\"accepted.step\",\"outcome\":\"accepted\"}");
    assert_null(strstr(event(), "code"));
    add(3, "batch/A", "deviation.opened", "{\"cause\":\"window.late\",\"dev\":\"D1\",\"grade\":\"minor\"}");
    assert_non_null(strstr(event(), "\"cause\":\"window.late\",\"dev\":\"D1\""));
    add(4, "batch/A", "hold.placed", "{\"cause\":\"window.late\",\"dev\":\"D1\",\"hold\":\"H1\"}");
    assert_non_null(strstr(event(), "\"hold\":\"H1\""));
}

/* A person's stream is one: which person's is not told. */
static void test_change_names_no_person(void **state)
{
    (void)state;
    add(1, "person/OP1", "person.changed", "{\"person\":\"OP1\"}");
    assert_null(strstr(event(), "OP1"));
    assert_non_null(strstr(told.data, "\"stream\":\"person\""));
    add(2, "day/B21/2026-11-29", "session.opened", "{\"person\":\"OP1\"}");
    assert_null(strstr(event(), "OP1"));
}

static void test_changes_are_bounded(void **state)
{
    char stream[160];
    (void)state;
    for (int i = 0; i <= BOUND_EVENT_CHANGES; i++) {
        snprintf(stream, sizeof(stream), "batch/B%d", i);
        add((uint64_t)i, stream, "step.input", "{}");
    }
    assert_non_null(strstr(event(), "],\"more\":true}\n\n"));
    /* long ones */
    for (int i = 0; i < BOUND_EVENT_CHANGES; i++) {
        snprintf(stream, sizeof(stream), "batch/%0140d", i);
        add((uint64_t)i, stream, "step.input", "{}");
    }
    event();
    assert_true(told.len <= BOUND_HTTP_PIECE);
    assert_non_null(strstr(told.data, "\"more\":true"));
    add(1, "batch/A", "step.input", "{}");
    assert_null(strstr(event(), "more"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_window_goes_on_behind_the_place_named),
        T(test_window_knows_what_it_does_not_know),
        T(test_window_is_bounded),
        T(test_window_take_keeps_events_whole),
        T(test_change_says_where_to_read_anew),
        T(test_changes_alike_are_one),
        T(test_change_tells_an_alarm_by_its_code),
        T(test_change_names_no_person),
        T(test_changes_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
