/* Stories: the language, the merge of cases, and the shipped story against the shipped protocol. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dirent.h>

#include <cmocka.h>

#include "base/bounds.h"
#include "base/file.h"
#include "core/protocol/protocol.h"
#include "lib/files.h"
#include "sim/story.h"
#include "scratch.h"

#define HEAD "story tale \"話\" \"A tale\"\nprotocol p\n"

static struct story *load_text(const char *text, char why[STORY_ERROR], int *ret_err)
{
    char path[SCRATCH];
    int fd = mkstemp(scratch(path, "cpf-story"));
    struct story *s = NULL;
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    *ret_err = story_load(path, &s, why);
    unlink(path);
    return s;
}

static struct story *load_good(const char *text)
{
    char why[STORY_ERROR] = "";
    int err;
    struct story *s = load_text(text, why, &err);
    assert_string_equal(why, "");
    assert_int_equal(err, 0);
    return s;
}

static void test_a_block_and_its_items(void **state)
{
    struct story *s = load_good(HEAD "day 0\n"
                                     "12:40 b2 d0.pool op1+op2 ...   # row 28\n"
                                     "    T1..T5 E:cf volume==w1 ~value.action colour:clear\n"
                                     "    note=\"a b\" witness +18m\n");
    const struct block *b = s->blocks;
    const struct item *it = b->items;
    (void)state;
    assert_int_equal(b->kind, BLOCK_SCANS);
    assert_int_equal(b->ms, (12 * 60 + 40) * 60000);
    assert_string_equal(b->who, "op1");
    assert_string_equal(b->second, "op2");
    assert_true(b->part);
    assert_int_equal(it->kind, ITEM_CODES);
    it = it->next->next;
    assert_int_equal(it->kind, ITEM_TWICE);
    assert_string_equal(it->name, "volume");
    assert_int_equal(it->expect.kind, EXPECT_DEVIATION);
    assert_string_equal(it->expect.code, "value.action");
    assert_int_equal(it->next->kind, ITEM_WORD);
    assert_string_equal(it->next->next->text, "a b");
    assert_int_equal(it->next->next->next->kind, ITEM_WITNESS);
    assert_int_equal(it->next->next->next->next->wait_ms, 18 * 60000);
    story_free(s);
}

static void test_mistakes_have_file_and_line(void **state)
{
    static const struct {
        const char *text, *what;
    } wrong[] = {
        {HEAD "day 0\n12:40 b2 d0.pool\n", ":4:"},
        {HEAD "day 0\n25:99 b2 d0.pool op1\n", ":4:"},
        {HEAD "    T1\n", "belongs to nothing"},
        {HEAD "day 0\n12:40 b2 d0.pool op1\n    T1 nonsense\n", "nonsense"},
        {HEAD "day 0\n12:40 b2 d0.pool op1\n    note=\"open\n", "quote"},
        {HEAD "day 0\n12:40 b2 d0.pool op1 loudly\n", "loudly"},
        {"day 0\n", "first line"},
    };
    char why[STORY_ERROR];
    int err;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        assert_null(load_text(wrong[i].text, why, &err));
        assert_int_equal(err, CPF_E_SYNTAX);
        assert_non_null(strstr(why, wrong[i].what));
    }
}

/* The steps of a list of blocks, divided by blanks. */
static void join_steps(const struct block *b, char ret[200])
{
    *ret = 0;
    for (; b; b = b->next) {
        strcat(ret, b->step);
        strcat(ret, " ");
    }
}

static void test_a_case_changes_the_story(void **state)
{
    struct story *s = load_good(HEAD "day 0\n09:00 b2 a op1\n10:00 b2 b op1\n11:00 b2 c op1\n");
    struct story *c =
        load_good("case odd \"奇\" \"Odd\"\nuntil b\n"
                  "before a\n08:00 b2 first op1\ninstead b\n10:30 b2 b op2\nafter b\n+1m b2 last op1\n");
    char steps[200], why[STORY_ERROR];
    struct arena a;
    struct block *b;
    (void)state;
    arena_init(&a, 0);
    assert_int_equal(story_merge(s, c, NULL, &a, &b, why), 0);
    join_steps(b, steps);
    assert_string_equal(steps, "first a b last ");
    assert_int_equal(b->day, 0);
    assert_string_equal(b->next->next->who, "op2");
    assert_int_equal(story_merge(s, NULL, "b", &a, &b, why), 0);
    join_steps(b, steps);
    assert_string_equal(steps, "a c ");
    assert_int_equal(story_merge(s, NULL, "nothing", &a, &b, why), CPF_E_NOTFOUND);
    arena_fini(&a);
    story_free(c);
    story_free(s);
}

/* ── what is shipped ───────────────────────────────────────────────────── */

static struct story *load_shipped(const char *name)
{
    char *path = files_join(ETC_DIR "/stories", name), why[STORY_ERROR] = "";
    struct story *s = NULL;
    int err = story_load(path, &s, why);
    assert_string_equal(why, "");
    assert_int_equal(err, 0);
    free(path);
    return s;
}

static struct protocol *load_protocol(void)
{
    struct protocol_error errors[1];
    struct protocol *p = NULL;
    struct buf text;
    size_t n;
    buf_init(&text);
    assert_int_equal(file_read(ETC_DIR "/protocols/nk-autologous.yaml", BOUND_PROTOCOL_BYTES, &text), 0);
    assert_int_equal(protocol_load(text.data, text.len, &p, errors, 1, &n), 0);
    buf_fini(&text);
    return p;
}

static bool tells(const struct story *s, const char *step)
{
    for (const struct block *b = s->blocks; b; b = b->next)
        if (b->kind <= BLOCK_SKIP && strcmp(b->step, step) == 0)
            return true;
    return false;
}

static void test_the_shipped_story_tells_every_mandatory_step(void **state)
{
    struct story *s = load_shipped("nk-autologous.story");
    struct protocol *p = load_protocol();
    (void)state;
    for (size_t i = 0; i < p->nsteps; i++)
        if (!p->step[i].optional && !tells(s, p->step[i].id))
            fail_msg("the story leaves out %s", p->step[i].id);
    for (const struct block *b = s->blocks; b; b = b->next)
        if (b->kind <= BLOCK_SKIP && protocol_step(p, b->step) < 0)
            fail_msg("line %d: the protocol has no step %s", b->line, b->step);
    protocol_free(p);
    story_free(s);
}

static void test_every_shipped_case_fits_the_story(void **state)
{
    struct story *s = load_shipped("nk-autologous.story");
    DIR *d = opendir(ETC_DIR "/stories/cases");
    struct dirent *e;
    size_t n = 0;
    (void)state;
    assert_non_null(d);
    while ((e = readdir(d))) {
        char name[300], why[STORY_ERROR] = "";
        struct arena a;
        struct block *b;
        struct story *c;
        if (!strstr(e->d_name, ".story"))
            continue;
        snprintf(name, sizeof(name), "cases/%s", e->d_name);
        c = load_shipped(name);
        assert_true(c->is_case);
        arena_init(&a, 0);
        if (story_merge(s, c, NULL, &a, &b, why))
            fail_msg("%s", why);
        arena_fini(&a);
        story_free(c);
        n++;
    }
    closedir(d);
    assert_true(n >= 10);
    story_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_block_and_its_items),
        cmocka_unit_test(test_mistakes_have_file_and_line),
        cmocka_unit_test(test_a_case_changes_the_story),
        cmocka_unit_test(test_the_shipped_story_tells_every_mandatory_step),
        cmocka_unit_test(test_every_shipped_case_fits_the_story),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
