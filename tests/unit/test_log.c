/* Log lines: what came from outside cannot forge one, nor flood, nor stop the caller. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "log.h"

static int kept, pipe_fds[2];
static char got[65536];

/* stderr is a pipe while the test runs. */
static int set_up(void **state)
{
    (void)state;
    kept = dup(STDERR_FILENO);
    return pipe(pipe_fds) < 0 || dup2(pipe_fds[1], STDERR_FILENO) < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    unsetenv("JOURNAL_STREAM");
    log_start();
    return 0;
}

static const char *read_all(void)
{
    fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK);
    ssize_t n = read(pipe_fds[0], got, sizeof(got) - 1);
    got[n > 0 ? n : 0] = '\0';
    return got;
}

static unsigned lines(const char *text)
{
    unsigned n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void test_line_is_time_event_pairs(void **state)
{
    (void)state;
    log_start();
    log_event(LOG_LEVEL_INFO, "t.pairs", "a", "one", "none", NULL, "n", LOG_NUM(-7), NULL);
    const char *text = read_all();
    assert_int_equal(text[4], '-');
    assert_string_equal(strchr(text, ' '), " t.pairs a=one n=-7\n");
}

static void test_level_is_named_and_kept(void **state)
{
    (void)state;
    log_start();
    log_event(LOG_LEVEL_ERROR, "t.error", NULL);
    log_event(LOG_LEVEL_DEBUG, "t.debug", NULL);
    assert_string_equal(strchr(read_all(), ' '), " error t.error\n");
}

static void test_values_cannot_forge(void **state)
{
    (void)state;
    log_start();
    log_event(LOG_LEVEL_INFO, "t.forge", "a", "x\n2026 error cpfd.failed", "b", "y\" c=\"z\\", "d", "\x1b[2J",
              "e", "", "f", "p=q", "g", "細 胞", "h", "\xc2\x9b", NULL);
    const char *text = read_all();
    assert_int_equal(lines(text), 1);
    assert_string_equal(
        strchr(text, ' '),
        " t.forge a=\"x\\u000a2026 error cpfd.failed\" b=\"y\\\" c=\\\"z\\\\\" d=\"\\u001b[2J\" "
        "e=\"\" f=\"p=q\" g=\"細 胞\" h=\"\\u009b\"\n");
}

static void test_long_values_are_cut(void **state)
{
    char *value = calloc(1, 20001);
    (void)state;
    memset(value, 'v', 20000);
    log_start();
    log_event(LOG_LEVEL_INFO, "t.long", "v", value, NULL);
    const char *text = read_all();
    assert_int_equal(lines(text), 1);
    assert_true(strlen(text) < 4096);
    free(value);
}

static void test_an_event_is_limited_and_others_are_not(void **state)
{
    (void)state;
    log_start();
    for (int i = 0; i < 1000; i++)
        log_event(LOG_LEVEL_INFO, "t.often", NULL);
    log_event(LOG_LEVEL_INFO, "t.other", NULL);
    assert_int_equal(lines(read_all()), LOG_BURST + 1);
}

static void test_full_pipe_does_not_block(void **state)
{
    char value[3000];
    (void)state;
    log_start();
    memset(value, 'v', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    alarm(30); /* what blocks never comes back: nobody reads */
    for (int i = 0; i < 20; i++) {
        char event[32];
        snprintf(event, sizeof(event), "t.full%d", i);
        log_event(LOG_LEVEL_INFO, event, "a", value, "b", value, NULL);
    }
    for (int i = 0; i < 20; i++)
        log_event(LOG_LEVEL_INFO, "t.full", "a", value, NULL);
    alarm(0);
    read_all();
}

static void test_journal_lines_begin_with_priority(void **state)
{
    struct stat st;
    char text[64];
    (void)state;
    assert_int_equal(fstat(STDERR_FILENO, &st), 0);
    snprintf(text, sizeof(text), "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
    setenv("JOURNAL_STREAM", text, 1);
    log_start();
    log_event(LOG_LEVEL_WARNING, "t.journal", "a", "b", NULL);
    assert_string_equal(read_all(), "<4>t.journal a=b\n");
    /* Inherited, but stderr is something else now. */
    setenv("JOURNAL_STREAM", "1:2", 1);
    log_start();
    log_event(LOG_LEVEL_WARNING, "t.nojournal", NULL);
    assert_non_null(strstr(read_all(), " warning t.nojournal\n"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_line_is_time_event_pairs),
        T(test_level_is_named_and_kept),
        T(test_values_cannot_forge),
        T(test_long_values_are_cut),
        T(test_an_event_is_limited_and_others_are_not),
        T(test_full_pipe_does_not_block),
        T(test_journal_lines_begin_with_priority),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
