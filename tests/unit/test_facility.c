/* A facility description made ready for set-up: keys, tokens, dates, copies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/dept.h"
#include "base/enc.h"
#include "base/hash.h"
#include "base/key.h"
#include "core/right/right.h"
#include "lib/facility.h"
#include "lib/files.h"
#include "lib/yaml_json.h"
#include "scratch.h"

static char dir[SCRATCH];

static json_t *load(void)
{
    json_t *v = NULL;
    char *why = NULL;
    if (yaml_json_load(ETC_DIR "/facility/sample.yaml", &v, &why))
        fail_msg("%s", why);
    return v;
}

static json_t *prepared(void)
{
    struct facility_files files = {dir, true, true, ETC_DIR, ETC_DIR "/facility/sample.yaml"};
    json_t *v = load();
    char *why = NULL;
    if (facility_prepare(v, &files, &why))
        fail_msg("%s", why);
    return v;
}

static const char *text(const json_t *v, const char *list, size_t i, const char *member)
{
    return json_string_value(json_object_get(json_array_get(json_object_get(v, list), i), member));
}

static void test_a_persons_key_opens_with_the_password_alone(void **state)
{
    json_t *raw = load(), *v = prepared();
    const json_t *person = json_array_get(json_object_get(v, "people"), 0);
    const char *password = text(raw, "people", 0, "password"), *pin = text(raw, "people", 0, "pin");
    const char *sealed = json_string_value(json_object_get(json_object_get(person, "cred"), "key"));
    uint8_t pub[KEY_PUB], told[KEY_PUB];
    struct key *key = NULL;
    struct buf seed;
    (void)state;
    assert_null(json_object_get(person, "password"));
    assert_null(json_object_get(person, "pin"));
    buf_init(&seed);
    assert_int_equal(key_unseal(sealed, pin, true, &seed), CPF_E_SECRET);
    assert_int_equal(key_unseal(sealed, password, true, &seed), 0);
    assert_int_equal(seed.len, KEY_SEED);
    assert_int_equal(key_from_seed((const uint8_t *)seed.data, &key), 0);
    key_public(key, pub);
    const char *b64 = json_string_value(json_object_get(person, "key"));
    assert_int_equal(enc_unb64url_fixed(b64, strlen(b64), told, KEY_PUB), 0);
    assert_memory_equal(pub, told, KEY_PUB);
    key_free(key);
    buf_wipe(&seed);
    json_decref(raw);
    json_decref(v);
}

static void test_only_the_hash_of_a_token_is_sent(void **state)
{
    json_t *v = prepared();
    const char *id = text(v, "stations", 0, "station"), *sent = text(v, "stations", 0, "token");
    char path[300], hash[44], *token;
    uint8_t digest[HASH_LEN];
    struct stat st;
    (void)state;
    snprintf(path, sizeof(path), "%s/stations/%s.token", dir, id);
    token = files_line(path);
    assert_non_null(token);
    assert_int_equal(strlen(token), 43);
    hash_sha256(token, strlen(token), digest);
    enc_digest(digest, hash);
    assert_string_equal(hash, sent);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    free(token);
    json_decref(v);
}

static void test_dates_count_from_today(void **state)
{
    json_t *raw = load(), *v = prepared();
    int64_t until, today = clock_day(clock_now_ms());
    const char *given = text(raw, "lots", 0, "expiry");
    (void)state;
    assert_int_equal(*given, '+');
    assert_int_equal(clock_day_parse(text(v, "lots", 0, "expiry"), &until), 0);
    assert_int_equal(until, today + atoi(given));
    assert_true(json_is_integer(json_object_get(json_array_get(json_object_get(v, "lots"), 0), "units")));
    json_decref(raw);
    json_decref(v);
}

static void test_copies_keep_their_rooms_apart(void **state)
{
    json_t *v = load(), *s;
    size_t people = json_array_size(json_object_get(v, "people")),
           lots = json_array_size(json_object_get(v, "lots")), i;
    bool found = false;
    (void)state;
    facility_copy(v, 3);
    assert_int_equal(json_array_size(json_object_get(v, "people")), people * 3);
    assert_int_equal(json_array_size(json_object_get(v, "lots")), lots);
    json_array_foreach(json_object_get(v, "stations"), i, s)
    {
        if (strcmp(json_string_value(json_object_get(s, "station")), "B21-3") != 0)
            continue;
        assert_string_equal(json_string_value(json_object_get(s, "room")), "B2-3");
        found = true;
    }
    assert_true(found);
    json_decref(v);
}

static void test_weak_secrets_are_not_taken(void **state)
{
    json_t *p = json_pack("{s:s,s:s,s:s}", "person", "X", "pin", "1234", "password", "long enough password");
    char *why = NULL;
    (void)state;
    assert_int_equal(facility_person(p, true, &why), CPF_E_INVAL);
    assert_non_null(strstr(why, "PIN"));
    free(why);
    json_decref(p);
}

static void test_secrets_of_the_sample_are_for_training_alone(void **state)
{
    struct facility_files files = {dir, false, true, ETC_DIR, ETC_DIR "/facility/sample.yaml"};
    json_t *v = load();
    char *why = NULL;
    (void)state;
    assert_int_equal(facility_prepare(v, &files, &why), CPF_E_INVAL);
    assert_non_null(strstr(why, "--training"));
    free(why);
    json_decref(v);
}

static void test_yaml_mistakes_have_line_and_column(void **state)
{
    static const char *const wrong[] = {"a: 1\na: 2\n", "a: [1, 2\n", "a: *b\n", ""};
    char path[300], *why;
    json_t *v = NULL;
    (void)state;
    snprintf(path, sizeof(path), "%s/wrong.yaml", dir);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        why = NULL;
        assert_int_equal(files_write(path, wrong[i], strlen(wrong[i]), 0600), 0);
        assert_int_equal(yaml_json_load(path, &v, &why), CPF_E_SYNTAX);
        assert_non_null(strstr(why, "wrong.yaml:"));
        free(why);
    }
    assert_null(v);
}

static bool has_role(const json_t *person, const char *role)
{
    json_t *it;
    size_t i;
    json_array_foreach(json_object_get(person, "roles"), i,
                       it) if (strcmp(json_string_value(it), role) == 0) return true;
    return false;
}

/* Each role in a department where it counts; nobody of two sides, nobody who receives what he judges. */
static void assert_allowed(const struct rights *r, const json_t *person)
{
    int dept = word_find(&dept_words, json_string_value(json_object_get(person, "dept")));
    json_t *it;
    size_t i;
    json_array_foreach(json_object_get(person, "roles"), i, it)
    {
        const struct right_role *role = rights_role(r, json_string_value(it), NULL);
        assert_non_null(role);
        assert_true(role->depts >> dept & 1);
    }
    bool judges = has_role(person, "tester") || has_role(person, "quality-manager") ||
                  has_role(person, "deputy-quality-manager");
    assert_false(judges && dept != DEPT_QUALITY);
    assert_false(judges && (has_role(person, "store-keeper") || has_role(person, "operator") ||
                            has_role(person, "production-manager")));
    assert_false(has_role(person, "physician") && dept != DEPT_CLINIC);
}

