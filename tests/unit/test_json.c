#include "vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "base/json.h"
#include "seeded.h"

/* ---- an oracle of the profile that shares no code with ours: jansson's parse and dump ---- */

static bool oracle_values(const json_t *v, int depth)
{
    const char *name;
    json_t *it;
    size_t i;
    if (json_is_real(v))
        return false;
    if (json_is_integer(v))
        return llabs(json_integer_value(v)) <= JSON_SAFE_MAX;
    if ((json_is_array(v) || json_is_object(v)) && depth >= BOUND_ENTRY_DEPTH)
        return false;
    json_array_foreach(v, i, it)
    {
        if (!oracle_values(it, depth + 1))
            return false;
    }
    json_object_foreach((json_t *)v, name, it)
    {
        for (const char *p = name; *p; p++)
            if (*p < ' ' || *p > '~')
                return false;
        if (!oracle_values(it, depth + 1))
            return false;
    }
    return true;
}

/* jansson writes \u001F where RFC 8785 wants \u001f. */
static void lower_escapes(char *s)
{
    for (; *s; s++) {
        if (*s != '\\')
            continue;
        if (*++s == 'u')
            for (int i = 1; i <= 4; i++)
                if (s[i] >= 'A' && s[i] <= 'F')
                    s[i] = (char)(s[i] - 'A' + 'a');
    }
}

static bool oracle(const char *text, size_t len)
{
    json_error_t err;
    if (len > BOUND_ENTRY_BYTES)
        return false;
    json_t *v = json_loadb(text, len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &err);
    if (!v)
        return false;
    bool ok = oracle_values(v, 0);
    char *dump = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
    assert_non_null(dump);
    lower_escapes(dump);
    ok = ok && strlen(dump) == len && memcmp(dump, text, len) == 0;
    free(dump);
    json_decref(v);
    return ok;
}

/* Parses; if that succeeds, writing must give the same bytes. */
static int parse(const char *text, size_t len)
{
    struct arena a;
    struct buf b;
    const struct json *v = NULL;
    size_t offset = 0;
    char *exact = malloc(len ? len : 1); /* so that reading beyond the end is seen */
    assert_non_null(exact);
    memcpy(exact, text, len);
    arena_init(&a, 0);
    buf_init(&b);
    int r = json_parse(&a, exact, len, &v, &offset);
    if (r == CPF_OK) {
        json_write(&b, v);
        assert_int_equal(b.len, len);
        assert_memory_equal(b.data, text, len);
        assert_int_equal(json_check(v, 0), CPF_OK);
    } else {
        assert_null(v);
        assert_true(offset <= len);
    }
    buf_fini(&b);
    arena_fini(&a);
    free(exact);
    return r;
}

static int parse_text(const char *text)
{
    return parse(text, strlen(text));
}

/* ---- published vectors ---- */

struct tally {
    size_t accepted, refused;
};

static void parsing_file(void *arg, const char *path)
{
    struct tally *t = arg;
    struct buf b;
    const char *name = strrchr(path, '/') + 1;
    if (strchr("yni", name[0]) == NULL || name[1] != '_')
        return;
    buf_init(&b);
    vectors_read(path, &b);
    int r = parse(b.data, b.len);
    if (name[0] == 'n' && r == CPF_OK)
        fail_msg("%s was accepted", path);
    if ((r == CPF_OK) != oracle(b.data, b.len))
        fail_msg("%s: %s", path, cpf_strerror(r));
    if (r == CPF_OK)
        t->accepted++;
    else
        t->refused++;
    buf_fini(&b);
}

static void test_parse_judges_the_parsing_suite(void **state)
{
    (void)state;
    struct tally t = {0};
    vectors_need("json-parsing");
    vectors_each("json-parsing", parsing_file, &t);
    assert_int_equal(t.accepted + t.refused, 316);
    assert_true(t.accepted >= 20); /* else the comparison proves little */
}

static void repeat(struct buf *b, const char *piece, size_t times)
{
    buf_clear(b);
    while (times-- > 0)
        buf_puts(b, piece);
}

static void test_parse_refuses_endless_brackets(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b);
    repeat(&b, "[", 100000);
    assert_int_equal(parse(b.data, b.len), CPF_E_LIMIT);
    repeat(&b, "[", 60000);
    assert_int_equal(parse(b.data, b.len), CPF_E_DEPTH);
    repeat(&b, "[{\"\":", 50000);
    assert_int_equal(parse(b.data, b.len), CPF_E_LIMIT);
    repeat(&b, "[{\"\":", 13000);
    assert_int_equal(parse(b.data, b.len), CPF_E_DEPTH);
    buf_fini(&b);
}

