#include "pdf/label.h"

#include <cairo-pdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zint.h>

#include "pdf/page.h"

#define UM_INCH      25400.0
#define POINTS_INCH  72.0
#define STEP         2    /* tenths of a point, from one size to the next smaller one */
#define MODULE_LEAST 250  /* micrometres: finer ones are not read through a film at arm's length */
#define DOTS_LEAST   2    /* of the printer's, a module */
#define DARK         0x80 /* of 255: a dot is burnt */

struct drawing {
    PangoFontMap *map;
    PangoContext *context;
    cairo_t *cr;                 /* of the label under way */
    double scale;                /* its units in one micrometre */
    bool dots;                   /* whole ones: the printer has no others */
    const json_t *label, *unfit; /* field that does not fit, and its label */
    char *error;
};

static double number(const json_t *o, const char *name)
{
    return (double)json_integer_value(json_object_get(o, name));
}

/* ---- letters ---- */

static PangoLayout *layout_of(struct drawing *d, const json_t *f, int tenths, PangoWrapMode wrap)
{
    PangoLayout *l = pango_layout_new(d->context);
    PangoFontDescription *font = pango_font_description_from_string(PDF_FONT);
    PangoAttrList *attrs = pango_attr_list_new();
    double points = tenths / 10.0 / POINTS_INCH * UM_INCH * d->scale;
    pango_font_description_set_absolute_size(font, points * PANGO_SCALE);
    if (json_is_true(json_object_get(f, "bold")))
        pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
    pango_attr_list_insert(attrs, pango_attr_fallback_new(FALSE));
    pango_attr_list_insert(attrs, pango_attr_insert_hyphens_new(FALSE));
    pango_layout_set_font_description(l, font);
    pango_layout_set_attributes(l, attrs);
    pango_layout_set_auto_dir(l, FALSE);
    pango_layout_set_line_spacing(l, 0.82F); /* the font's own lines are 1.45 em apart */
    pango_layout_set_width(l, (int)(number(f, "width") * d->scale * PANGO_SCALE));
    pango_layout_set_wrap(l, wrap);
    pango_layout_set_text(l, page_str(f, "text"), -1);
    pango_font_description_free(font);
    pango_attr_list_unref(attrs);
    return l;
}

/* Its ink, too: what hangs below the last line is part of a letter. */
static bool fits(struct drawing *d, const json_t *f, PangoLayout *l)
{
    PangoRectangle ink, logical;
    double width = number(f, "width") * d->scale, height = number(f, "height") * d->scale;
    pango_layout_get_extents(l, &ink, &logical);
    int bottom = ink.y + ink.height > logical.height ? ink.y + ink.height : logical.height;
    int right = ink.x + ink.width > logical.width ? ink.x + ink.width : logical.width;
    return bottom <= height * PANGO_SCALE && right <= width * PANGO_SCALE;
}

static bool draw_wrapped(struct drawing *d, const json_t *f, PangoWrapMode wrap)
{
    int least = (int)number(f, "least");
    for (int tenths = (int)number(f, "font"); tenths >= least; tenths -= STEP) {
        PangoLayout *l = layout_of(d, f, tenths, wrap);
        bool good = fits(d, f, l) && pango_layout_get_unknown_glyphs_count(l) == 0;
        if (good && d->cr) {
            cairo_move_to(d->cr, number(f, "x") * d->scale, number(f, "y") * d->scale);
            pango_cairo_show_layout(d->cr, l);
        }
        g_object_unref(l);
        if (good)
            return true;
    }
    return false;
}

/* Broken where words end; a long number is broken anywhere rather than not printed. */
static bool draw_text(struct drawing *d, const json_t *f)
{
    return draw_wrapped(d, f, PANGO_WRAP_WORD_CHAR) || draw_wrapped(d, f, PANGO_WRAP_CHAR);
}

/* ---- codes ---- */

