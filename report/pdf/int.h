#pragma once
/* Inside of the document (doc.c, text.c, markup.c, table.c). */
#include "base/map.h"
#include "pdf/pdf.h"

#define CONTENTS_LINE 13.0

struct heading {
    int level;
    struct text title;
    int page; /* from 1 */
    double y;
};

struct pdf {
    const struct pdf_info *info;
    struct arena arena;
    PangoFontMap *map;
    PangoContext *context;
    PangoFont *font;    /* to ask what it can show */
    struct map layouts; /* size and markup -> PangoLayout, owned */
    size_t coded;       /* characters shown by their code, this round */
    bool any_coded;
    cairo_t *cr;
    double y;
    bool dry;             /* the first round: nothing is drawn */
    size_t npages, total; /* total: of the first round */
    size_t nheadings;
    struct heading *heading;
    cairo_surface_t *surface, *qr;
    int qr_modules;
    const char *foot_note;
    int err;
    char *error;
};

/* A layout of markup, kept with the document: laid out once however often it is asked for. */
PangoLayout *pdf_layout(struct pdf *p, double width, double size, PangoAlignment align, const char *markup);
double pdf_layout_height(PangoLayout *l);
void pdf_show(struct pdf *p, double x, double y, PangoLayout *l);

/* Layouts side by side that go on over the leaf, line by line. */
struct pdf_part {
    PangoLayout *layout;
    double x;
    int line; /* the next one to draw */
};
struct pdf_box {
    const double *colour;     /* r, g, b behind them; NULL: none */
    double pad;               /* above and below */
    bool rule;                /* a line below */
    void (*again)(void *arg); /* draws the head of a new page; may be NULL */
    void *arg;
};
void pdf_flow(struct pdf *p, struct pdf_part *part, int n, const struct pdf_box *box);
double pdf_page_room(void); /* height of an empty page */