static void jcs_pair(const char *name, int expected)
{
    char path[128];
    struct buf out;
    buf_init(&out);
    snprintf(path, sizeof(path), "jcs/output/%s.json", name);
    vectors_read(path, &out);
    int r = parse(out.data, out.len);
    if (r != expected || (r == CPF_OK) != oracle(out.data, out.len))
        fail_msg("%s: %s", path, cpf_strerror(r));
    /* The way before canonicalisation is refused, whatever its content. */
    buf_clear(&out);
    snprintf(path, sizeof(path), "jcs/input/%s.json", name);
    vectors_read(path, &out);
    assert_int_not_equal(parse(out.data, out.len), CPF_OK);
    buf_fini(&out);
}

static void test_parse_judges_rfc8785_pairs(void **state)
{
    (void)state;
    vectors_need("jcs");
    jcs_pair("arrays", CPF_OK);
    jcs_pair("unicode", CPF_OK);
    /* Canonical, but with names that are not printable ASCII. */
    jcs_pair("french", CPF_E_PROFILE);
    jcs_pair("structures", CPF_E_PROFILE);
    jcs_pair("weird", CPF_E_PROFILE);
    /* Floats are refused, never mangled. */
    jcs_pair("values", CPF_E_PROFILE);
}

/* There is no builder for null, as no entry of ours holds one. */
static struct json *null_value(struct arena *a)
{
    const struct json *v;
    assert_int_equal(json_parse(a, "null", 4, &v, NULL), CPF_OK);
    return json_copy(a, v);
}

/* Our own writer turns the published input into the published output. */
static struct json *rebuild(struct arena *a, const json_t *v)
{
    const char *name;
    json_t *it;
    size_t i;
    struct json *c;
    switch (json_typeof(v)) {
    case JANSSON_OBJECT:
        c = json_object(a);
        json_object_foreach((json_t *)v, name, it)
        {
            json_set(a, c, name, rebuild(a, it));
        }
        return c;
    case JANSSON_ARRAY:
        c = json_array(a);
        json_array_foreach(v, i, it)
        {
            json_push(c, rebuild(a, it));
        }
        return c;
    case JANSSON_STRING:
        return json_strn(a, json_string_value(v), json_string_length(v));
    case JSON_INTEGER:
        return json_int(a, json_integer_value(v));
    case JSON_TRUE:
    case JSON_FALSE:
        return json_bool(a, json_is_true(v));
    default:
        return null_value(a);
    }
}

static void rebuild_pair(const char *name)
{
    char path[128];
    struct arena a;
    struct buf want, got;
    arena_init(&a, 0);
    buf_init(&want);
    buf_init(&got);
    snprintf(path, sizeof(path), "jcs/output/%s.json", name);
    vectors_read(path, &want);
    snprintf(path, sizeof(path), "jcs/input/%s.json", name);
    json_t *v = vectors_json(path);
    json_write(&got, rebuild(&a, v));
    assert_string_equal(got.data, want.data);
    json_decref(v);
    buf_fini(&want);
    buf_fini(&got);
    arena_fini(&a);
}

static void test_write_canonicalises_rfc8785_inputs(void **state)
{
    (void)state;
    vectors_need("jcs");
    rebuild_pair("arrays");
    rebuild_pair("unicode");
}

/* ---- the profile, rule by rule ---- */

