/* The printed record, read back with poppler's tools: text, fonts, outline, pages, signature. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "pdf/record.h"
#include "pdf/sign.h"
#include "lib/pki.h"
#include "record_story.h"

#define MADE INT64_C(1793930400000)

static struct story story;
static struct buf pdf, out;

/* ---- tools ---- */

/* Standard output of a command; NULL if it failed. `%s` twice: the folder. */
static const char *run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static const char *run(const char *fmt, ...)
{
    char command[1024], part[4096];
    size_t n;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(command, sizeof(command), fmt, ap);
    va_end(ap);
    buf_clear(&out);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    while ((n = fread(part, 1, sizeof(part), f)) > 0)
        buf_add(&out, part, n);
    int status = pclose(f);
    buf_addc(&out, '\n'); /* never empty */
    return status == 0 ? out.data : NULL;
}

static void need(const char *tool)
{
    if (!run("command -v %s", tool)) {
        print_message("skipped: %s is not installed\n", tool);
        skip();
    }
}

static void has(const char *text, const char *part)
{
    if (!text || !strstr(text, part))
        fail_msg("`%.2000s` lacks `%s`", text ? text : "(nothing)", part);
}

static void lacks(const char *text, const char *part)
{
    if (!text || strstr(text, part))
        fail_msg("`%.2000s` has `%s`", text ? text : "(nothing)", part);
}

static void put(const char *name, const struct buf *b)
{
    char path[160];
    snprintf(path, sizeof(path), "%s/%s", story.dir, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(b->data, 1, b->len, f), b->len);
    assert_int_equal(fclose(f), 0);
}

static const char *text_of(const char *options)
{
    return run("pdftotext %s -layout %s/record.pdf -", options, story.dir);
}

/* ---- the record ---- */

static void print(bool disclosures, struct buf *ret)
{
    const struct pdf_order o = {.issue = "COPY-7", .made = MADE};
    struct record *r = story_record(&story, 0, disclosures);
    char *why = NULL;
    buf_clear(ret);
    if (pdf_record(r, &o, ret, &why) != 0)
        fail_msg("%s", why ? why : "no PDF");
    record_free(r);
}

static void begin(const char *note)
{
    buf_init(&pdf);
    buf_init(&out);
    story_init(&story, note);
    print(true, &pdf);
    put("record.pdf", &pdf);
}

static int set_up(void **state)
{
    (void)state;
    begin(NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)!run("rm -rf %s/nss %s/*.pdf %s/*.key %s/*.pem", story.dir, story.dir, story.dir, story.dir);
    story_fini(&story);
    buf_fini(&pdf);
    buf_fini(&out);
    return 0;
}

static int pages(void)
{
    const char *p = strstr(run("pdfinfo %s/record.pdf", story.dir), "Pages:");
    assert_non_null(p);
    return atoi(p + 6);
}

/* ---- what a reader finds ---- */

static void test_text_can_be_found_in_both_languages(void **state)
{
    (void)state;
    need("pdftotext");
    static const char *const want[] = {"製造記録書",
                                       "Batch record",
                                       STORY_BATCH,
                                       "例外事項",
                                       "出荷可否の決定",
                                       "発育あり",
                                       "★",
                                       "結果待ち",
                                       "2026-11-09",
                                       "渡辺 浩",
                                       "misread",
                                       "読めず：gibberish",
                                       "KA-0002-T1",
                                       "監査証跡",
                                       "35.0 °C",
                                       "該当なし",
                                       RIG_NAME,
                                       "1.300",
                                       "個人情報の消去",
                                       "◇報告",
                                       "■処置",
                                       "期限 exp. 2026-11-03"};
    const char *text = text_of("");
    for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
        has(text, want[i]);
    lacks(text, "[U+");
}

static void test_exceptions_stand_on_one_page_in_front(void **state)
{
    (void)state;
    need("pdftotext");
    const char *text = text_of("-f 1 -l 1");
    has(text, "1. 例外事項");
    has(text, "失われた値"); /* the last row */
    has(text_of("-f 2 -l 2"), "2. 表紙");
}

