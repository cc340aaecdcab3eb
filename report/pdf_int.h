#pragma once
/* Inside of the document (pdf_doc.c, pdf_text.c). */
#include "pdf.h"

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
    cairo_t *cr;
    double y;
    size_t npages;
    cairo_surface_t **page; /* recorded */
    size_t nheadings;
    struct heading *heading;
    int contents_page, contents_n;
    double contents_y;
    cairo_surface_t *surface, *qr;
    const char *foot_note;
    int err;
    char *error;
};

/* A layout of markup; checks that the font has every character. g_object_unref it. */
PangoLayout *pdf_layout(struct pdf *p, double width, double size, PangoAlignment align, const char *markup);
double pdf_layout_height(PangoLayout *l);
void pdf_show(struct pdf *p, double x, double y, PangoLayout *l);
