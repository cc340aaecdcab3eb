/* cpfctl protocol: what it prints, and what it answers to scripts. */
#include "protocols.h"

#include <stdlib.h>
#include <unistd.h>

#include "../../tools/protocol/cmd.h"
#include "../../tools/protocol/show.h"
#include "scratch.h"

static const char text[] = HEAD OPEN
    "  - {id: a, title: {ja: 題, en: \"A \\\"quoted\\\" title\"}, section: B, by: [nurse], where: [CL]}\n"
    "  - {id: b, " NAMED ", section: B, after: [order], window: [{since: order, min: 1d, max: 36h},\n"
    "     {since: {step: a, from: first}, until: end, max: 8h}],\n"
    "     sign: {verb: go, meaning: {ja: 可, en: Go}}, fields: [{id: n, " NAMED
    ", number: mL, alert: [~, \"5\"]}]}\n";

static char *shown(void (*show)(FILE *, const struct protocol *))
{
    struct protocol *p = load_good(text);
    char *out = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&out, &len);
    show(f, p);
    fclose(f);
    protocol_free(p);
    return out;
}

static void assert_holds(const char *out, const char *part)
{
    if (!strstr(out, part))
        fprintf(stderr, "%s\nlacks: %s\n", out, part);
    assert_non_null(strstr(out, part));
}

static void test_the_outline_names_who_where_when_and_what(void **state)
{
    (void)state;
    char *out = shown(protocol_show_outline);
    assert_holds(out, "sample 1  製品 / Product");
    assert_holds(out, "\nB\n  a  A \"quoted\" title\n      by nurse  at CL\n");
    assert_holds(out, "  b  Title  after order\n");
    assert_holds(out, "since order: min 1d max 36h (early: deviation, late: deviation)");
    assert_holds(out, "since a (first entry), until the end: max 8h (early: deviation, late: deviation)");
    assert_holds(out, "signs go: \"Go\"");
    assert_holds(out, "alert ..5");
    free(out);
}

static void test_the_graph_has_nodes_order_and_windows(void **state)
{
    (void)state;
    char *out = shown(protocol_show_dot);
    assert_holds(out, "digraph \"sample\" {");
    assert_holds(out, "\"a\" [label=\"a\\nA \\\"quoted\\\" title\\nnurse\"]");
    assert_holds(out, "\"order\" -> \"b\";");
    assert_holds(out, "\"order\" -> \"b\" [style=dashed, constraint=false, label=\"min 1d max 36h\"];");
    assert_holds(out, "peripheries=2");
    free(out);
}

static int lint(const char *yaml)
{
    char path[SCRATCH];
    int fd = mkstemp(scratch(path, "cpf-protocol"));
    assert_true(fd >= 0);
    assert_int_equal(write(fd, yaml, strlen(yaml)), strlen(yaml));
    close(fd);
    char noun[] = "protocol", verb[] = "lint", json[] = "--json";
    char *argv[] = {noun, verb, json, path, NULL};
    FILE *out = stdout;
    stdout = fopen("/dev/null", "w"); /* the report itself is not looked at here */
    int code = protocol_main(4, argv);
    fclose(stdout);
    stdout = out;
    unlink(path);
    return code;
}

static void test_lint_answers_by_its_exit_code(void **state)
{
    (void)state;
    char noun[] = "protocol", verb[] = "lint", absent[] = "/nonexistent/p.yaml";
    char *argv[] = {noun, verb, absent, NULL};
    assert_int_equal(lint(text), 0);
    assert_int_equal(lint(HEAD), 2);
    FILE *out = stdout;
    stdout = fopen("/dev/null", "w");
    int code = protocol_main(3, argv);
    fclose(stdout);
    stdout = out;
    assert_int_equal(code, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_outline_names_who_where_when_and_what),
        cmocka_unit_test(test_the_graph_has_nodes_order_and_windows),
        cmocka_unit_test(test_lint_answers_by_its_exit_code),
    };
    setenv("LC_ALL", "C.UTF-8", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