static void test_each_page_has_issue_number_checkpoint_and_its_place(void **state)
{
    (void)state;
    need("pdfinfo");
    int n = pages();
    assert_true(n >= 8);
    for (int i = 1; i <= n; i++) {
        char option[40], place[40];
        snprintf(option, sizeof(option), "-f %d -l %d", i, i);
        snprintf(place, sizeof(place), "page %d of %d", i, n);
        const char *text = text_of(option);
        has(text, place);
        has(text, "COPY-7");
        has(text, "training.example/story");
    }
    const char *list = run("pdfimages -list %s/record.pdf", story.dir);
    int codes = -3; /* two lines of head, one of ours behind */
    for (const char *p = list; p && (p = strchr(p, '\n')); p++)
        codes++;
    assert_int_equal(codes, n); /* a QR code each */
}

static void test_fonts_are_embedded_subsets(void **state)
{
    (void)state;
    need("pdffonts");
    const char *list = run("pdffonts %s/record.pdf", story.dir);
    int fonts = 0;
    for (const char *p = strchr(strstr(list, "----"), '\n'); p && p[1] && p[1] != '\n';
         p = strchr(p + 1, '\n')) {
        char line[200];
        snprintf(line, sizeof(line), "%.*s", (int)strcspn(p + 1, "\n"), p + 1);
        has(line, "+NotoSansCJKjp");
        has(line, "yes yes yes"); /* embedded, subset, with Unicode */
        fonts++;
    }
    assert_true(fonts == 1 || fonts == 2);
}

static void test_outline_and_metadata(void **state)
{
    (void)state;
    need("pdftohtml");
    const char *xml = run("pdftohtml -xml -i -stdout %s/record.pdf 2>/dev/null", story.dir);
    has(xml, "<outline>");
    has(xml, "3. 工程の記録 Record of steps</item>");
    has(xml, "21. 根拠条文 Clauses met</item>");
    const char *info = run("pdfinfo -isodates %s/record.pdf", story.dir);
    has(info, "製造記録書 Batch record " STORY_BATCH);
    has(info, "cpf-report");
    has(info, "2026-11-06T02:00:00Z");
    has(info, "595.276 x 841.89 pts (A4)");
}

static void test_same_record_gives_same_bytes(void **state)
{
    (void)state;
    struct buf again;
    buf_init(&again);
    print(true, &again);
    assert_int_equal(again.len, pdf.len);
    assert_memory_equal(again.data, pdf.data, pdf.len);
    buf_fini(&again);
}

static void test_copy_without_disclosures_shows_none(void **state)
{
    (void)state;
    need("pdftotext");
    print(false, &pdf);
    put("record.pdf", &pdf);
    const char *text = text_of("");
    has(text, "この写しには含まない");
    has(text, "非開示");
    for (const char *const *p = (const char *const[]){RIG_NAME, "KA-0002", "渡辺", "gibberish", NULL}; *p;
         p++)
        lacks(text, *p);
}

/* ---- the layout ---- */

struct word {
    double x1, y1, x2, y2;
};

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double most(double a, double b)
{
    return a > b ? a : b;
}

/* How much of the smaller one lies under the other. */
static double covered(const struct word *a, const struct word *b)
{
    double w = least(a->x2, b->x2) - most(a->x1, b->x1), h = least(a->y2, b->y2) - most(a->y1, b->y1);
    double area = least((a->x2 - a->x1) * (a->y2 - a->y1), (b->x2 - b->x1) * (b->y2 - b->y1));
    return w > 0.3 && h > 0 && area > 0 ? w * h / area : 0;
}

static void check_page(const char *from, const char *to)
{
    static struct word word[4000];
    size_t n = 0;
    for (const char *p = from; (p = strstr(p, "<word ")) && p < to; p++) {
        struct word *w = &word[n];
        assert_true(n < sizeof(word) / sizeof(*word));
        assert_int_equal(sscanf(p, "<word xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\" yMax=\"%lf\"", &w->x1,
                                &w->y1, &w->x2, &w->y2),
                         4);
        if (w->x1 < PDF_LEFT - 1 || w->x2 > PDF_WIDTH - PDF_RIGHT + 1.5 || w->y1 < 15 ||
            w->y2 > PDF_HEIGHT - 8)
            fail_msg("outside of the page: %.120s", p);
        for (size_t i = 0; i < n; i++)
            if (covered(&word[i], w) > 0.4)
                fail_msg("covers another word: %.120s", p);
        n++;
    }
    assert_true(n > 10);
}

