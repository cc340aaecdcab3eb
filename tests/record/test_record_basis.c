/* A record names what it was made with, and says so where the log has something else, or nobody accepted it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "record_story.h"

#define OTHER "dqnjsCMBJ_nMTLS5JtNO9G2r2TFPeqo2mg8q5E1pX2k"

static struct story story;
static struct record *rec;

static int set_up(void **state)
{
    (void)state;
    story_init(&story, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    record_free(rec);
    rec = NULL;
    story_fini(&story);
    return 0;
}

static const char *json_of(void)
{
    struct buf b;
    buf_init(&b);
    record_json(rec, &b);
    const char *text = arena_strdup(&story.arena, b.data);
    buf_fini(&b);
    return text;
}

static const char *csv_of(void)
{
    struct buf b;
    buf_init(&b);
    record_csv(rec, &b);
    const char *text = arena_strdup(&story.arena, b.data);
    buf_fini(&b);
    return text;
}

static void has(const char *text, const char *part)
{
    if (!text || !strstr(text, part))
        fail_msg("`%.400s` lacks `%s`", text ? text : "(nothing)", part);
}

static void test_log_of_an_earlier_version_has_none(void **state)
{
    (void)state;
    rec = story_record(&story, 0, true);
    assert_int_equal(rec->basis.state, BASIS_NONE);
    assert_null(record_basis_alarm(rec).ja);
    has(json_of(), "\"state\":\"none\"");
    has(csv_of(), "記録簿に登録がない");
}

static void test_nobody_has_accepted_it_yet(void **state)
{
    (void)state;
    story_basis(&story, NULL);
    rec = story_record(&story, 0, true);
    assert_int_equal(rec->basis.state, BASIS_UNACCEPTED);
    has(record_basis_text(rec).ja, "未承認");
    has(record_basis_alarm(rec).ja, "未承認");
    has(record_basis_alarm(rec).en, "not accepted");
    has(json_of(), "\"differs\":[]");
    has(csv_of(), "\"unaccepted\"");
}

static void test_who_accepted_it_and_when(void **state)
{
    (void)state;
    story_basis(&story, NULL);
    story_accepts(&story, "FM");
    uint64_t half = story.rig.n;
    story_accepts(&story, "QM");
    rec = story_record(&story, 0, true);
    assert_int_equal(rec->basis.state, BASIS_ACCEPTED);
    assert_int_equal(rec->basis.nby, 2);
    assert_null(record_basis_alarm(rec).ja);
    has(record_basis_text(rec).ja, "FM");
    has(record_basis_text(rec).ja, "QM");
    has(json_of(), "\"person\":\"QM\"");
    record_free(rec);
    rec = story_record(&story, half, true); /* as of then */
    assert_int_equal(rec->basis.state, BASIS_UNACCEPTED);
    has(record_basis_text(rec).ja, "一部門のみ");
}

static void test_made_with_other_words(void **state)
{
    (void)state;
    story_basis(&story, OTHER);
    story_accepts(&story, "FM");
    story_accepts(&story, "QM");
    rec = story_record(&story, 0, true);
    assert_int_equal(rec->basis.ndiffers, 1);
    has(record_basis_alarm(rec).ja, "記録簿と異なる：記録書の文言");
    has(record_basis_alarm(rec).en, "differs from the log: words of the record");
    has(json_of(), "\"differs\":[\"words\"]");
    has(csv_of(), "記録簿と異なる");
}

static void test_register_of_staff_that_changed(void **state)
{
    char path[128];
    (void)state;
    story_basis(&story, NULL);
    snprintf(path, sizeof(path), "%s/staff.yaml", story.dir);
    FILE *f = fopen(path, "a");
    assert_non_null(f);
    fputs("staff.FM: {ja: 佐藤 太郎, en: Sato Taro}\n", f);
    fclose(f);
    rec = story_record(&story, 0, true);
    has(record_basis_alarm(rec).ja, "職員名簿");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_log_of_an_earlier_version_has_none), T(test_nobody_has_accepted_it_yet),
        T(test_who_accepted_it_and_when),           T(test_made_with_other_words),
        T(test_register_of_staff_that_changed),
    };
    return cmocka_run_group_tests_name("record: words and settings", tests, NULL, NULL);
}
