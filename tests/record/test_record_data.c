/* JSON and CSV of a record: they parse, they agree, and the same record gives the same bytes. */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "record_story.h"

static struct story story;
static struct record *rec;
static struct buf json_text, csv_text;

static int set_up(void **state)
{
    (void)state;
    story_init(&story, "=cmd('calc')!A0, \"so\"");
    rec = story_record(&story, 0, true);
    buf_init(&json_text);
    buf_init(&csv_text);
    record_json(rec, &json_text);
    record_csv(rec, &csv_text);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    buf_fini(&json_text);
    buf_fini(&csv_text);
    record_free(rec);
    story_fini(&story);
    return 0;
}

/* ---- RFC 4180, read ---- */

#define COLUMNS 25

struct row {
    char *cell[COLUMNS];
    size_t n;
};

static const char *read_cell(const char *s, char **ret)
{
    struct buf b;
    buf_init(&b);
    if (*s == '"') {
        for (s++; *s && (*s != '"' || s[1] == '"'); s++) {
            s += *s == '"';
            buf_addc(&b, *s);
        }
        assert_int_equal(*s++, '"');
    } else {
        for (; *s && !strchr(",\r\n", *s); s++)
            buf_addc(&b, *s);
    }
    assert_non_null(strchr(",\r", *s));
    *ret = strdup(b.data ? b.data : "");
    buf_fini(&b);
    return s;
}

static const char *read_row(const char *s, struct row *ret)
{
    ret->n = 0;
    for (;; s++) {
        assert_true(ret->n < COLUMNS);
        s = read_cell(s, &ret->cell[ret->n++]);
        if (*s == '\r')
            break;
    }
    assert_int_equal(s[1], '\n');
    return s + 2;
}

static size_t read_csv(const char *s, struct row *ret, size_t most)
{
    size_t n = 0;
    assert_memory_equal(s, "\xef\xbb\xbf", 3);
    for (s += 3; *s;) {
        assert_true(n < most);
        s = read_row(s, &ret[n]);
        assert_int_equal(ret[n].n, COLUMNS);
        n++;
    }
    return n;
}

static void free_rows(struct row *row, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < row[i].n; k++)
            free(row[i].cell[k]);
}

/* ---- tests ---- */

static const struct json *parsed(void)
{
    const struct json *o;
    size_t len = json_text.len - 1; /* the line end behind it */
    assert_int_equal(json_text.data[len], '\n');
    assert_int_equal(json_parse(&story.arena, json_text.data, len, &o, NULL), 0);
    return o;
}

/* Is there a row of that entry, field and value? */
static bool in_csv(const struct row *row, size_t n, const struct json *v)
{
    char sseq[24];
    const char *value = json_get_str(v, "value");
    snprintf(sseq, sizeof(sseq), "%lld", (long long)json_get_int(json_get(v, "entry"), "sseq", -1));
    for (size_t i = 1; i < n; i++)
        if (strcmp(row[i].cell[0], sseq) == 0 && strcmp(row[i].cell[12], json_get_str(v, "field")) == 0 &&
            (!value || strcmp(row[i].cell[17] + (*row[i].cell[17] == '\''), value) == 0))
            return true;
    return false;
}

static void test_every_value_of_the_json_stands_in_the_csv(void **state)
{
    (void)state;
    struct row *row = calloc(1000, sizeof(*row));
    size_t n = read_csv(csv_text.data, row, 1000), values = 0, fields = 0;
    json_each(s, json_get(parsed(), "steps")) {
        json_each(v, json_get(s, "values")) {
            values++;
            if (!in_csv(row, n, v))
                fail_msg("%s is not in the CSV", json_get_str(v, "field"));
        }
    }
    for (size_t i = 1; i < n; i++)
        fields += *row[i].cell[12] != 0;
    assert_true(values > 20);
    assert_int_equal(values, fields);
    free_rows(row, n);
    free(row);
}