static void check_layout(void)
{
    const char *text = run("pdftotext -bbox %s/record.pdf -", story.dir);
    assert_non_null(text);
    for (const char *p = strstr(text, "<page "); p;) {
        const char *next = strstr(p + 1, "<page ");
        check_page(p, next ? next : text + strlen(text));
        p = next;
    }
}

static void test_nothing_is_cut_off_or_covered(void **state)
{
    (void)state;
    need("pdftotext");
    check_layout();
}

static size_t count(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *p = text; (p = strstr(p, what)); p += strlen(what))
        n++;
    return n;
}

/* More lines than a page has, words without a blank to break at; characters that the font lacks, that are
 * invisible, that turn the direction, that pile up. */
static void test_hostile_text_is_all_there_and_breaks_nothing(void **state)
{
    (void)state;
    need("pdftotext");
    struct buf note;
    tear_down(state);
    buf_init(&note);
    buf_puts(&note, "emoji 😀 rtl \xe2\x80\xae"
                    "drow\xe2\x80\xac שלום zwj a\u200d<b>&amp;</b> zalgo "
                    "e\u0301\u0301\u0301\u0301 ivs 葛󠄀 \ufdd0 \ue000 ");
    for (int i = 0; i < 300; i++)
        buf_puts(&note, "鷺");
    for (int i = 0; i < 400; i++) /* more lines than a page has */
        buf_puts(&note, i < 350 ? "x\n" : "\n");
    buf_puts(&note, "END");
    begin(note.data);
    buf_fini(&note);
    check_layout();
    int n = pages();
    const char *text = run("pdftotext %s/record.pdf -", story.dir);
    static const char *const want[] = {"[U+1F600]", "[U+202E]",     "[U+05E9]", "[U+200D]",
                                       "[U+0301]",  "[U+E000]",     "[U+FDD0]", "<b>&amp;</b>",
                                       "END",       "[U+000A ×49]", "[U+nnnn]"};
    for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
        has(text, want[i]);
    assert_true(count(text, "鷺") >= 300);
    lacks(text, "\xe2\x80\xae");
    assert_int_equal(count(text, "[U+nnnn]"), n); /* each foot says what it means */
}

/* ---- the signature ---- */

static void sign(void)
{
    char key[160], certificate[160], *why = NULL;
    struct pdf_signer *s = NULL;
    need("pdfsig");
    need("certutil");
    snprintf(key, sizeof(key), "%s/report.key", story.dir);
    snprintf(certificate, sizeof(certificate), "%s/report.pem", story.dir);
    assert_int_equal(pki_make(story.dir, "test authority", 0, NULL), 0);
    assert_int_equal(pki_document(story.dir, "見本施設 Sample"), 0);
    if (pdf_signer_new(key, certificate, &s, &why) != 0)
        fail_msg("%s", why);
    assert_int_equal(pdf_sign(s, &pdf, MADE, "写し copy"), 0);
    pdf_signer_free(s);
    put("record.pdf", &pdf);
    assert_non_null(run("mkdir %s/nss && certutil -N -d sql:%s/nss --empty-password && "
                        "certutil -A -d sql:%s/nss -n ca -t CT,C,C -i %s/ca.pem",
                        story.dir, story.dir, story.dir, story.dir));
}

static const char *pdfsig(void)
{
    return run("pdfsig -nssdir %s/nss %s/record.pdf 2>/dev/null; true", story.dir, story.dir);
}

static void test_signature_is_valid_for_the_whole_document(void **state)
{
    (void)state;
    sign();
    const char *said = pdfsig();
    has(said, "Signature is Valid");
    has(said, "Certificate is Trusted");
    has(said, "  - Total document signed");
    has(said, "ETSI.CAdES.detached");
    has(said, "SHA-256");
    has(said, "見本施設 Sample");
    has(run("pdfinfo %s/record.pdf", story.dir), "製造記録書");
}

