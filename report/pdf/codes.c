/*
 * A sheet of codes for the bench: a Data Matrix each, what it means beside it, and the code in letters, so
 * that it can be typed. Large enough to be read through a sleeve, and far enough apart that one is read and
 * no other.
 */
#include "pdf/codes.h"

#include <string.h>
#include <zint.h>

#include "pdf/page.h"
#include "pdf/pdf.h"

#define COLUMNS 3
#define CELL    78.0 /* from one to the next below, points: 27 mm */
#define SIZE    48.0 /* of a symbol, with its quiet zone beside it: 17 mm */
#define GAP     8.0

struct sheet {
    struct pdf *pdf;
    const json_t *page;
};

static struct text both(const json_t *o)
{
    return (struct text){page_str(o, "ja"), page_str(o, "en")};
}

static void symbol(struct sheet *s, double x, double y, const char *text)
{
    struct zint_symbol *z = ZBarcode_Create();
    cairo_t *cr = pdf_cairo(s->pdf);
    z->symbology = BARCODE_DATAMATRIX;
    z->option_3 = DM_SQUARE;
    if (ZBarcode_Encode(z, (const unsigned char *)text, (int)strlen(text)) >= ZINT_ERROR || !z->width)
        pdf_fail(s->pdf, CPF_E_LIMIT, "code %s: %s", text, z->errtxt);
    double module = z->width ? SIZE / z->width : 0;
    cairo_set_source_rgb(cr, 0, 0, 0);
    for (int row = 0; row < z->rows; row++)
        for (int col = 0; col < z->width; col++)
            if (z->encoded_data[row][col / 8] >> (col % 8) & 1)
                cairo_rectangle(cr, x + col * module, y + row * module, module, module);
    cairo_fill(cr);
    ZBarcode_Delete(z);
}

static void cell(struct sheet *s, double x, double y, double width, const json_t *c)
{
    struct text t = both(json_object_get(c, "title"));
    const char *code = page_str(c, "code");
    bool one = strcmp(t.ja, t.en) == 0;
    symbol(s, x, y, code);
    double left = x + SIZE + GAP, room = width - SIZE - 2 * GAP;
    double h = pdf_text_at(s->pdf, left, y, room, 8.5, PANGO_ALIGN_LEFT,
                           pdf_markup(s->pdf, "<b>%s</b>", pdf_escape(s->pdf, t.ja)));
    if (!one)
        pdf_text_at(s->pdf, left, y + h, room, 6.5, PANGO_ALIGN_LEFT, pdf_escape(s->pdf, t.en));
    pdf_text_at(s->pdf, x, y + SIZE + 3, width - GAP, 6.5, PANGO_ALIGN_LEFT,
                pdf_markup(s->pdf, "<tt>%s</tt>", pdf_escape(s->pdf, code)));
}

static void group(struct sheet *s, const json_t *g)
{
    const json_t *codes = json_object_get(g, "codes"), *c;
    double width = PDF_INNER / COLUMNS, y = 0;
    size_t i;
    pdf_need(s->pdf, CELL + 40);
    pdf_heading(s->pdf, 2, both(json_object_get(g, "title")));
    pdf_space(s->pdf, 6);
    json_array_foreach((json_t *)codes, i, c)
    {
        if (i % COLUMNS == 0) {
            pdf_need(s->pdf, CELL);
            y = pdf_y(s->pdf);
            pdf_space(s->pdf, CELL);
        }
        cell(s, PDF_LEFT + (double)(i % COLUMNS) * width, y, width, c);
    }
}

static void draw(void *arg)
{
    struct sheet *s = arg;
    const json_t *groups = json_object_get(s->page, "groups"), *g;
    size_t i;
    json_array_foreach((json_t *)groups, i, g) group(s, g);
}

int report_codes(struct scan *scan, const struct report_request *q, struct buf *ret, char **ret_error)
{
    struct sheet s = {.page = json_object_get(q->all, "page")};
    struct pdf_info info = {.title = both(json_object_get(s.page, "title")),
                            .batch = "",
                            .facility = page_str(json_object_get(s.page, "name"), "ja"),
                            .subject = "code sheet"};
    (void)scan;
    return pdf_of_page(&info, q, &s.pdf, draw, &s, ret, ret_error);
}
