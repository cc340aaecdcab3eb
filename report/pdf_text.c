/* Text: layouts in the one font, markup, tables. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pdf_int.h"

/* ---- layouts ------------------------------------------------------------------ */

/* The first character without a glyph, for the message. */
static void name_unknown(struct pdf *p, PangoLayout *l)
{
    const char *text = pango_layout_get_text(l);
    for (const char *s = text; *s; s = g_utf8_next_char(s)) {
        char one[8] = {0};
        PangoLayout *t = pango_layout_copy(l);
        memcpy(one, s, (size_t)(g_utf8_next_char(s) - s));
        pango_layout_set_attributes(t, NULL);
        PangoAttrList *attrs = pango_attr_list_new();
        pango_attr_list_insert(attrs, pango_attr_fallback_new(FALSE));
        pango_layout_set_attributes(t, attrs);
        pango_attr_list_unref(attrs);
        pango_layout_set_text(t, one, -1);
        int unknown = pango_layout_get_unknown_glyphs_count(t);
        g_object_unref(t);
        if (unknown) {
            pdf_fail(p, CPF_E_NOTFOUND, "the font %s has no glyph for U+%04X", PDF_FONT, g_utf8_get_char(s));
            return;
        }
    }
    pdf_fail(p, CPF_E_NOTFOUND, "the font %s lacks a glyph", PDF_FONT);
}

static void set_markup(struct pdf *p, PangoLayout *l, const char *markup)
{
    PangoAttrList *attrs = NULL;
    char *text = NULL;
    GError *e = NULL;
    if (!pango_parse_markup(markup, -1, 0, &attrs, &text, NULL, &e)) {
        pdf_fail(p, CPF_E_SYNTAX, "markup: %s", e->message);
        g_error_free(e);
        return;
    }
    pango_attr_list_insert(attrs, pango_attr_fallback_new(FALSE));
    pango_attr_list_insert(attrs, pango_attr_insert_hyphens_new(FALSE)); /* ids are broken as they are */
    pango_layout_set_text(l, text, -1);
    pango_layout_set_attributes(l, attrs);
    pango_attr_list_unref(attrs);
    g_free(text);
}

PangoLayout *pdf_layout(struct pdf *p, double width, double size, PangoAlignment align, const char *markup)
{
    PangoLayout *l = pango_layout_new(p->context);
    PangoFontDescription *d = pango_font_description_new();
    pango_font_description_set_family_static(d, PDF_FONT);
    pango_font_description_set_size(d, (int)(size * PANGO_SCALE));
    pango_layout_set_font_description(l, d);
    pango_font_description_free(d);
    pango_layout_set_line_spacing(l, 0.82F); /* the font's own lines are 1.45 em apart */
    if (width > 0) {
        pango_layout_set_width(l, (int)(width * PANGO_SCALE));
        pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
        pango_layout_set_alignment(l, align);
    }
    set_markup(p, l, markup);
    if (pango_layout_get_unknown_glyphs_count(l))
        name_unknown(p, l);
    return l;
}

double pdf_layout_height(PangoLayout *l)
{
    int w, h;
    pango_layout_get_size(l, &w, &h);
    return (double)h / PANGO_SCALE;
}

void pdf_show(struct pdf *p, double x, double y, PangoLayout *l)
{
    cairo_set_source_rgb(p->cr, 0, 0, 0);
    cairo_move_to(p->cr, x, y);
    pango_cairo_show_layout(p->cr, l);
}

double pdf_text_at(struct pdf *p, double x, double y, double width, double size, PangoAlignment align,
                   const char *markup)
{
    PangoLayout *l = pdf_layout(p, width, size, align, markup);
    double h = pdf_layout_height(l);
    pdf_show(p, x, y, l);
    g_object_unref(l);
    return h;
}