static void test_parse_names_the_fault(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int expected;
    } t[] = {
        {"{}", CPF_OK},
        {"{\"a\":1,\"b\":[true,false,null,\"\"]}", CPF_OK},
        {"9007199254740991", CPF_OK},
        {"-9007199254740991", CPF_OK},
        {"9007199254740992", CPF_E_PROFILE},
        {"-9007199254740992", CPF_E_PROFILE},
        {"99999999999999999999999", CPF_E_PROFILE},
        {"-0", CPF_E_PROFILE},
        {"1.0", CPF_E_PROFILE},
        {"1e2", CPF_E_PROFILE},
        {"1.", CPF_E_SYNTAX},
        {"01", CPF_E_SYNTAX},
        {"-", CPF_E_SYNTAX},
        {"", CPF_E_SYNTAX},
        {" 1", CPF_E_PROFILE},
        {"1\n", CPF_E_PROFILE},
        {"{\"a\": 1}", CPF_E_PROFILE},
        {"\xef\xbb\xbf{}", CPF_E_SYNTAX},
        {"{\"a\":1,\"a\":2}", CPF_E_DUPLICATE},
        {"{\"b\":1,\"a\":2}", CPF_E_PROFILE},
        {"{\"\xc3\xa9\":1}", CPF_E_PROFILE},
        {"{\"\\n\":1}", CPF_E_PROFILE},
        {"{\"\x7f\":1}", CPF_E_PROFILE},
        {"{\"\\\"\\\\\":1}", CPF_OK},
        {"\"\\u0041\"", CPF_E_PROFILE},
        {"\"\\/\"", CPF_E_PROFILE},
        {"\"\\u001f\"", CPF_OK},
        {"\"\\u001F\"", CPF_E_PROFILE},
        {"\"\\u000a\"", CPF_E_PROFILE},
        {"\"\\n\\r\\t\\b\\f\"", CPF_OK},
        {"\"\\u0000\"", CPF_E_UTF8},
        {"\"\\ud800\"", CPF_E_UTF8},
        {"\"\\udc00\\ud800\"", CPF_E_UTF8},
        {"\"\\ud83d\\ude00\"", CPF_E_PROFILE},
        {"\"\\ud83d\\udbff\"", CPF_E_UTF8},
        {"\"\\ud83d\\ue000\"", CPF_E_UTF8},
        {"\"\xed\xa0\x80\"", CPF_E_UTF8},
        {"\"\xc0\x80\"", CPF_E_UTF8},
        {"\"a\tb\"", CPF_E_SYNTAX},
        {"\"abc", CPF_E_SYNTAX},
        {"\"abc\\", CPF_E_SYNTAX},
        {"[1,]", CPF_E_SYNTAX},
        {"[1]]", CPF_E_SYNTAX},
        {"{\"a\"}", CPF_E_SYNTAX},
        {"tru", CPF_E_SYNTAX},
    };
    for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
        int r = parse_text(t[i].text);
        if (r != t[i].expected)
            fail_msg("%s: %s", t[i].text, cpf_strerror(r));
    }
    assert_int_equal(parse("\"a\0b\"", 5), CPF_E_UTF8);
    assert_int_equal(parse("1\0", 2), CPF_E_SYNTAX);
}

static void test_parse_bounds_depth_and_length(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b);
    for (size_t depth = BOUND_ENTRY_DEPTH; depth <= BOUND_ENTRY_DEPTH + 1; depth++) {
        buf_clear(&b);
        for (size_t i = 0; i < depth; i++)
            buf_addc(&b, '[');
        for (size_t i = 0; i < depth; i++)
            buf_addc(&b, ']');
        assert_int_equal(parse(b.data, b.len), depth <= BOUND_ENTRY_DEPTH ? CPF_OK : CPF_E_DEPTH);
    }
    for (size_t len = BOUND_ENTRY_BYTES; len <= BOUND_ENTRY_BYTES + 1; len++) {
        buf_clear(&b);
        buf_addc(&b, '"');
        while (b.len < len - 1)
            buf_addc(&b, 'x');
        buf_addc(&b, '"');
        assert_int_equal(parse(b.data, b.len), len <= BOUND_ENTRY_BYTES ? CPF_OK : CPF_E_LIMIT);
    }
    buf_fini(&b);
}

static void test_parse_answers_limit_when_the_arena_is_full(void **state)
{
    (void)state;
    const char *text = "{\"a\":[1,2,3,\"some text\"],\"b\":{\"c\":{}}}";
    const struct json *v = NULL;
    struct arena a;
    size_t need = 0;
    for (size_t limit = 1; need == 0; limit += 8) {
        arena_init(&a, limit);
        int r = json_parse(&a, text, strlen(text), &v, NULL);
        assert_true(r == CPF_OK || r == CPF_E_LIMIT);
        if (r == CPF_OK)
            need = limit;
        arena_fini(&a);
    }
    assert_true(need > 8 * sizeof(struct json));
}

static void test_parse_tells_where(void **state)
{
    (void)state;
    const struct json *v;
    struct arena a;
    size_t offset = 99;
    arena_init(&a, 0);
    assert_int_equal(json_parse(&a, "{\"a\":[1,?]}", 11, &v, &offset), CPF_E_SYNTAX);
    assert_int_equal(offset, 8);
    assert_int_equal(json_parse(&a, "{\"b\":1,\"a\":2}", 13, &v, &offset), CPF_E_PROFILE);
    assert_int_equal(offset, 7);
    arena_fini(&a);
}

