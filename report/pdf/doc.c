#include "pdf/pdf.h"

#include <cairo-pdf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zint.h>

#include "pdf/int.h"

#define PAGES_MAX 2000

void pdf_fail(struct pdf *p, int code, const char *fmt, ...)
{
    va_list ap;
    if (p->err)
        return;
    p->err = code;
    va_start(ap, fmt);
    require(vasprintf(&p->error, fmt, ap) >= 0);
    va_end(ap);
}

struct arena *pdf_arena(struct pdf *p)
{
    return &p->arena;
}

/* ---- pages ---- */

static void draw_head(struct pdf *p);
static void draw_foot(struct pdf *p);

static void page_new(struct pdf *p)
{
    p->y = PDF_TOP;
    if (p->npages == PAGES_MAX) {
        pdf_fail(p, CPF_E_LIMIT, "more than %d pages", PAGES_MAX);
        return;
    }
    if (!p->dry && p->npages)
        cairo_show_page(p->cr);
    p->npages++;
    cairo_set_line_width(p->cr, 0.4);
    if (!p->dry && !p->err) {
        draw_head(p);
        draw_foot(p);
    }
}

cairo_t *pdf_cairo(struct pdf *p)
{
    return p->cr;
}

double pdf_y(const struct pdf *p)
{
    return p->y;
}

double pdf_left(const struct pdf *p)
{
    return PDF_HEIGHT - PDF_BOTTOM - p->y;
}

void pdf_space(struct pdf *p, double height)
{
    p->y += height;
}

void pdf_page(struct pdf *p)
{
    if (p->y > PDF_TOP)
        page_new(p);
}

void pdf_need(struct pdf *p, double height)
{
    if (pdf_left(p) < height)
        pdf_page(p);
}

/* ---- headings ---- */

static void keep_heading(struct pdf *p, int level, struct text title)
{
    if (!p->dry)
        return;
    p->heading = xrealloc(p->heading, (p->nheadings + 1) * sizeof(*p->heading));
    p->heading[p->nheadings++] = (struct heading){level, title, (int)p->npages, p->y};
}

void pdf_heading(struct pdf *p, int level, struct text title)
{
    double size = level == 1 ? 12.5 : 9.5;
    pdf_need(p, level == 1 ? 165 : 80); /* with what stands below it */
    if (p->y > PDF_TOP)
        pdf_space(p, level == 1 ? 14 : 7);
    keep_heading(p, level, title);
    pdf_text(p, size, pdf_markup(p, "<b>%s</b>", pdf_both(p, title)));
    if (level == 1) {
        cairo_set_source_rgb(p->cr, 0.15, 0.25, 0.4);
        cairo_rectangle(p->cr, PDF_LEFT, p->y + 1, PDF_INNER, 1.1);
        cairo_fill(p->cr);
        pdf_space(p, 4);
    }
    pdf_space(p, 3);
}

/* In two columns. */
void pdf_contents(struct pdf *p, int n)
{
    const double width = PDF_INNER / 2 - 12;
    int half = (n + 1) / 2, at = 0;
    pdf_need(p, half * CONTENTS_LINE);
    for (size_t i = 0; i < p->nheadings && at < n && !p->dry; i++) {
        if (p->heading[i].level != 1)
            continue;
        int column = at / half, line = at % half;
        double x = PDF_LEFT + column * (width + 24), y = p->y + line * CONTENTS_LINE;
        pdf_text_at(p, x, y, 0, 8, PANGO_ALIGN_LEFT, pdf_both(p, p->heading[i].title));
        pdf_text_at(p, x, y, width, 8, PANGO_ALIGN_RIGHT, pdf_markup(p, "%d", p->heading[i].page));
        at++;
    }
    pdf_space(p, half * CONTENTS_LINE);
}

