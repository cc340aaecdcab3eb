/* Any text at all: it is laid out inside of the page, or shown by its code; nothing keeps the document back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "pdf/pdf.h"

#define TEXTS 120

struct sheet {
    struct pdf *pdf;
    const char *text[TEXTS];
    size_t n;
};

static void draw(void *arg)
{
    static const struct pdf_column column[] = {
        {10, {"一", "one"}}, {30, {"二", "two"}}, {60, {"三", "three"}}};
    struct sheet *s = arg;
    struct pdf_table t;
    pdf_table_begin(&t, s->pdf, column, 3, 7);
    for (size_t i = 0; i < s->n; i++) {
        const char *e = pdf_escape(s->pdf, s->text[i]);
        const char *cell[] = {e, pdf_both(s->pdf, (struct text){s->text[i], "x"}), e};
        pdf_table_row(&t, cell, i % 3 ? PDF_PLAIN : PDF_ALARM);
    }
    pdf_table_end(&t);
    for (size_t i = 0; i < s->n; i++)
        pdf_text(s->pdf, 8, pdf_escape(s->pdf, s->text[i]));
}

static void make(struct sheet *s, struct buf *ret)
{
    static const char note[] = "example\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— example AAAA\n";
    struct pdf_info info = {.title = {"題", "Title"},
                            .batch = "B",
                            .issue = "1",
                            .facility = "F",
                            .subject = "S",
                            .note = note,
                            .note_len = sizeof(note) - 1,
                            .made = 1,
                            .made_text = "-"};
    char *why = NULL;
    if (pdf_new(&info, &s->pdf, &why) != 0 || pdf_make(s->pdf, draw, s, ret, &why) != 0)
        fail_msg("%s", why ? why : "no PDF");
    pdf_free(s->pdf);
    assert_memory_equal(ret->data, "%PDF-1.4", 8);
}

static unsigned random_of(unsigned *seed, unsigned n)
{
    *seed = *seed * 1103515245u + 12345u;
    return (*seed >> 8) % n;
}

static gunichar any_char(unsigned *seed)
{
    static const gunichar nasty[] = {'&',     '<',    '>',    '"',    '\'',   '%',      '\n',   '\t',
                                     0x200d,  0x202e, 0x2066, 0xfeff, 0x301,  0x20dd,   0xfe0f, 0xe0100,
                                     0x1f600, 0x5d0,  0x627,  0xe000, 0xfffd, 0x10fffe, 0x845b};
    switch (random_of(seed, 4)) {
    case 0:
        return nasty[random_of(seed, sizeof(nasty) / sizeof(*nasty))];
    case 1:
        return 0x4e00 + random_of(seed, 0x5000);
    case 2:
        return 1 + random_of(seed, 0x7e);
    default:
        for (gunichar c;;)
            if (g_unichar_validate(c = 1 + random_of(seed, 0x10ffff)))
                return c;
    }
}

static void test_random_texts_are_printed(void **state)
{
    (void)state;
    GString *text[TEXTS];
    struct sheet s = {.n = TEXTS};
    unsigned seed = 20261122;
    struct buf one, two;
    for (size_t i = 0; i < TEXTS; i++) {
        text[i] = g_string_new(NULL);
        for (unsigned n = random_of(&seed, i % 40 ? 30 : 3000); n; n--)
            g_string_append_unichar(text[i], any_char(&seed));
        s.text[i] = text[i]->str;
    }
    buf_init(&one);
    buf_init(&two);
    make(&s, &one);
    make(&s, &two);
    assert_int_equal(one.len, two.len);
    assert_memory_equal(one.data, two.data, one.len);
    buf_fini(&one);
    buf_fini(&two);
    for (size_t i = 0; i < TEXTS; i++)
        g_string_free(text[i], TRUE);
}

static void test_bytes_that_are_no_utf8_are_marked(void **state)
{
    (void)state;
    struct sheet s = {.n = 3, .text = {"ok\xff rest", "\xc3", "\xed\xa0\x80"}};
    struct buf b;
    buf_init(&b);
    make(&s, &b);
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_texts_are_printed),
        cmocka_unit_test(test_bytes_that_are_no_utf8_are_marked),
    };
    return cmocka_run_group_tests_name("pdf_text", tests, NULL, NULL);
}