/* ---- building and reading ---- */

static void test_set_sorts_and_leaves_out_null(void **state)
{
    (void)state;
    struct arena a;
    struct buf b;
    arena_init(&a, 0);
    buf_init(&b);
    struct json *o = json_object(&a), *arr = json_array(&a);
    json_set_str(&a, o, "zone", "Asia/Tokyo");
    json_set_int(&a, o, "a", -3);
    json_set(&a, o, "n", json_bool(&a, true));
    json_set_str(&a, o, "B", NULL);
    json_set(&a, o, "absent", NULL);
    json_push(json_push(arr, json_strf(&a, "%d\x1f\"\\\n", 5)), NULL);
    json_set(&a, o, "A", arr);
    json_set(&a, o, "aa", json_strf(&a, "%0300d", 0));
    json_write(&b, o);
    assert_int_equal(o->len, 5);
    const char *begin = "{\"A\":[\"5\\u001f\\\"\\\\\\n\"],\"a\":-3,\"aa\":\"000";
    assert_int_equal(strncmp(b.data, begin, strlen(begin)), 0);
    assert_string_equal(strstr(b.data, ",\"n\""), ",\"n\":true,\"zone\":\"Asia/Tokyo\"}");
    assert_true(oracle(b.data, b.len));
    assert_string_equal(json_get_str(o, "zone"), "Asia/Tokyo");
    assert_null(json_get_str(o, "a"));
    assert_int_equal(json_get_int(o, "a", 9), -3);
    assert_int_equal(json_get_int(o, "b", 9), 9);
    assert_true(json_get_bool(o, "n"));
    assert_false(json_get_bool(o, "zone"));
    assert_null(json_get(arr, "A"));
    assert_null(json_get(NULL, "A"));
    assert_false(json_get_bool(NULL, "n"));
    buf_fini(&b);
    arena_fini(&a);
}

static void test_copy_outlives_its_source(void **state)
{
    (void)state;
    struct arena a, c;
    struct buf b;
    const char *text = "{\"a\":[1,{\"b\":\"x\"},null],\"z\":true}";
    const struct json *v;
    arena_init(&a, 0);
    arena_init(&c, 0);
    buf_init(&b);
    assert_int_equal(json_parse(&a, text, strlen(text), &v, NULL), CPF_OK);
    const struct json *copy = json_copy(&c, v);
    arena_fini(&a);
    json_write(&b, copy);
    assert_string_equal(b.data, text);
    buf_fini(&b);
    arena_fini(&c);
}

static void test_check_finds_what_cannot_be_read_again(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a, 0);
    assert_int_equal(json_check(json_int(&a, JSON_SAFE_MAX), 0), CPF_OK);
    assert_int_equal(json_check(json_int(&a, JSON_SAFE_MAX + 1), 0), CPF_E_PROFILE);
    assert_int_equal(json_check(json_int(&a, INT64_MIN), 0), CPF_E_PROFILE);
    assert_int_equal(json_check(json_push(json_array(&a), json_str(&a, "\xff")), 0), CPF_E_UTF8);
    assert_int_equal(json_check(json_strn(&a, "a\0b", 3), 0), CPF_E_UTF8);
    assert_int_equal(json_check(json_object(&a), BOUND_ENTRY_DEPTH - 1), CPF_OK);
    assert_int_equal(json_check(json_object(&a), BOUND_ENTRY_DEPTH), CPF_E_DEPTH);
    arena_fini(&a);
}

/* ---- properties ---- */

static struct json *random_string(struct arena *a, struct seeded *rnd)
{
    static const char *const pieces[] = {"a",
                                         "\"",
                                         "\\",
                                         "/",
                                         "\n",
                                         "\x01",
                                         "\x1f",
                                         "\x7f",
                                         "\xc3\xa9",
                                         "\xe2\x82\xac",
                                         "\xf0\x9f\x98\x80",
                                         "\xef\xbf\xbf",
                                         "\t",
                                         "Z",
                                         "0",
                                         "\xe6\xbc\xa2",
                                         "\b",
                                         "\f"};
    struct buf b;
    buf_init(&b);
    buf_reserve(&b, 1);
    for (uint64_t n = seeded_below(rnd, 8); n > 0; n--)
        buf_puts(&b, pieces[seeded_below(rnd, sizeof(pieces) / sizeof(*pieces))]);
    struct json *v = json_strn(a, b.data, b.len);
    buf_fini(&b);
    return v;
}