static void outline(struct pdf *p)
{
    int parent = CAIRO_PDF_OUTLINE_ROOT;
    for (size_t i = 0; i < p->nheadings; i++) {
        const struct heading *h = &p->heading[i];
        char where[80];
        snprintf(where, sizeof(where), "page=%d pos=[%d %d]", h->page, 0, (int)h->y);
        const char *name = arena_printf(&p->arena, "%s %s", h->title.ja,
                                        strcmp(h->title.ja, h->title.en) != 0 ? h->title.en : "");
        int up = h->level == 1 ? CAIRO_PDF_OUTLINE_ROOT : parent;
        int id = cairo_pdf_surface_add_outline(p->surface, up, name, where, 0);
        if (h->level == 1)
            parent = id;
    }
}

/* ---- head and foot ---- */

/* The checkpoint as a QR code, byte for byte: a picture of one pixel a module, put on each page. */
static cairo_surface_t *make_qr(struct pdf *p)
{
    struct zint_symbol *z = ZBarcode_Create();
    cairo_surface_t *s = NULL;
    z->symbology = BARCODE_QRCODE;
    z->input_mode = DATA_MODE;
    z->option_1 = 2; /* 15 % may be lost */
    if (ZBarcode_Encode(z, (const unsigned char *)p->info->note, (int)p->info->note_len) >= ZINT_ERROR ||
        !z->width) {
        pdf_fail(p, CPF_E_LIMIT, "QR code of the checkpoint: %s", z->errtxt);
    } else {
        s = cairo_image_surface_create(CAIRO_FORMAT_RGB24, z->width, z->rows);
        cairo_t *cr = cairo_create(s);
        cairo_set_source_rgb(cr, 1, 1, 1);
        cairo_paint(cr);
        cairo_set_source_rgb(cr, 0, 0, 0);
        for (int row = 0; row < z->rows; row++)
            for (int col = 0; col < z->width; col++)
                if (z->encoded_data[row][col / 8] >> (col % 8) & 1)
                    cairo_rectangle(cr, col, row, 1, 1);
        cairo_fill(cr);
        cairo_destroy(cr);
        p->qr_modules = z->width;
    }
    ZBarcode_Delete(z);
    return s;
}

static void draw_qr(struct pdf *p, double x, double y, double size)
{
    if (!p->qr)
        return;
    cairo_save(p->cr);
    cairo_translate(p->cr, x, y);
    cairo_scale(p->cr, size / p->qr_modules, size / p->qr_modules);
    cairo_set_source_surface(p->cr, p->qr, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(p->cr), CAIRO_FILTER_NEAREST);
    cairo_paint(p->cr);
    cairo_restore(p->cr);
}

static void draw_head(struct pdf *p)
{
    const struct pdf_info *i = p->info;
    pdf_text_at(p, PDF_LEFT, 22, PDF_INNER, 8, PANGO_ALIGN_LEFT,
                pdf_markup(p, "<b>%s　%s</b>", pdf_both(p, i->title), pdf_escape(p, i->batch)));
    pdf_text_at(
        p, PDF_LEFT, 22, PDF_INNER, 7, PANGO_ALIGN_RIGHT,
        pdf_markup(p, "発行番号 <span size='smaller'>issue</span> <b>%s</b>", pdf_escape(p, i->issue)));
    if (i->training)
        pdf_text_at(p, PDF_LEFT, 33, PDF_INNER, 6.5, PANGO_ALIGN_LEFT,
                    "<span foreground='" PDF_RED
                    "'>訓練用の記録：実在の製品ではなく、時刻は模擬である。 TRAINING LOG: no "
                    "real product; the clock is simulated.</span>");
    if (i->notice.ja)
        pdf_text_at(p, PDF_LEFT, 33, PDF_INNER, 6.5, i->training ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT,
                    pdf_markup(p, "<span foreground='" PDF_RED "'>%s</span>", pdf_both(p, i->notice)));
    cairo_set_source_rgb(p->cr, 0.5, 0.5, 0.5);
    cairo_rectangle(p->cr, PDF_LEFT, 43, PDF_INNER, 0.5);
    cairo_fill(p->cr);
}

