/* Layouts of labels, and what a printer of labels answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "core/label/layout.h"
#include "lib/printer.h"

#define HEAD "label: a\nsize: [40, 20]\nfor: [T]\nfields:\n"
#define CODE "  - {show: code, at: [1, 1], box: [10, 10]}\n"
#define ID   "  - {show: container, at: [13, 1], box: [26, 6], font: 9, least: 5}\n"

struct loaded {
    struct arena a;
    struct label_layout l;
    struct protocol_error fault[8];
    size_t n;
    int err;
};

static struct loaded load(const char *text)
{
    struct loaded r = {0};
    arena_init(&r.a, 0);
    r.err = label_layout_load(&r.a, text, strlen(text), &r.l, r.fault, 8, &r.n);
    return r;
}

static void at(const char *text, int line, int column, const char *what)
{
    struct loaded r = load(text);
    assert_int_not_equal(r.err, 0);
    if (!strstr(r.fault[0].text, what))
        fail_msg("%d:%d: %s, not %s", r.fault[0].line, r.fault[0].column, r.fault[0].text, what);
    assert_int_equal(r.fault[0].line, line);
    assert_int_equal(r.fault[0].column, column);
    arena_fini(&r.a);
}

static void test_layout_is_read(void **state)
{
    struct loaded r =
        load("label: tube\nsize: [38.5, 20]\nlanguage: en\nprotocol: nk\nfor: [T, PA]\nfields:\n" CODE
             "  - {show: value, of: d14.fill.volume, at: [13, 1.25], box: [20, 6], font: 9.5, least: "
             "5, bold: true, until: x.y, text: {ja: 液量, en: Volume}}\n");
    (void)state;
    assert_int_equal(r.err, 0);
    assert_int_equal(r.l.width, 38500);
    assert_true(r.l.english);
    assert_string_equal(r.l.protocol, "nk");
    assert_int_equal(r.l.kinds.n, 2);
    assert_int_equal(r.l.nfields, 2);
    const struct label_field *f = &r.l.field[1];
    assert_int_equal(f->show, LABEL_VALUE);
    assert_int_equal(f->y, 1250);
    assert_int_equal(f->font, 95);
    assert_int_equal(f->least, 50);
    assert_true(f->bold);
    assert_string_equal(f->of, "d14.fill.volume");
    assert_string_equal(f->until, "x.y");
    assert_string_equal(f->text.en, "Volume");
    arena_fini(&r.a);
}

static void test_fault_is_named_by_line_and_column(void **state)
{
    (void)state;
    at(HEAD CODE "  - {show: contaner, at: [13, 1], box: [9, 3]}\n", 6, 12, "nothing is called `contaner`");
    at(HEAD CODE "  - {shows: batch, at: [13, 1], box: [9, 3]}\n", 6, 5, "`show` is missing");
    at(HEAD CODE ID "  - {show: batch, at: [13, 9]}\n", 7, 5, "`box` is missing");
    at(HEAD CODE "  - {show: batch, at: [13, wide], box: [9, 3]}\n", 6, 28, "at must be a number");
    at(HEAD CODE "  - {show: batch, at: [13], box: [9, 3]}\n", 6, 23, "two numbers");
    at(HEAD CODE "  - {show: value, at: [13, 1], box: [9, 3]}\n", 6, 5, "`of` is missing");
    at(HEAD CODE "  - {show: value, of: volume, at: [13, 1], box: [9, 3]}\n", 6, 23, "STEP.FIELD");
    at(HEAD CODE "  - {show: batch, of: a.b, at: [13, 1], box: [9, 3]}\n", 6, 23, "goes with");
    at(HEAD CODE "  - {show: text, at: [13, 1], box: [9, 3]}\n", 6, 5, "`text` is missing");
    at(HEAD CODE "  - {show: text, text: {ja: 限定}, at: [13, 1], box: [9, 3]}\n", 6, 24, "`en` is missing");
    at(HEAD CODE "  - {show: batch, at: [13, 1], box: [9, 3], font: 2}\n", 6, 51, "font must be a number");
    at(HEAD CODE "  - {show: batch, at: [13, 1], box: [9, 3], font: 5, least: 6}\n", 6, 61, "larger than");
    at("label: a\nsize: [40, 20]\nfor: [t]\nfields:\n" CODE, 3, 7, "capitals");
    at("label: a\nsize: [400, 20]\nfor: [T]\nfields:\n" CODE, 2, 8, "from 5 to 200");
    at("label: a\nsize: [40, 20]\nfor: [T]\n", 1, 1, "`fields` is missing");
    at("label: a\nsize: [40, 20]\nfor: [T]\nlanguage: fr\nfields:\n" CODE, 4, 11, "ja or en");
    at("- a\n", 1, 1, "must be a mapping");
}

static void test_fields_lie_on_the_label_and_not_on_each_other(void **state)
{
    (void)state;
    at(HEAD CODE "  - {show: batch, at: [13, 1], box: [28, 3]}\n", 6, 5, "beyond the label's edge");
    at(HEAD CODE ID "  - {show: batch, at: [20, 6.5], box: [9, 3]}\n", 7, 5, "lies over the one of line 6");
    at(HEAD CODE "  - {show: batch, at: [11.5, 1], box: [9, 3]}\n", 6, 5, "within 1 mm of a code");
    at(HEAD "  - {show: code, at: [0.5, 1], box: [10, 10]}\n", 5, 5, "1 mm that stay free");
    at(HEAD "  - {show: code, at: [1, 1], box: [10, 9]}\n", 5, 35, "square");
    at(HEAD ID, 5, 5, "one code, not 0");
}

static void test_bounds_hold(void **state)
{
    char text[LABEL_BYTES + 100];
    struct loaded r;
    (void)state;
    memset(text, '#', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    r = load(text);
    assert_int_equal(r.err, CPF_E_LIMIT);
    arena_fini(&r.a);
    strcpy(text, HEAD);
    for (int i = 0; i <= LABEL_FIELDS; i++)
        strcat(text, CODE);
    r = load(text);
    assert_int_equal(r.err, CPF_E_LIMIT);
    arena_fini(&r.a);
}

/* ---- ~HS ---- */

