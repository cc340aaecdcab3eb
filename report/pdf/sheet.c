/*
 * A session form, to be written on with a pen: for each step its fields, with room for the value and the
 * time, and for the marks of who did it and who saw it; at the end the two names in ink. Its number is on it
 * as a barcode, and at the head of each page.
 */
#include "pdf/sheet.h"

#include <string.h>
#include <zint.h>

#include "base/clock.h"
#include "pdf/page.h"
#include "pdf/pdf.h"

#define ROWS_MOST   12 /* of one field; more have one line for all */
#define MODULE      1.1
#define BARS_HEIGHT 30.0

struct sheet {
    struct pdf *pdf;
    const json_t *page;
};

static struct text both(const json_t *o)
{
    return (struct text){page_str(o, "ja"), page_str(o, "en")};
}

static const char *title(struct sheet *s, const json_t *o)
{
    return pdf_both_lines(s->pdf, both(json_object_get(o, "title")));
}

/* ---- the number ---- */

static void bars(struct sheet *s, const char *text)
{
    struct zint_symbol *z = ZBarcode_Create();
    cairo_t *cr = pdf_cairo(s->pdf);
    double x0 = PDF_LEFT + PDF_INNER, y = pdf_y(s->pdf);
    z->symbology = BARCODE_CODE128;
    if (ZBarcode_Encode(z, (const unsigned char *)text, (int)strlen(text)) >= ZINT_ERROR || !z->width)
        pdf_fail(s->pdf, CPF_E_LIMIT, "barcode of the form: %s", z->errtxt);
    x0 -= z->width * MODULE;
    cairo_set_source_rgb(cr, 0, 0, 0);
    for (int col = 0; col < z->width; col++)
        if (z->encoded_data[0][col / 8] >> (col % 8) & 1)
            cairo_rectangle(cr, x0 + col * MODULE, y, MODULE, BARS_HEIGHT);
    cairo_fill(cr);
    ZBarcode_Delete(z);
}

static void head(struct sheet *s)
{
    const json_t *p = s->page;
    double y = pdf_y(s->pdf);
    bars(s, page_str(p, "form"));
    pdf_text_at(s->pdf, PDF_LEFT, y, PDF_INNER / 2, 22, PANGO_ALIGN_LEFT,
                pdf_markup(s->pdf, "<b>%s</b>", pdf_escape(s->pdf, page_str(p, "form"))));
    pdf_space(s->pdf, BARS_HEIGHT + 10);
    pdf_fact(s->pdf, (struct text){"製造番号", "Batch"},
             pdf_markup(s->pdf, "<b>%s</b>　%s", pdf_escape(s->pdf, page_str(p, "batch")),
                        pdf_both(s->pdf, both(json_object_get(p, "product")))));
    pdf_fact(s->pdf, (struct text){"製造手順", "Protocol"}, pdf_escape(s->pdf, page_str(p, "protocol")));
    pdf_fact(s->pdf, (struct text){"渡した相手", "Handed to"}, pdf_escape(s->pdf, page_str(p, "to")));
    pdf_fact(s->pdf, (struct text){"作業日・作業室", "Day and room"},
             "　　　　年　　　月　　　日　　　　　　室 <span size='82%' foreground='" PDF_GREY
             "'>room</span>");
    pdf_space(s->pdf, 4);
    pdf_text(
        s->pdf, 7.5,
        "一つの製造番号の、一つの部屋での一回の作業に使う。消えないペンで、行ったその時に書く。訂正は二重線・"
        "日付・署名。"
        "\n<span size='86%' foreground='" PDF_GREY
        "'>One session of one batch in one room. In ink, when it is done. What is wrong is struck through "
        "once, with date and name. Codes are written as the label has them.</span>");
    pdf_space(s->pdf, 6);
}

/* ---- what is written ---- */

