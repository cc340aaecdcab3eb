/* Text: layouts in the one font, what fits of them, paragraphs. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pdf/int.h"

/* ---- layouts ---- */

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
    /* PDF 1.4 cannot say that a ligature is two letters, and who searches types two */
    pango_attr_list_insert(attrs, pango_attr_font_features_new("liga=0, clig=0"));
    pango_attr_list_insert(attrs, pango_attr_insert_hyphens_new(FALSE)); /* ids are broken as they are */
    pango_layout_set_text(l, text, -1);
    pango_layout_set_attributes(l, attrs);
    pango_attr_list_unref(attrs);
    g_free(text);
}

static PangoLayout *layout_new(struct pdf *p, double width, double size, PangoAlignment align,
                               const char *markup)
{
    PangoLayout *l = pango_layout_new(p->context);
    PangoFontDescription *d = pango_font_description_new();
    pango_font_description_set_family_static(d, PDF_FONT);
    pango_font_description_set_size(d, (int)(size * PANGO_SCALE));
    pango_layout_set_font_description(l, d);
    pango_font_description_free(d);
    pango_layout_set_line_spacing(l, 0.82F); /* the font's own lines are 1.45 em apart */
    pango_layout_set_auto_dir(l, FALSE);
    if (width > 0) {
        pango_layout_set_width(l, (int)(width * PANGO_SCALE));
        pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
        pango_layout_set_alignment(l, align);
    }
    set_markup(p, l, markup);
    p->coded += (size_t)pango_layout_get_unknown_glyphs_count(l); /* drawn as a box with the code in it */
    return l;
}

/* Most texts come again: heads, titles, times. They are laid out once. */
PangoLayout *pdf_layout(struct pdf *p, double width, double size, PangoAlignment align, const char *markup)
{
    char key[80];
    size_t len = (size_t)snprintf(key, sizeof(key), "%.3f %.2f %d ", width, size, (int)align);
    if (strlen(markup) < sizeof(key) - len)
        strcpy(key + len, markup);
    const char *whole = len + strlen(markup) < sizeof(key) ? key : NULL;
    if (!whole)
        whole = arena_printf(&p->arena, "%s%s", key, markup);
    PangoLayout *l = map_get(&p->layouts, whole);
    if (l)
        return l;
    l = layout_new(p, width, size, align, markup);
    map_put(&p->layouts, whole == key ? arena_strdup(&p->arena, key) : whole, l);
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
    if (p->dry)
        return;
    cairo_set_source_rgb(p->cr, 0, 0, 0);
    cairo_move_to(p->cr, x, y);
    pango_cairo_show_layout(p->cr, l);
}

double pdf_text_at(struct pdf *p, double x, double y, double width, double size, PangoAlignment align,
                   const char *markup)
{
    PangoLayout *l = pdf_layout(p, width, size, align, markup);
    pdf_show(p, x, y, l);
    return pdf_layout_height(l);
}

double pdf_text_width(struct pdf *p, double size, const char *markup)
{
    int w, h;
    pango_layout_get_size(pdf_layout(p, 0, size, PANGO_ALIGN_LEFT, markup), &w, &h);
    return (double)w / PANGO_SCALE;
}

/* ---- over the leaf ---- */

/* Height of the lines from `*line` on that fit into `room`; at least one is taken if `force`. With `p` they
 * are drawn at x, y; `*line` moves on. */
static double take_lines(struct pdf *p, double x, double y, PangoLayout *l, int *line, double room,
                         bool force)
{
    PangoLayoutIter *i = pango_layout_get_iter(l);
    int n = 0, top = 0, y0, y1, first = *line;
    double h = 0;
    do {
        pango_layout_iter_get_line_yrange(i, &y0, &y1);
        top = n == first ? y0 : top;
        if (n < first)
            continue;
        double bottom = (double)(y1 - top) / PANGO_SCALE;
        if (bottom > room && !(force && n == first))
            break;
        h = bottom;
        *line = n + 1;
        if (p && !p->dry) {
            PangoRectangle at;
            pango_layout_iter_get_line_extents(i, NULL, &at);
            cairo_move_to(p->cr, x + (double)at.x / PANGO_SCALE,
                          y + (double)(pango_layout_iter_get_baseline(i) - top) / PANGO_SCALE);
            pango_cairo_show_layout_line(p->cr, pango_layout_iter_get_line_readonly(i));
        }
    } while (n++, pango_layout_iter_next_line(i));
    pango_layout_iter_free(i);
    return h;
}

static bool all_taken(const struct pdf_part *part, int n)
{
    for (int i = 0; i < n; i++)
        if (part[i].line < pango_layout_get_line_count(part[i].layout))
            return false;
    return true;
}

/* What fits on this page, drawn behind its colour; its height. */
static double flow_page(struct pdf *p, struct pdf_part *part, int n, const struct pdf_box *box)
{
    double h = 0, room = pdf_left(p) - 2 * box->pad;
    bool force = p->y <= PDF_TOP + 60;
    for (int i = 0; i < n; i++) {
        int line = part[i].line;
        double part_h = take_lines(NULL, 0, 0, part[i].layout, &line, room, force);
        h = part_h > h ? part_h : h;
    }
    if (h <= 0)
        return 0;
    if (box->colour) {
        cairo_set_source_rgb(p->cr, box->colour[0], box->colour[1], box->colour[2]);
        cairo_rectangle(p->cr, PDF_LEFT, p->y + 0.3, PDF_INNER, h + 2 * box->pad - 0.3);
        cairo_fill(p->cr);
    }
    cairo_set_source_rgb(p->cr, 0, 0, 0);
    for (int i = 0; i < n; i++)
        take_lines(p, part[i].x, p->y + box->pad, part[i].layout, &part[i].line, room, force);
    return h + 2 * box->pad;
}

void pdf_flow(struct pdf *p, struct pdf_part *part, int n, const struct pdf_box *box)
{
    for (;;) {
        double h = flow_page(p, part, n, box);
        p->y += h;
        if (h > 0 && box->rule) {
            cairo_set_source_rgb(p->cr, 0.7, 0.7, 0.7);
            cairo_rectangle(p->cr, PDF_LEFT, p->y, PDF_INNER, 0.3);
            cairo_fill(p->cr);
        }
        if (all_taken(part, n) || p->err)
            return;
        pdf_page(p);
        if (box->again)
            box->again(box->arg);
    }
}

double pdf_page_room(void)
{
    return PDF_HEIGHT - PDF_TOP - PDF_BOTTOM;
}

/* A paragraph is kept together unless no page is long enough for it. */
void pdf_text(struct pdf *p, double size, const char *markup)
{
    struct pdf_part part = {.layout = pdf_layout(p, PDF_INNER, size, PANGO_ALIGN_LEFT, markup),
                            .x = PDF_LEFT};
    double h = pdf_layout_height(part.layout);
    if (h < pdf_page_room())
        pdf_need(p, h);
    pdf_flow(p, &part, 1, &(struct pdf_box){0});
}