static void test_csv_has_a_row_for_every_entry(void **state)
{
    (void)state;
    struct row *row = calloc(1000, sizeof(*row));
    size_t n = read_csv(csv_text.data, row, 1000), last = 0;
    assert_string_equal(row[n - 1].cell[4], "basis"); /* behind all entries */
    for (size_t i = 1; i < n - 1; i++) {
        size_t sseq = (size_t)atol(row[i].cell[0]);
        assert_true(sseq == last || sseq == last + 1);
        last = sseq;
    }
    assert_int_equal(last, rec->nentries);
    free_rows(row, n);
    free(row);
}

static void test_formula_is_no_formula_in_a_spreadsheet(void **state)
{
    (void)state;
    assert_non_null(strstr(csv_text.data, "\"'=cmd("));
    assert_null(strstr(csv_text.data, ",=cmd"));
    assert_null(strstr(csv_text.data, "\"=cmd"));
}

static size_t count(const struct json *o, const char *name)
{
    const struct json *list = json_get(o, name);
    assert_non_null(list);
    return list->len;
}

static void test_json_has_every_section(void **state)
{
    (void)state;
    const struct json *o = parsed();
    assert_int_equal(count(o, "steps"), rec->nsteps);
    assert_int_equal(count(o, "not_done"), rec->nnone);
    assert_int_equal(count(o, "lots"), rec->nlots);
    assert_int_equal(count(o, "things"), rec->nthings);
    assert_int_equal(count(o, "containers"), rec->ncontainers);
    assert_int_equal(count(o, "labels"), rec->nlabels);
    assert_int_equal(count(o, "lot_units"), rec->nunits);
    assert_int_equal(count(o, "balances"), rec->nbalances);
    assert_int_equal(count(o, "growth"), rec->npoints);
    assert_int_equal(count(o, "deviations"), rec->ndevs);
    assert_int_equal(count(o, "holds"), rec->nholds);
    assert_int_equal(count(o, "corrections"), rec->ncorrections);
    assert_int_equal(count(o, "refusals"), rec->nrefusals);
    assert_int_equal(count(o, "exposures"), rec->nexposures);
    assert_int_equal(count(o, "redactions"), rec->nredactions);
    assert_int_equal(count(o, "known"), rec->nknown);
    assert_int_equal(count(o, "changed_since_decision"), rec->nchanges);
    assert_int_equal(count(o, "people"), rec->npeople);
    assert_int_equal(count(o, "statutory"), rec->nitems);
}

static void test_same_record_gives_same_bytes(void **state)
{
    (void)state;
    struct buf again;
    struct record *r = story_record(&story, 0, true);
    buf_init(&again);
    record_json(r, &again);
    assert_int_equal(again.len, json_text.len);
    assert_memory_equal(again.data, json_text.data, again.len);
    buf_clear(&again);
    record_csv(r, &again);
    assert_int_equal(again.len, csv_text.len);
    assert_memory_equal(again.data, csv_text.data, again.len);
    buf_fini(&again);
    record_free(r);
}

static void test_copy_without_disclosures_holds_no_personal_value(void **state)
{
    (void)state;
    struct buf b;
    struct record *r = story_record(&story, 0, false);
    static const char *const secret[] = {"=cmd", "P999999", "KA-0002", "misread", "gibberish", "渡辺"};
    buf_init(&b);
    record_json(r, &b);
    record_csv(r, &b);
    for (size_t i = 0; i < sizeof(secret) / sizeof(*secret); i++)
        if (memmem(b.data, b.len, secret[i], strlen(secret[i])))
            fail_msg("%s is there", secret[i]);
    buf_fini(&b);
    record_free(r);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_every_value_of_the_json_stands_in_the_csv),
        T(test_csv_has_a_row_for_every_entry),
        T(test_formula_is_no_formula_in_a_spreadsheet),
        T(test_json_has_every_section),
        T(test_same_record_gives_same_bytes),
        T(test_copy_without_disclosures_holds_no_personal_value),
    };
    return cmocka_run_group_tests_name("record_data", tests, NULL, NULL);
}
