#include "pdf/curve.h"

#include <math.h>

struct axes {
    struct pdf *pdf;
    cairo_t *cr;
    double x, y, w, h;   /* of the plot itself */
    double days, lo, hi; /* hi, lo: powers of ten */
};

static double at_x(const struct axes *a, double day)
{
    return a->x + day / a->days * a->w;
}

static double at_total(const struct axes *a, double total)
{
    return a->y + a->h - (log10(total) - a->lo) / (a->hi - a->lo) * a->h;
}

static double at_viability(const struct axes *a, double v)
{
    return a->y + a->h - v / 100 * a->h;
}

static void line(const struct axes *a, double x1, double y1, double x2, double y2, double grey)
{
    cairo_set_source_rgb(a->cr, grey, grey, grey);
    cairo_move_to(a->cr, x1, y1);
    cairo_line_to(a->cr, x2, y2);
    cairo_stroke(a->cr);
}

static void scales(const struct axes *a)
{
    cairo_set_line_width(a->cr, 0.4);
    for (int e = (int)a->lo; e <= (int)a->hi; e++) {
        double y = a->y + a->h - (e - a->lo) / (a->hi - a->lo) * a->h;
        line(a, a->x, y, a->x + a->w, y, 0.8);
        pdf_text_at(a->pdf, a->x - 42, y - 5, 38, 7, PANGO_ALIGN_RIGHT,
                    pdf_markup(a->pdf, "10<sup>%d</sup>", e + 6));
    }
    int step = a->days > 16 ? 2 : 1;
    for (int d = 0; d <= (int)a->days; d += step) {
        line(a, at_x(a, d), a->y + a->h, at_x(a, d), a->y + a->h + 3, 0.3);
        pdf_text_at(a->pdf, at_x(a, d) - 15, a->y + a->h + 3, 30, 7, PANGO_ALIGN_CENTER,
                    pdf_markup(a->pdf, "%d", d));
    }
    for (int v = 0; v <= 100; v += 20)
        pdf_text_at(a->pdf, a->x + a->w + 4, at_viability(a, v) - 5, 30, 7, PANGO_ALIGN_LEFT,
                    pdf_markup(a->pdf, "<span foreground='#9a5a00'>%d</span>", v));
    cairo_set_source_rgb(a->cr, 0.3, 0.3, 0.3);
    cairo_rectangle(a->cr, a->x, a->y, a->w, a->h);
    cairo_stroke(a->cr);
    pdf_text_at(a->pdf, a->x - 44, a->y - 24, 260, 7, PANGO_ALIGN_LEFT,
                "<b>●</b> 総生細胞数（個） <span size='82%'>live cells, total</span>");
    pdf_text_at(
        a->pdf, a->x + a->w - 220, a->y - 24, 254, 7, PANGO_ALIGN_RIGHT,
        "<span foreground='#9a5a00'><b>△</b> 生存率（%） <span size='82%'>viability, %</span></span>");
    pdf_text_at(a->pdf, a->x, a->y + a->h + 14, a->w, 7, PANGO_ALIGN_CENTER,
                "最初の細胞数測定からの日数 <span size='82%'>days since the first count</span>");
}

static void mark(const struct axes *a, double x, double y, bool triangle, bool outside)
{
    cairo_new_path(a->cr);
    if (triangle) {
        cairo_move_to(a->cr, x, y - 3);
        cairo_line_to(a->cr, x + 3, y + 2.5);
        cairo_line_to(a->cr, x - 3, y + 2.5);
        cairo_close_path(a->cr);
        cairo_stroke(a->cr);
    } else {
        cairo_arc(a->cr, x, y, 2.6, 0, 2 * G_PI);
        cairo_fill(a->cr);
    }
    if (outside) {
        cairo_set_source_rgb(a->cr, 0.7, 0, 0);
        cairo_arc(a->cr, x, y, 6, 0, 2 * G_PI);
        cairo_stroke(a->cr);
    }
}

static void series(const struct axes *a, const struct curve_point *list, size_t n, bool viability)
{
    bool pen = false;
    double r = viability ? 0.6 : 0.1, g = viability ? 0.35 : 0.25, b = viability ? 0 : 0.5;
    const double dash[] = {3, 2};
    cairo_set_source_rgb(a->cr, r, g, b);
    cairo_set_dash(a->cr, dash, viability ? 2 : 0, 0);
    cairo_set_line_width(a->cr, 1);
    for (size_t i = 0; i < n; i++) {
        double v = viability ? list[i].viability : list[i].total;
        if (isnan(v) || (!viability && v <= 0))
            continue;
        double x = at_x(a, list[i].day), y = viability ? at_viability(a, v) : at_total(a, v);
        if (pen)
            cairo_line_to(a->cr, x, y);
        else
            cairo_move_to(a->cr, x, y);
        pen = true;
    }
    cairo_stroke(a->cr);
    cairo_set_dash(a->cr, NULL, 0, 0);
    for (size_t i = 0; i < n; i++) {
        double v = viability ? list[i].viability : list[i].total;
        cairo_set_source_rgb(a->cr, r, g, b);
        if (!isnan(v) && (viability || v > 0))
            mark(a, at_x(a, list[i].day), viability ? at_viability(a, v) : at_total(a, v), viability,
                 list[i].outside);
    }
}

void curve_draw(struct pdf *p, double x, double y, double width, double height,
                const struct curve_point *list, size_t n)
{
    struct axes a = {
        .pdf = p, .cr = pdf_cairo(p), .x = x + 46, .y = y + 26, .w = width - 82, .h = height - 56};
    double least = INFINITY, most = 0;
    for (size_t i = 0; i < n; i++) {
        a.days = list[i].day > a.days ? list[i].day : a.days;
        if (list[i].total > 0) {
            least = list[i].total < least ? list[i].total : least;
            most = list[i].total > most ? list[i].total : most;
        }
    }
    a.days = ceil(a.days + 0.5);
    a.lo = most > 0 ? floor(log10(least)) : 0;
    a.hi = most > 0 ? ceil(log10(most)) : 1;
    a.hi = a.hi > a.lo ? a.hi : a.lo + 1;
    cairo_save(a.cr);
    scales(&a);
    series(&a, list, n, false);
    series(&a, list, n, true);
    cairo_restore(a.cr);
}