static struct json *random_tree(struct arena *a, struct seeded *rnd, unsigned depth)
{
    uint64_t kind = seeded_below(rnd, depth < 5 ? 6 : 3);
    if (kind == 0)
        return json_bool(a, seeded_below(rnd, 2));
    if (kind == 1) {
        int64_t n = (int64_t)(seeded_next(rnd) >> (11 + seeded_below(rnd, 53)));
        return json_int(a, seeded_below(rnd, 2) ? n : -n);
    }
    if (kind == 2)
        return random_string(a, rnd);
    struct json *c = kind == 3 ? json_array(a) : json_object(a);
    for (uint64_t n = seeded_below(rnd, 6); n > 0; n--) {
        char name[8] = "";
        for (size_t i = 0; i < seeded_below(rnd, 4); i++)
            name[i] = (char)(' ' + seeded_below(rnd, 95));
        if (kind == 3)
            json_push(c, random_tree(a, rnd, depth + 1));
        else if (!json_get(c, name))
            json_set(a, c, name, random_tree(a, rnd, depth + 1));
    }
    return c;
}

static void test_written_trees_are_read_again(void **state)
{
    (void)state;
    struct seeded rnd = {4};
    struct arena a;
    struct buf b;
    arena_init(&a, 0);
    buf_init(&b);
    for (int i = 0; i < 20000; i++) {
        arena_reset(&a);
        buf_clear(&b);
        json_write(&b, random_tree(&a, &rnd, 0));
        if (!oracle(b.data, b.len) || parse(b.data, b.len) != CPF_OK)
            fail_msg("%s", b.data);
    }
    buf_fini(&b);
    arena_fini(&a);
}

static void mutate(struct buf *b, struct seeded *rnd)
{
    static const char bytes[] = "{}[]:,\"\\ 0123456789-+.eEtfnu\x80\xc3\xa9\x01/aA";
    size_t at = seeded_below(rnd, b->len);
    switch (seeded_below(rnd, 4)) {
    case 0:
        b->data[at] = (char)seeded_next(rnd);
        break;
    case 1:
        b->data[at] = bytes[seeded_below(rnd, sizeof(bytes) - 1)];
        break;
    case 2:
        memmove(b->data + at, b->data + at + 1, b->len - at);
        b->len--;
        break;
    default:
        buf_addc(b, ' ');
        memmove(b->data + at + 1, b->data + at, b->len - at - 1);
        b->data[at] = bytes[seeded_below(rnd, sizeof(bytes) - 1)];
    }
}

static void test_damaged_trees_are_judged_as_jansson_judges_them(void **state)
{
    (void)state;
    struct seeded rnd = {5};
    struct arena a;
    struct buf b;
    size_t accepted = 0;
    arena_init(&a, 0);
    buf_init(&b);
    for (int i = 0; i < 40000; i++) {
        arena_reset(&a);
        buf_clear(&b);
        json_write(&b, random_tree(&a, &rnd, 0));
        mutate(&b, &rnd);
        bool ok = parse(b.data, b.len) == CPF_OK;
        if (ok != oracle(b.data, b.len))
            fail_msg("%.*s: %d", (int)b.len, b.data, ok);
        accepted += ok;
    }
    assert_in_range(accepted, 1000, 30000);
    buf_fini(&b);
    arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_judges_the_parsing_suite),
        cmocka_unit_test(test_parse_refuses_endless_brackets),
        cmocka_unit_test(test_parse_judges_rfc8785_pairs),
        cmocka_unit_test(test_write_canonicalises_rfc8785_inputs),
        cmocka_unit_test(test_parse_names_the_fault),
        cmocka_unit_test(test_parse_bounds_depth_and_length),
        cmocka_unit_test(test_parse_answers_limit_when_the_arena_is_full),
        cmocka_unit_test(test_parse_tells_where),
        cmocka_unit_test(test_set_sorts_and_leaves_out_null),
        cmocka_unit_test(test_copy_outlives_its_source),
        cmocka_unit_test(test_check_finds_what_cannot_be_read_again),
        cmocka_unit_test(test_written_trees_are_read_again),
        cmocka_unit_test(test_damaged_trees_are_judged_as_jansson_judges_them),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