/* The note's lines, its root and signature broken so that they fit. */
static void draw_foot(struct pdf *p)
{
    const double top = PDF_HEIGHT - PDF_BOTTOM + 8, qr = 58, x = PDF_LEFT + qr + 8;
    cairo_set_source_rgb(p->cr, 0.5, 0.5, 0.5);
    cairo_rectangle(p->cr, PDF_LEFT, top - 4, PDF_INNER, 0.5);
    cairo_fill(p->cr);
    draw_qr(p, PDF_LEFT, top + 1, qr);
    double y = top;
    y += pdf_text_at(p, x, y, PDF_INNER - qr - 8, 6, PANGO_ALIGN_LEFT,
                     "記録簿のチェックポイント <span foreground='" PDF_GREY
                     "'>checkpoint of the log that this copy speaks "
                     "for: name, size, root, signature</span>");
    pdf_text_at(p, x, y, PDF_INNER - qr - 8, 5.6, PANGO_ALIGN_LEFT, p->foot_note);
    if (p->any_coded)
        pdf_text_at(p, PDF_LEFT, PDF_HEIGHT - 36, PDF_INNER, 6, PANGO_ALIGN_RIGHT,
                    "<span foreground='" PDF_RED "'>[U+nnnn]</span>：この書体で示せない文字の符号位置 "
                    "<span foreground='" PDF_GREY
                    "'>a character that this font cannot show, by its code</span>");
    pdf_text_at(p, PDF_LEFT, PDF_HEIGHT - 26, PDF_INNER, 6, PANGO_ALIGN_LEFT,
                pdf_markup(p, "作成 <span foreground='" PDF_GREY "'>made</span> %s　%s",
                           pdf_escape(p, p->info->made_text), pdf_escape(p, p->info->facility)));
    pdf_text_at(p, PDF_LEFT, PDF_HEIGHT - 28, PDF_INNER, 8, PANGO_ALIGN_RIGHT,
                pdf_markup(p,
                           "<b>%zu / %zu</b> 頁 <span size='smaller' foreground='" PDF_GREY
                           "'>page %zu of %zu</span>",
                           p->npages, p->total, p->npages, p->total));
}

static const char *foot_note(struct pdf *p)
{
    struct buf b;
    const char *s = p->info->note, *end = s + p->info->note_len;
    buf_init(&b);
    for (; s < end; s++)
        if (*s != '\n')
            buf_addc(&b, *s);
        else if (s + 1 < end && s[1] != '\n' && b.len && b.data[b.len - 1] != '\n')
            buf_addc(&b, '\n');
    const char *text = pdf_escape(p, b.data ? b.data : "");
    buf_fini(&b);
    return text;
}

/* ---- writing ---- */

static cairo_status_t write_some(void *arg, const unsigned char *data, unsigned len)
{
    buf_add(arg, data, len);
    return CAIRO_STATUS_SUCCESS;
}

/* cairo wants local time without a zone, or one with; the metadata are in UTC. */
static void metadata(struct pdf *p)
{
    const struct pdf_info *i = p->info;
    char when[32];
    time_t t = (time_t)(i->made / 1000);
    struct tm tm;
    gmtime_r(&t, &tm);
    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
    const char *title = arena_printf(&p->arena, "%s %s %s", i->title.ja, i->title.en, i->batch);
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_TITLE, title);
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_AUTHOR, i->facility);
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_SUBJECT, i->subject);
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_KEYWORDS, i->issue);
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATOR, "cpf-report " CPF_VERSION);
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATE_DATE, when);
}