static void test_nobody_holds_what_bars_another(void **state)
{
    static const char *const files[] = {"/facility/sample.yaml", "/facility/seven.yaml"};
    struct rights *r = NULL;
    char *why = NULL, path[300];
    (void)state;
    assert_int_equal(rights_load_file(ETC_DIR "/rights.yaml", &r, &why), 0);
    for (size_t f = 0; f < 2; f++) {
        json_t *v = NULL, *person;
        size_t i;
        snprintf(path, sizeof(path), "%s%s", ETC_DIR, files[f]);
        assert_int_equal(yaml_json_load(path, &v, &why), 0);
        assert_true(json_array_size(json_object_get(v, "people")) > 7);
        json_array_foreach(json_object_get(v, "people"), i, person) assert_allowed(r, person);
        json_decref(v);
    }
    rights_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_persons_key_opens_with_the_password_alone),
        cmocka_unit_test(test_only_the_hash_of_a_token_is_sent),
        cmocka_unit_test(test_dates_count_from_today),
        cmocka_unit_test(test_copies_keep_their_rooms_apart),
        cmocka_unit_test(test_weak_secrets_are_not_taken),
        cmocka_unit_test(test_secrets_of_the_sample_are_for_training_alone),
        cmocka_unit_test(test_yaml_mistakes_have_line_and_column),
        cmocka_unit_test(test_nobody_holds_what_bars_another),
    };
    char command[64];
    int failed;
    if (!mkdtemp(scratch(dir, "cpf-facility")))
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    return system(command) ? 1 : failed;
}