double pdf_text_width(struct pdf *p, double size, const char *markup)
{
    PangoLayout *l = pdf_layout(p, 0, size, PANGO_ALIGN_LEFT, markup);
    int w, h;
    pango_layout_get_size(l, &w, &h);
    g_object_unref(l);
    return (double)w / PANGO_SCALE;
}

/* A paragraph longer than the page goes on over the leaf, line by line. */
void pdf_text(struct pdf *p, double size, const char *markup)
{
    PangoLayout *l = pdf_layout(p, PDF_INNER, size, PANGO_ALIGN_LEFT, markup);
    pdf_need(p, pdf_layout_height(l));
    pdf_show(p, PDF_LEFT, p->y, l);
    p->y += pdf_layout_height(l);
    g_object_unref(l);
}

/* ---- markup --------------------------------------------------------------------- */

/* Super- and subscripts of Unicode are set as such: the font has none of U+2070 to U+208E. */
static bool raised(gunichar c, char ret[2], bool *ret_sub)
{
    static const char sign[] = "+-=()";
    if (c < 0x2070 || c > 0x208e || (c & 0xf) > 0xe || c == 0x2071 || c == 0x2072 || c == 0x2073 ||
        c == 0x207f)
        return false;
    unsigned d = c & 0xf;
    *ret_sub = c >= 0x2080;
    ret[0] = d < 10 ? (char)('0' + d) : sign[d - 10];
    ret[1] = '\0';
    return true;
}

const char *pdf_escape(struct pdf *p, const char *s)
{
    struct buf b;
    buf_init(&b);
    for (s = s ? s : "–"; *s; s = g_utf8_next_char(s)) {
        char one[2];
        bool sub;
        if (raised(g_utf8_get_char(s), one, &sub)) {
            buf_printf(&b, sub ? "<sub>%s</sub>" : "<sup>%s</sup>", one);
            continue;
        }
        char *e = g_markup_escape_text(s, g_utf8_next_char(s) - s);
        buf_puts(&b, e);
        g_free(e);
    }
    const char *kept = arena_strdup(&p->arena, b.data ? b.data : "");
    buf_fini(&b);
    return kept;
}

const char *pdf_markup(struct pdf *p, const char *fmt, ...)
{
    va_list ap;
    char *s;
    va_start(ap, fmt);
    require(vasprintf(&s, fmt, ap) >= 0);
    va_end(ap);
    const char *kept = arena_strdup(&p->arena, s);
    free(s);
    return kept;
}

static const char *both(struct pdf *p, struct text t, const char *between)
{
    if (!t.ja)
        return "";
    if (!t.en || strcmp(t.ja, t.en) == 0)
        return pdf_escape(p, t.ja);
    return pdf_markup(p, "%s%s<span size='82%%' weight='normal' foreground='" PDF_GREY "'>%s</span>",
                      pdf_escape(p, t.ja), between, pdf_escape(p, t.en));
}

const char *pdf_both(struct pdf *p, struct text t)
{
    return both(p, t, " ");
}

const char *pdf_both_lines(struct pdf *p, struct text t)
{
    return both(p, t, "\n");
}

/* ---- tables ------------------------------------------------------------------------ */

#define PAD_X 2.5
#define PAD_Y 1.2
#define CELLS 12

void pdf_table_begin(struct pdf_table *t, struct pdf *p, const struct pdf_column *columns, int n, double size)
{
    require(n <= CELLS);
    *t = (struct pdf_table){.pdf = p, .column = columns, .n = n, .size = size};
    for (int i = 0; i < n; i++)
        t->total += columns[i].part;
}

static double column_width(const struct pdf_table *t, int i)
{
    return t->column[i].part / t->total * PDF_INNER;
}

static void fill(struct pdf *p, double h, double r, double g, double b)
{
    cairo_set_source_rgb(p->cr, r, g, b);
    cairo_rectangle(p->cr, PDF_LEFT, p->y, PDF_INNER, h);
    cairo_fill(p->cr);
}

