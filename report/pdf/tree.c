/* Genealogy as a drawing: what was filled from what, from the top down. Like siblings share a box. */
#include <stdlib.h>
#include <string.h>

#include "pdf/record.h"

struct node {
    const struct record_container *first;
    size_t n;
    int depth;
    const char *name;
    double x, y, w; /* x: middle */
    double size;    /* of its letters */
};

struct tree {
    struct page *g;
    size_t n;
    struct node *node;
    size_t *of; /* container -> node */
    int depth;
};

#define LETTERS 6.5
#define BOX_H   24.0
#define LAYER_H 48.0 /* less for a tree of many layers */
#define GAP     7.0

static size_t index_of(const struct record *r, const struct record_container *c)
{
    return (size_t)(c - r->container);
}

static bool siblings(const struct record_container *a, const struct record_container *b)
{
    if (strcmp(a->label, b->label) != 0 || a->nparents != b->nparents || a->filled_in != b->filled_in ||
        (a->nchildren == 0) != (b->nchildren == 0))
        return false;
    for (size_t i = 0; i < a->nparents; i++)
        if (a->parent[i] != b->parent[i])
            return false;
    return true;
}

static bool shown(const struct record_container *c)
{
    return c->nparents || c->nchildren;
}

static void group(struct tree *t)
{
    const struct record *r = t->g->r;
    t->node = xcalloc(r->ncontainers + 1, sizeof(*t->node));
    t->of = xcalloc(r->ncontainers + 1, sizeof(*t->of));
    for (size_t i = 0; i < r->ncontainers; i++) {
        const struct record_container *c = &r->container[i];
        size_t k = 0;
        if (!shown(c))
            continue;
        while (k < t->n && !siblings(t->node[k].first, c))
            k++;
        if (k == t->n)
            t->node[t->n++].first = c;
        t->node[k].n++;
        t->of[i] = k;
        const char *name = page_short(t->g, c->id);
        t->node[k].name = t->node[k].name ? pdf_markup(t->g->pdf, "%s %s", t->node[k].name, name) : name;
    }
}

/* As deep as the deepest parent and one more; a tree of containers has no circle, and the count bounds it. */
static void layers(struct tree *t)
{
    const struct record *r = t->g->r;
    for (size_t round = 0; round < t->n; round++)
        for (size_t i = 0; i < t->n; i++)
            for (size_t k = 0; k < t->node[i].first->nparents; k++) {
                const struct node *p = &t->node[t->of[index_of(r, t->node[i].first->parent[k])]];
                if (p != &t->node[i] && p->depth >= t->node[i].depth && p->depth + 1 < (int)t->n)
                    t->node[i].depth = p->depth + 1;
            }
    for (size_t i = 0; i < t->n; i++)
        t->depth = t->node[i].depth > t->depth ? t->node[i].depth : t->depth;
}

static const char *box_text(struct tree *t, const struct node *n)
{
    const char *ids = n->n > 5 ? pdf_markup(t->g->pdf, "%.*s … %s", (int)strcspn(n->name, " "), n->name,
                                            strrchr(n->name, ' ') + 1)
                               : n->name;
    return pdf_markup(t->g->pdf, "<b>%s</b>%s\n<span size='80%%'>%s</span>", ids,
                      n->n > 5 ? pdf_markup(t->g->pdf, " (%zu)", n->n) : "",
                      pdf_escape(t->g->pdf, n->first->title.ja));
}

/* A layer's boxes side by side, as wide as their text, in smaller letters if they are too many. */
static void place(struct tree *t, int depth, double y)
{
    double total = -GAP, x, squeeze = 1;
    for (size_t i = 0; i < t->n; i++)
        if (t->node[i].depth == depth) {
            t->node[i].w = pdf_text_width(t->g->pdf, LETTERS, box_text(t, &t->node[i])) + 8;
            total += t->node[i].w + GAP;
        }
    squeeze = total > PDF_INNER ? PDF_INNER / total : 1;
    x = PDF_LEFT + (PDF_INNER - total * squeeze) / 2;
    for (size_t i = 0; i < t->n; i++)
        if (t->node[i].depth == depth) {
            t->node[i].w *= squeeze;
            t->node[i].size = LETTERS * squeeze;
            t->node[i].x = x + t->node[i].w / 2;
            t->node[i].y = y;
            x += t->node[i].w + GAP * squeeze;
        }
}

static void edges(struct tree *t)
{
    cairo_t *cr = pdf_cairo(t->g->pdf);
    const struct record *r = t->g->r;
    cairo_set_line_width(cr, 0.6);
    cairo_set_source_rgb(cr, 0.35, 0.4, 0.5);
    for (size_t i = 0; i < t->n; i++) {
        const struct record_container *c = t->node[i].first;
        for (size_t k = 0; k < c->nparents; k++) {
            const struct node *p = &t->node[t->of[index_of(r, c->parent[k])]];
            if (p == &t->node[i])
                continue;
            double y1 = p->y + BOX_H, y2 = t->node[i].y;
            cairo_move_to(cr, p->x, y1);
            cairo_curve_to(cr, p->x, y1 + 14, t->node[i].x, y2 - 14, t->node[i].x, y2);
            cairo_stroke(cr);
        }
    }
}

static void boxes(struct tree *t)
{
    cairo_t *cr = pdf_cairo(t->g->pdf);
    for (size_t i = 0; i < t->n; i++) {
        const struct node *n = &t->node[i];
        cairo_rectangle(cr, n->x - n->w / 2, n->y, n->w, BOX_H);
        if (n->first->nchildren)
            cairo_set_source_rgb(cr, 0.92, 0.95, 1);
        else
            cairo_set_source_rgb(cr, 1, 1, 1);
        cairo_fill_preserve(cr);
        cairo_set_source_rgb(cr, 0.3, 0.35, 0.45);
        cairo_stroke(cr);
        double pad = 2 * n->size / LETTERS;
        pdf_text_at(t->g->pdf, n->x - n->w / 2 + pad, n->y + 1.5, n->w - 2 * pad, n->size, PANGO_ALIGN_CENTER,
                    box_text(t, n));
    }
}

static void draw(struct tree *t)
{
    double room = PDF_HEIGHT - PDF_TOP - PDF_BOTTOM - 70, layer = LAYER_H;
    if ((t->depth + 1) * layer > room)
        layer = room / (t->depth + 1);
    double height = (t->depth + 1) * layer;
    pdf_need(t->g->pdf, height + 60); /* with its heading on one page */
    pdf_heading(t->g->pdf, 1, (struct text){"12. 系譜", "Genealogy"});
    pdf_text(t->g->pdf, 7,
             "上から下へ：上の容器の内容物が下の容器に移された。同じ由来の容器は一つの枠にまとめる。 <span "
             "size='82%' "
             "foreground='" PDF_GREY
             "'>From the top down: what went where. Containers of one origin share a box; "
             "section 11 names each.</span>");
    pdf_space(t->g->pdf, 6);
    double y = pdf_y(t->g->pdf);
    for (int d = 0; d <= t->depth; d++)
        place(t, d, y + d * layer);
    edges(t);
    boxes(t);
    pdf_space(t->g->pdf, height);
}

void page_tree(struct page *g)
{
    struct tree t = {.g = g};
    group(&t);
    layers(&t);
    if (t.n) {
        draw(&t);
    } else {
        pdf_heading(g->pdf, 1, (struct text){"12. 系譜", "Genealogy"});
        page_none(g,
                  (struct text){"容器から容器への移し替えなし", "nothing was filled from another container"});
    }
    free(t.node);
    free(t.of);
}
