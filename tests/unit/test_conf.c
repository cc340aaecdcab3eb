/* The configuration: the annotated file, defaults, and errors with their place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "conf.h"
#include "scratch.h"

#define NEEDED                                                                                               \
    "origin: a.example/x\ntls_certificate: c.pem\ntls_key: k.pem\ndatabase: dbname=x\n"                      \
    "database_reader: dbname=y\nvkey_file: vkey\n"

static char path[SCRATCH];

static int set_up(void **state)
{
    (void)state;
    int fd = mkstemp(scratch(path, "test-conf"));
    return fd < 0 ? -1 : close(fd);
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(path);
}

static int load(const char *text, size_t len, struct conf **ret, char **ret_error)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    fclose(f);
    *ret = NULL;
    return conf_load(path, ret, ret_error);
}

/* `text` is refused, and the error begins with file:`place` and holds `what`. */
static void assert_fault(const char *text, const char *place, const char *what)
{
    struct conf *c;
    char *error, start[128];
    int err = load(text, strlen(text), &c, &error);
    assert_null(c);
    assert_int_not_equal(err, 0);
    assert_non_null(error);
    snprintf(start, sizeof(start), "%s:%s: ", path, place);
    if (strncmp(error, start, strlen(start)) != 0 || !strstr(error, what))
        fail_msg("%s", error);
    free(error);
}

static void test_annotated_file_loads(void **state)
{
    struct conf *c;
    char *error;
    (void)state;
    int err = conf_load(CPFD_YAML, &c, &error);
    if (err)
        fail_msg("%s", error);
    assert_string_equal(c->origin, "example.org/cpf/osaka-1");
    assert_false(c->training);
    assert_int_equal(c->listen_port, 8443);
    /* Its texts lie beside it, and are there. */
    assert_int_equal(access(c->catalogue, R_OK), 0);
    assert_int_equal(access(c->clauses, R_OK), 0);
    conf_free(c);
}

static void test_defaults_fill_in(void **state)
{
    struct conf *c;
    char *error, beside[128];
    (void)state;
    assert_int_equal(load(NEEDED, strlen(NEEDED), &c, &error), 0);
    assert_string_equal(c->listen_address, "127.0.0.1");
    assert_int_equal(c->listen_port, 8443);
    assert_string_equal(c->zone, "Asia/Tokyo");
    assert_string_equal(c->admin_socket, "/run/cpfd/admin.sock");
    assert_string_equal(c->audit_results, "/var/lib/cpf-audit");
    assert_int_equal(c->late_after_s, 300);
    assert_int_equal(c->retry_after_s, 1);
    int folder = (int)(strrchr(path, '/') - path);
    snprintf(beside, sizeof(beside), "%.*s/c.pem", folder, path);
    assert_string_equal(c->tls_certificate, beside);
    snprintf(beside, sizeof(beside), "%.*s/vkey", folder, path);
    assert_string_equal(c->vkey_file, beside);
    conf_free(c);
}

static void test_values_are_taken(void **state)
{
    static const char text[] = NEEDED "listen_port: 0\nlisten_address: '::1'\nlate_after_s: 60\n";
    struct conf *c;
    char *error;
    (void)state;
    assert_int_equal(load(text, sizeof(text) - 1, &c, &error), 0);
    assert_int_equal(c->listen_port, 0);
    assert_string_equal(c->listen_address, "::1");
    assert_int_equal(c->late_after_s, 60);
    conf_free(c);
}

static void test_faults_are_told_with_their_place(void **state)
{
    (void)state;
    assert_fault(NEEDED "listen_port: 65536\n", "7:14", "0 to 65535");
    assert_fault(NEEDED "listen_port: 84a\n", "7:14", "whole number");
    assert_fault(NEEDED "listen_port: 99999999999999999999\n", "7:14", "whole number");
    assert_fault(NEEDED "listen_prot: 1\n", "7:1", "listen_port");
    assert_fault(NEEDED "training: yes\n", "7:11", "true or false");
    assert_fault(NEEDED "origin: b\n", "7:1", "second time (first on line 1)");
    assert_fault(NEEDED "zone: [a]\n", "7:7", "one value");
    assert_fault(NEEDED "zone: {a: b}\n", "7:7", "one value");
    assert_fault(NEEDED "? [a]\n: b\n", "7:3", "plain word");
    assert_fault(NEEDED "zone:\n", "7:6", "default");
    assert_fault(NEEDED "zone: \"a\\0b\"\n", "7:7", "one value");
    assert_fault("origin: a\n", "1:1", "is missing");
    assert_fault("- a\n", "1:1", "key: value");
    assert_fault("", "1:1", "key: value");
    assert_fault("a: [\n", "2:1", "");
    assert_fault(NEEDED "---\nzone: a\n", "9:1", "second document");
}

static void test_origin_and_training_agree(void **state)
{
    (void)state;
    assert_fault(NEEDED "training: true\n", "1:9", "must begin with `training.`");
    assert_fault("origin: training.x/y\ntls_certificate: c\ntls_key: k\ndatabase: d\ndatabase_reader: d\n"
                 "vkey_file: v\n",
                 "1:9", "must be true");
}

static void test_missing_and_huge_files_refused(void **state)
{
    struct conf *c = NULL;
    char *error, *huge = calloc(1, 70000);
    (void)state;
    assert_int_equal(conf_load("/nonexistent/cpfd.yaml", &c, &error), CPF_E_IO);
    assert_non_null(strstr(error, "/nonexistent/cpfd.yaml"));
    free(error);
    memset(huge, '#', 70000);
    assert_int_equal(load(huge, 70000, &c, &error), CPF_E_LIMIT);
    free(error);
    free(huge);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_annotated_file_loads),      T(test_defaults_fill_in),
        T(test_values_are_taken),          T(test_faults_are_told_with_their_place),
        T(test_origin_and_training_agree), T(test_missing_and_huge_files_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