static void test_signature_of_another_authority_is_not_trusted(void **state)
{
    (void)state;
    sign();
    assert_non_null(run("certutil -D -d sql:%s/nss -n ca", story.dir));
    has(pdfsig(), "Certificate issuer isn't Trusted");
}

static void test_tampered_byte_makes_the_signature_invalid(void **state)
{
    (void)state;
    sign();
    for (size_t at = 1000; at < pdf.len; at += pdf.len / 5) {
        if (at > pdf.len - 40000) /* the signature itself lies there */
            break;
        pdf.data[at] ^= 1;
        put("record.pdf", &pdf);
        const char *said = pdfsig();
        lacks(said, "Signature is Valid");
        has(said, "Digest Mismatch");
        pdf.data[at] ^= 1;
    }
}

/* A new version of the first object behind the signed bytes, as any editor would write it. */
static void test_appended_update_is_not_covered(void **state)
{
    (void)state;
    sign();
    size_t object = pdf.len, xref;
    char *last = NULL, *end = pdf.data + pdf.len;
    for (char *p = pdf.data; (p = memmem(p, (size_t)(end - p), "startxref", 9)); p++)
        last = p;
    assert_non_null(last);
    long before = atol(last + 10);
    buf_puts(&pdf, "1 0 obj\n<< /Forged true >>\nendobj\n");
    xref = pdf.len;
    buf_printf(&pdf,
               "xref\n1 1\n%010zu 00000 n \ntrailer\n<< /Size 9999 /Root %d 0 R /Prev %ld "
               ">>\nstartxref\n%zu\n%%%%EOF\n",
               object, atoi(strstr(memmem(pdf.data, pdf.len, "\ntrailer", 8), "/Root ") + 6), before, xref);
    put("record.pdf", &pdf);
    const char *said = pdfsig();
    has(said, "Not total document signed");
    lacks(said, "  - Total document signed");
}

static void test_what_is_no_pdf_of_ours_is_not_signed(void **state)
{
    (void)state;
    struct pdf_signer *s = NULL;
    char key[160], certificate[160], *why = NULL;
    sign();
    snprintf(key, sizeof(key), "%s/report.key", story.dir);
    snprintf(certificate, sizeof(certificate), "%s/server.pem", story.dir);
    assert_int_equal(pdf_signer_new(key, certificate, &s, &why), CPF_E_KEY); /* another key's */
    free(why);
    snprintf(certificate, sizeof(certificate), "%s/report.pem", story.dir);
    assert_int_equal(pdf_signer_new(key, certificate, &s, &why), 0);
    struct buf b;
    buf_init(&b);
    buf_puts(&b, "%PDF-1.4\nstartxref\n99999\n%%EOF\n");
    assert_int_equal(pdf_sign(s, &b, MADE, "x"), CPF_E_SYNTAX);
    assert_int_equal(b.len, strlen("%PDF-1.4\nstartxref\n99999\n%%EOF\n"));
    assert_int_equal(pdf_sign(s, &pdf, MADE, "x"), CPF_E_SYNTAX); /* one signature only */
    buf_fini(&b);
    pdf_signer_free(s);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_text_can_be_found_in_both_languages),
        T(test_exceptions_stand_on_one_page_in_front),
        T(test_each_page_has_issue_number_checkpoint_and_its_place),
        T(test_fonts_are_embedded_subsets),
        T(test_outline_and_metadata),
        T(test_same_record_gives_same_bytes),
        T(test_copy_without_disclosures_shows_none),
        T(test_nothing_is_cut_off_or_covered),
        T(test_hostile_text_is_all_there_and_breaks_nothing),
        T(test_signature_is_valid_for_the_whole_document),
        T(test_signature_of_another_authority_is_not_trusted),
        T(test_tampered_byte_makes_the_signature_invalid),
        T(test_appended_update_is_not_covered),
        T(test_what_is_no_pdf_of_ours_is_not_signed),
    };
    return cmocka_run_group_tests_name("record_pdf", tests, NULL, NULL);
}