static const char *room_for(struct sheet *s, const json_t *f)
{
    const json_t *list = json_object_get(f, "options"), *o;
    const char *text = "", *unit = page_str(f, "unit");
    size_t i;
    json_array_foreach((json_t *)list, i, o) text =
        pdf_markup(s->pdf, "%s%s□ %s", text, i ? "\n" : "", pdf_both(s->pdf, both(o)));
    if (*text)
        return text;
    return pdf_markup(s->pdf, "\n　　　　　　　　　　　　%s\n", pdf_escape(s->pdf, unit));
}

static void field_rows(struct sheet *s, struct pdf_table *t, const json_t *f)
{
    int n = (int)json_integer_value(json_object_get(f, "n"));
    bool all = json_is_true(json_object_get(f, "all"));
    int rows = n <= ROWS_MOST ? n : 1;
    for (int i = 0; i < rows; i++) {
        const char *name = title(s, f);
        if (rows > 1)
            name = pdf_markup(s->pdf, "%s　<b>%d/%d</b>", name, i + 1, n);
        else if (n > 1)
            name = pdf_markup(s->pdf, "%s　<b>×%d</b>", name, n);
        else if (all)
            name = pdf_markup(s->pdf, "%s　<b>すべて</b> <span size='82%%'>all</span>", name);
        const char *cell[] = {name, room_for(s, f), "\n　　：", "", ""};
        pdf_table_row(t, cell, PDF_PLAIN);
    }
}

static void steps(struct sheet *s)
{
    static const struct pdf_column column[] = {{34, {"欄", "Field"}},
                                               {36, {"値・コード", "Value or code"}},
                                               {10, {"時刻", "Time"}},
                                               {10, {"実施", "Done"}},
                                               {10, {"確認", "Seen"}}};
    const json_t *list = json_object_get(s->page, "steps"), *x, *f;
    struct pdf_table t;
    size_t i, k;
    pdf_table_begin(&t, s->pdf, column, 5, 8.5);
    json_array_foreach((json_t *)list, i, x)
    {
        pdf_table_need(&t, 90);
        pdf_table_band(&t, pdf_markup(s->pdf, "<b>%s</b>　<span size='82%%'>%s</span>",
                                      pdf_both(s->pdf, both(json_object_get(x, "title"))),
                                      pdf_escape(s->pdf, page_str(x, "step"))));
        json_array_foreach(json_object_get(x, "fields"), k, f) field_rows(s, &t, f);
    }
    pdf_table_end(&t);
}

static void names(struct sheet *s)
{
    static const struct pdf_column column[] = {{28, {"", ""}},
                                               {26, {"氏名（署名）", "Name, in ink"}},
                                               {14, {"職員ID", "ID"}},
                                               {32, {"日付・時刻", "Day and time"}}};
    static const struct text who[] = {{"実施者", "Done by"},
                                      {"確認者", "Seen by"},
                                      {"入力者（復旧後）", "Typed in by, afterwards"},
                                      {"照合者（別の人）", "Checked by another"}};
    struct pdf_table t;
    pdf_need(s->pdf, 190);
    pdf_space(s->pdf, 10);
    pdf_table_begin(&t, s->pdf, column, 4, 9);
    for (size_t i = 0; i < sizeof(who) / sizeof(*who); i++) {
        const char *cell[] = {pdf_both_lines(s->pdf, who[i]), "\n\n", "", ""};
        pdf_table_row(&t, cell, PDF_PLAIN);
    }
    pdf_table_end(&t);
}

static void draw(void *arg)
{
    struct sheet *s = arg;
    head(s);
    steps(s);
    names(s);
}

int report_sheet(struct scan *scan, const struct report_request *q, struct buf *ret, char **ret_error)
{
    struct sheet s = {.page = json_object_get(q->all, "page")};
    struct pdf_info info = {.title = {"作業用紙（停止中の記録）", "Session form, for an outage"},
                            .batch = page_str(s.page, "batch"),
                            .issue = page_str(s.page, "form"),
                            .facility = page_str(json_object_get(s.page, "name"), "ja"),
                            .subject = "session form"};
    (void)scan;
    return pdf_of_page(&info, q, &s.pdf, draw, &s, ret, ret_error);
}
