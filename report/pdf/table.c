/* Tables: rows kept together, the head again on each page. */
#include "pdf/int.h"

#define PAD_X 2.5
#define PAD_Y 1.2
#define CELLS 12

static const double head_colour[] = {0.86, 0.89, 0.93}, band_colour[] = {0.93, 0.94, 0.96};
static const double look_colour[][3] = {[PDF_BAND] = {0.95, 0.95, 0.95}, [PDF_ALARM] = {1, 0.91, 0.89}};

void pdf_table_begin(struct pdf_table *t, struct pdf *p, const struct pdf_column *columns, int n, double size)
{
    require(n <= CELLS);
    *t = (struct pdf_table){.pdf = p, .column = columns, .n = n, .size = size};
    for (int i = 0; i < n; i++)
        t->total += columns[i].part;
}

static double lay_row(const struct pdf_table *t, const char *const *cell, struct pdf_part *ret)
{
    double h = 0, x = PDF_LEFT;
    for (int i = 0; i < t->n; i++) {
        double width = t->column[i].part / t->total * PDF_INNER;
        PangoLayout *l =
            pdf_layout(t->pdf, width - 2 * PAD_X, t->size, PANGO_ALIGN_LEFT, cell[i] ? cell[i] : "");
        ret[i] = (struct pdf_part){.layout = l, .x = x + PAD_X};
        h = pdf_layout_height(l) > h ? pdf_layout_height(l) : h;
        x += width;
    }
    return h + 2 * PAD_Y;
}

static void draw_head(void *arg)
{
    struct pdf_table *t = arg;
    const char *cell[CELLS] = {NULL};
    struct pdf_part part[CELLS];
    for (int i = 0; i < t->n; i++)
        cell[i] = pdf_markup(t->pdf, "<b>%s</b>", pdf_both(t->pdf, t->column[i].head));
    lay_row(t, cell, part);
    pdf_flow(t->pdf, part, t->n, &(struct pdf_box){.colour = head_colour, .pad = PAD_Y, .rule = true});
    t->headed = true;
}

/* Room for the row, on this page or the next; the head stands above the first row of each page. */
static void make_room(struct pdf_table *t, double h)
{
    if (h > pdf_page_room() - 60)
        h = 60; /* it goes on over the leaf */
    if (t->headed && pdf_left(t->pdf) >= h)
        return;
    if (pdf_left(t->pdf) < h + (t->headed ? 0 : 34)) {
        pdf_page(t->pdf);
        t->headed = false;
    }
    if (!t->headed)
        draw_head(t);
}

double pdf_table_height(const struct pdf_table *t, const char *const *cell)
{
    struct pdf_part part[CELLS];
    return lay_row(t, cell, part);
}

void pdf_table_row(struct pdf_table *t, const char *const *cell, enum pdf_look look)
{
    struct pdf_part part[CELLS];
    make_room(t, lay_row(t, cell, part));
    pdf_flow(t->pdf, part, t->n,
             &(struct pdf_box){.colour = look == PDF_PLAIN ? NULL : look_colour[look],
                               .pad = PAD_Y,
                               .rule = true,
                               .again = draw_head,
                               .arg = t});
    t->row++;
}

void pdf_table_band(struct pdf_table *t, const char *markup)
{
    PangoLayout *l = pdf_layout(t->pdf, PDF_INNER - 2 * PAD_X, t->size, PANGO_ALIGN_LEFT, markup);
    struct pdf_part part = {.layout = l, .x = PDF_LEFT + PAD_X};
    make_room(t, pdf_layout_height(l) + 2 * PAD_Y + 12);
    pdf_flow(t->pdf, &part, 1,
             &(struct pdf_box){.colour = band_colour, .pad = PAD_Y, .again = draw_head, .arg = t});
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
    struct pdf_part part[2];
    double h = lay_row(&t, cell, part);
    if (h < pdf_page_room())
        pdf_need(p, h);
    pdf_flow(p, part, 2, &(struct pdf_box){.pad = PAD_Y, .rule = true});
}