#define L1(paper, pause, formats)                                                                            \
    "\x02"                                                                                                   \
    "030," paper "," pause ",1245," formats ",0,0,0,000,0,0,0\x03\r\n"
#define L2(head, ribbon, rest)                                                                               \
    "\x02"                                                                                                   \
    "000,0," head "," ribbon ",0,2,6,0," rest ",1,000\x03\r\n"
#define L3                                                                                                   \
    "\x02"                                                                                                   \
    "1234,0\x03\r\n"

static enum printer_fault says(const char *text)
{
    struct printer_status s;
    assert_int_equal(printer_status_read(text, strlen(text), &s), 1);
    return printer_status_fault(&s);
}

static void test_status_of_a_printer_is_read(void **state)
{
    (void)state;
    assert_int_equal(says(L1("0", "0", "000") L2("0", "0", "00000000") L3), PRINTER_READY);
    assert_int_equal(says(L1("1", "0", "000") L2("0", "0", "00000000") L3), PRINTER_PAPER);
    assert_int_equal(says(L1("1", "1", "001") L2("1", "0", "00000001") L3), PRINTER_HEAD);
    assert_int_equal(says(L1("0", "0", "000") L2("0", "1", "00000000") L3), PRINTER_RIBBON);
    assert_int_equal(says(L1("0", "1", "000") L2("0", "0", "00000000") L3), PRINTER_PAUSED);
    assert_int_equal(says(L1("0", "0", "002") L2("0", "0", "00000000") L3), PRINTER_BUSY);
    assert_int_equal(says(L1("0", "0", "000") L2("0", "0", "00000003") L3), PRINTER_BUSY);
}

static void test_what_is_no_status_is_none(void **state)
{
    static const char good[] = L1("0", "0", "000") L2("0", "0", "00000000") L3;
    static const char *const bad[] = {"HTTP/1.1 400 Bad Request\r\n",
                                      "\x02"
                                      "030,0,\x03",
                                      "\x02"
                                      "x",
                                      "0",
                                      "\x02"
                                      "030,0,0,1245,000,0,0,0,000,0,0\x03",
                                      "\x02"
                                      "0,0,0,0,0,0,0,0,0,0,0,0,0\x03",
                                      "\x02"
                                      "0300000000,0"};
    struct printer_status s;
    char text[PRINTER_STATUS + 2];
    (void)state;
    for (size_t n = 0; n < sizeof(good) - 3; n++) /* the line's end is not waited for */
        assert_int_equal(printer_status_read(good, n, &s), 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_int_equal(printer_status_read(bad[i], strlen(bad[i]), &s), -1);
    memset(text, '\n', sizeof(text));
    assert_int_equal(printer_status_read(text, PRINTER_STATUS + 1, &s), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout_is_read),
        cmocka_unit_test(test_fault_is_named_by_line_and_column),
        cmocka_unit_test(test_fields_lie_on_the_label_and_not_on_each_other),
        cmocka_unit_test(test_bounds_hold),
        cmocka_unit_test(test_status_of_a_printer_is_read),
        cmocka_unit_test(test_what_is_no_status_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