/* The side of a module, so that the whole fits into the box; 0: it would be too small. */
static double module_of(const struct drawing *d, const json_t *f, int modules)
{
    double side = number(f, "width") * d->scale / modules;
    if (d->dots)
        side = (int)side;
    return side < MODULE_LEAST * d->scale || (d->dots && side < DOTS_LEAST) ? 0 : side;
}

static void draw_modules(struct drawing *d, const json_t *f, const struct zint_symbol *z, double side)
{
    double slack = (number(f, "width") * d->scale - side * z->width) / 2,
           x = number(f, "x") * d->scale + slack, y = number(f, "y") * d->scale + slack;
    if (d->dots) {
        x = (int)(x + 0.5);
        y = (int)(y + 0.5);
    }
    for (int row = 0; row < z->rows; row++)
        for (int col = 0; col < z->width; col++)
            if (z->encoded_data[row][col / 8] >> (col % 8) & 1)
                cairo_rectangle(d->cr, x + col * side, y + row * side, side, side);
    cairo_fill(d->cr);
}

static bool draw_code(struct drawing *d, const json_t *f)
{
    struct zint_symbol *z = ZBarcode_Create();
    const char *text = page_str(f, "text");
    z->symbology = BARCODE_DATAMATRIX;
    z->option_3 = DM_SQUARE;
    bool made = ZBarcode_Encode(z, (const unsigned char *)text, (int)strlen(text)) < ZINT_ERROR && z->width;
    double side = made ? module_of(d, f, z->width) : 0;
    if (side > 0 && d->cr)
        draw_modules(d, f, z, side);
    ZBarcode_Delete(z);
    return side > 0;
}

/* ---- a label ---- */

static bool draw_label(struct drawing *d, const json_t *label)
{
    const json_t *f;
    size_t i;
    d->label = label;
    json_array_foreach(json_object_get(label, "fields"), i, f)
    {
        bool code = strcmp(page_str(f, "shows"), "code") == 0;
        if (d->cr)
            cairo_set_source_rgb(d->cr, 0, 0, 0);
        if (code ? !draw_code(d, f) : !draw_text(d, f)) {
            d->unfit = f;
            return false;
        }
    }
    return true;
}

/* All of them, or none: what does not fit is found before anything is drawn. */
static bool all_fit(struct drawing *d, const json_t *labels)
{
    const json_t *label;
    size_t i;
    d->cr = NULL;
    json_array_foreach((json_t *)labels, i, label) if (!draw_label(d, label)) return false;
    return true;
}

static void tell_unfit(const struct drawing *d, struct buf *ret)
{
    json_t *o = json_pack("{s:{s:s,s:s,s:s}}", "unfit", "container", page_str(d->label, "container"), "shows",
                          page_str(d->unfit, "shows"), "text", page_str(d->unfit, "text"));
    char *text = json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS);
    buf_puts(ret, text ? text : "");
    free(text);
    json_decref(o);
}

/* ---- PDF ---- */

static cairo_status_t write_some(void *arg, const unsigned char *data, unsigned len)
{
    buf_add(arg, data, len);
    return CAIRO_STATUS_SUCCESS;
}

static int make_pdf(struct drawing *d, const json_t *labels, struct buf *ret)
{
    cairo_surface_t *s = cairo_pdf_surface_create_for_stream(write_some, ret, 72, 72);
    const json_t *label;
    size_t i;
    json_array_foreach((json_t *)labels, i, label)
    {
        cairo_pdf_surface_set_size(s, number(label, "width") * d->scale, number(label, "height") * d->scale);
        d->cr = cairo_create(s);
        (void)draw_label(d, label);
        cairo_show_page(d->cr);
        cairo_destroy(d->cr);
    }
    cairo_surface_finish(s);
    cairo_status_t status = cairo_surface_status(s);
    cairo_surface_destroy(s);
    if (status == CAIRO_STATUS_SUCCESS)
        return 0;
    d->error = xstrdup(cairo_status_to_string(status));
    return CPF_E_IO;
}