static void rule_below(struct pdf *p, double h)
{
    cairo_set_source_rgb(p->cr, 0.7, 0.7, 0.7);
    cairo_rectangle(p->cr, PDF_LEFT, p->y + h, PDF_INNER, 0.3);
    cairo_fill(p->cr);
}

static void draw_row(struct pdf_table *t, PangoLayout **l, double h)
{
    struct pdf *p = t->pdf;
    double x = PDF_LEFT;
    for (int i = 0; i < t->n; i++) {
        pdf_show(p, x + PAD_X, p->y + PAD_Y, l[i]);
        g_object_unref(l[i]);
        x += column_width(t, i);
    }
    rule_below(p, h);
    p->y += h;
}

static double lay_row(struct pdf_table *t, const char *const *cell, PangoLayout **ret)
{
    double h = 0;
    for (int i = 0; i < t->n; i++) {
        ret[i] = pdf_layout(t->pdf, column_width(t, i) - 2 * PAD_X, t->size, PANGO_ALIGN_LEFT,
                            cell[i] ? cell[i] : "");
        h = pdf_layout_height(ret[i]) > h ? pdf_layout_height(ret[i]) : h;
    }
    return h + 2 * PAD_Y;
}

static void draw_head(struct pdf_table *t)
{
    const char *cell[CELLS];
    PangoLayout *l[CELLS] = {NULL};
    for (int i = 0; i < t->n; i++)
        cell[i] = pdf_markup(t->pdf, "<b>%s</b>", pdf_both(t->pdf, t->column[i].head));
    double h = lay_row(t, cell, l);
    fill(t->pdf, h, 0.86, 0.89, 0.93);
    draw_row(t, l, h);
    t->headed = true;
}

/* Room for the row, on this page or the next; the head stands above the first row of each page. */
static void make_room(struct pdf_table *t, double h)
{
    if (t->headed && pdf_left(t->pdf) >= h)
        return;
    if (pdf_left(t->pdf) < h + (t->headed ? 0 : 34)) {
        pdf_page(t->pdf);
        t->headed = false;
    }
    if (!t->headed)
        draw_head(t);
}

void pdf_table_row(struct pdf_table *t, const char *const *cell, enum pdf_look look)
{
    PangoLayout *l[CELLS] = {NULL};
    double h = lay_row(t, cell, l);
    make_room(t, h);
    if (look == PDF_ALARM)
        fill(t->pdf, h, 1, 0.91, 0.89);
    else if (look == PDF_BAND)
        fill(t->pdf, h, 0.95, 0.95, 0.95);
    draw_row(t, l, h);
    t->row++;
}

void pdf_table_band(struct pdf_table *t, const char *markup)
{
    PangoLayout *l = pdf_layout(t->pdf, PDF_INNER - 2 * PAD_X, t->size, PANGO_ALIGN_LEFT, markup);
    double h = pdf_layout_height(l) + 2 * PAD_Y;
    make_room(t, h + 12);
    fill(t->pdf, h, 0.93, 0.94, 0.96);
    pdf_show(t->pdf, PDF_LEFT + PAD_X, t->pdf->y + PAD_Y, l);
    g_object_unref(l);
    t->pdf->y += h;
}

void pdf_table_need(struct pdf_table *t, double height)
{
    if (pdf_left(t->pdf) >= height)
        return;
    pdf_page(t->pdf);
    t->headed = false;
}

void pdf_table_end(struct pdf_table *t)
{
    pdf_space(t->pdf, 5);
}

void pdf_fact(struct pdf *p, struct text name, const char *markup)
{
    static const struct pdf_column column[] = {{28, {"", ""}}, {72, {"", ""}}};
    struct pdf_table t = {.pdf = p, .column = column, .n = 2, .size = 8, .total = 100, .headed = true};
    const char *cell[] = {pdf_both(p, name), markup};
    PangoLayout *l[2] = {NULL};
    double h = lay_row(&t, cell, l);
    pdf_need(p, h);
    draw_row(&t, l, h);
}