/* A first round only counts pages and finds where the headings stand; the second one draws. */
static void round_begin(struct pdf *p, struct buf *out)
{
    if (p->cr)
        cairo_destroy(p->cr);
    if (p->surface)
        cairo_surface_destroy(p->surface);
    p->surface = p->dry ? cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1)
                        : cairo_pdf_surface_create_for_stream(write_some, out, PDF_WIDTH, PDF_HEIGHT);
    if (!p->dry) {
        /* Newer cairo writes 1.5 with an xref stream; sign.c appends to a table (ISO 32000-1 7.5.4). */
        cairo_pdf_surface_restrict_to_version(p->surface, CAIRO_PDF_VERSION_1_4);
        metadata(p);
        outline(p);
    }
    p->cr = cairo_create(p->surface);
    p->npages = 0;
    p->coded = 0;
    page_new(p);
}

int pdf_make(struct pdf *p, void (*draw)(void *arg), void *arg, struct buf *ret, char **ret_error)
{
    struct buf out;
    buf_init(&out);
    p->dry = true;
    p->qr = make_qr(p);
    p->foot_note = foot_note(p);
    round_begin(p, NULL);
    draw(arg);
    p->total = p->npages;
    p->any_coded = p->coded > 0;
    p->dry = false;
    round_begin(p, &out);
    draw(arg);
    cairo_show_page(p->cr);
    cairo_surface_finish(p->surface);
    cairo_status_t status = cairo_surface_status(p->surface);
    if (status != CAIRO_STATUS_SUCCESS)
        pdf_fail(p, CPF_E_IO, "cairo: %s", cairo_status_to_string(status));
    if (p->npages != p->total)
        pdf_fail(p, CPF_E_STATE, "%zu pages were counted, %zu drawn", p->total, p->npages);
    if (p->err)
        *ret_error = xstrdup(p->error);
    else
        buf_add(ret, out.data, out.len);
    buf_fini(&out);
    return p->err;
}

/* ---- life ---- */

/* Fontconfig offers something else for a family that is not there: what came must be what was asked for. */
PangoFont *pdf_font(PangoContext *context, char **ret_error)
{
    PangoFontDescription *d = pango_font_description_from_string(PDF_FONT " 8");
    PangoFont *f = pango_context_load_font(context, d);
    PangoFontDescription *got = f ? pango_font_describe(f) : NULL;
    const char *family = got ? pango_font_description_get_family(got) : "nothing";
    if (strcmp(family, PDF_FONT) != 0) {
        require(asprintf(ret_error, "the font %s is not installed (package fonts-noto-cjk); there is %s",
                         PDF_FONT, family) >= 0);
        if (f)
            g_object_unref(f);
        f = NULL;
    }
    if (got)
        pango_font_description_free(got);
    pango_font_description_free(d);
    return f;
}

int pdf_new(const struct pdf_info *info, struct pdf **ret, char **ret_error)
{
    struct pdf *p = xcalloc(1, sizeof(*p));
    p->info = info;
    arena_init(&p->arena, 0);
    map_init(&p->layouts);
    p->map = pango_cairo_font_map_new();
    p->context = pango_font_map_create_context(p->map);
    pango_cairo_context_set_resolution(p->context, 72);
    pango_context_set_language(p->context, pango_language_from_string("ja"));
    pango_context_set_round_glyph_positions(p->context, FALSE);
    cairo_font_options_t *o = cairo_font_options_create();
    cairo_font_options_set_hint_style(o, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(o, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(o, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(p->context, o);
    cairo_font_options_destroy(o);
    p->font = pdf_font(p->context, ret_error);
    if (!p->font) {
        pdf_free(p);
        return CPF_E_STATE;
    }
    *ret = p;
    return 0;
}

void pdf_free(struct pdf *p)
{
    if (!p)
        return;
    if (p->cr)
        cairo_destroy(p->cr);
    if (p->qr)
        cairo_surface_destroy(p->qr);
    if (p->surface)
        cairo_surface_destroy(p->surface);
    size_t pos = 0;
    for (PangoLayout *l; (l = map_next(&p->layouts, &pos));)
        g_object_unref(l);
    map_fini(&p->layouts);
    if (p->font)
        g_object_unref(p->font);
    g_object_unref(p->context);
    g_object_unref(p->map);
    free(p->heading);
    free(p->error);
    arena_fini(&p->arena);
    free(p);
}