/* ---- ZPL: Zebra's ^GF, format A, a bit a dot, the first one the highest ---- */

static void put_row(struct buf *ret, const unsigned char *dots, int width)
{
    static const char hex[] = "0123456789ABCDEF";
    for (int x = 0; x < (width + 7) / 8 * 8; x += 4) {
        unsigned four = 0;
        for (int k = 0; k < 4; k++)
            four |= (x + k < width && dots[x + k] >= DARK ? 8U : 0U) >> k;
        buf_addc(ret, hex[four]);
    }
}

static void put_picture(struct buf *ret, cairo_surface_t *s)
{
    int width = cairo_image_surface_get_width(s), height = cairo_image_surface_get_height(s);
    int bytes = (width + 7) / 8, stride = cairo_image_surface_get_stride(s);
    const unsigned char *data = cairo_image_surface_get_data(s);
    buf_printf(ret, "^XA^PW%d^LL%d^LH0,0^PON^FO0,0^GFA,%d,%d,%d,", width, height, bytes * height,
               bytes * height, bytes);
    for (int y = 0; y < height; y++)
        put_row(ret, data + (size_t)y * (size_t)stride, width);
    buf_puts(ret, "^FS^PQ1^XZ\n");
}

static int make_zpl(struct drawing *d, const json_t *labels, struct buf *ret)
{
    const json_t *label;
    size_t i;
    json_array_foreach((json_t *)labels, i, label)
    {
        cairo_surface_t *s =
            cairo_image_surface_create(CAIRO_FORMAT_A8, (int)(number(label, "width") * d->scale + 0.5),
                                       (int)(number(label, "height") * d->scale + 0.5));
        d->cr = cairo_create(s);
        (void)draw_label(d, label);
        cairo_surface_flush(s);
        put_picture(ret, s);
        cairo_destroy(d->cr);
        cairo_surface_destroy(s);
    }
    return 0;
}

/* ---- the document ---- */

static void drawing_begin(struct drawing *d, double dpi, bool dots)
{
    cairo_font_options_t *o = cairo_font_options_create();
    d->dots = dots;
    d->scale = dpi / UM_INCH;
    d->map = pango_cairo_font_map_new();
    d->context = pango_font_map_create_context(d->map);
    pango_context_set_language(d->context, pango_language_from_string("ja"));
    pango_context_set_round_glyph_positions(d->context, FALSE);
    cairo_font_options_set_hint_style(o, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(o, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(o, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(d->context, o);
    cairo_font_options_destroy(o);
}

static int make(struct drawing *d, const json_t *labels, struct buf *ret)
{
    PangoFont *font = pdf_font(d->context, &d->error);
    if (!font)
        return CPF_E_STATE;
    g_object_unref(font);
    if (!all_fit(d, labels)) {
        tell_unfit(d, ret);
        return 0;
    }
    return d->dots ? make_zpl(d, labels, ret) : make_pdf(d, labels, ret);
}

int report_label(struct scan *scan, const struct report_request *q, struct buf *ret, char **ret_error)
{
    const json_t *page = json_object_get(q->all, "page"), *labels = json_object_get(page, "labels");
    bool dots = strcmp(page_str(page, "as"), "zpl") == 0;
    double dpi = dots ? number(page, "dpi") : POINTS_INCH;
    size_t n = json_array_size(labels);
    struct drawing d = {0};
    (void)scan;
    if (!n || n > LABELS_MOST || (dots && (dpi < LABEL_DPI_LEAST || dpi > LABEL_DPI_MOST))) {
        *ret_error = xstrdup("labels, and for ZPL the printer's dpi, are needed");
        return CPF_E_INVAL;
    }
    drawing_begin(&d, dpi, dots);
    int err = make(&d, labels, ret);
    *ret_error = err && !d.error ? xstrdup("label") : d.error;
    g_object_unref(d.context);
    g_object_unref(d.map);
    return err;
}
