#pragma once
/*
 * A document on A4 paper: text that can be searched and copied, a pinned Japanese font embedded as a subset,
 * an outline, page n of m. Same input, same bytes (the time of making is an input).
 *
 * It is gone through twice: the first round counts pages and finds the headings, the second one draws. The
 * first failure is kept and told at the end. A character that the font lacks, that is invisible or
 * would turn the direction of the text stands as [U+1F600], in red, and the foot of each page says what that
 * means: nothing is ever replaced silently, and no text of the log can keep its record from being printed.
 *
 * Strings given are Pango markup where the name says so; the helpers below escape plain text. Lengths are
 * points.
 */
#include <cairo.h>
#include <pango/pangocairo.h>
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "core/protocol/protocol.h"

#define PDF_WIDTH  595.276
#define PDF_HEIGHT 841.89
#define PDF_LEFT   57.0 /* wide enough to be filed */
#define PDF_RIGHT  36.0
#define PDF_TOP    50.0
#define PDF_BOTTOM 96.0 /* the foot with its QR code stands below */
#define PDF_INNER  (PDF_WIDTH - PDF_LEFT - PDF_RIGHT)

#define PDF_FONT "Noto Sans CJK JP"

struct pdf_info {
    struct text title; /* of the document, for the head of each page and the metadata */
    const char *batch, *issue, *facility, *subject;
    const char *note; /* checkpoint: text and QR code at the foot of each page */
    size_t note_len;
    int64_t made; /* Unix ms */
    const char *made_text;
    bool training;
    struct text notice; /* below the head of each page, in red; NULL: none */
};

/* PDF_FONT itself; NULL: another one came for it, and *ret_error (free it) says which. */
PangoFont *pdf_font(PangoContext *context, char **ret_error);

struct pdf;
must_check int pdf_new(const struct pdf_info *info, struct pdf **ret,
                       char **ret_error); /* info is borrowed */
void pdf_free(struct pdf *p);
/* `draw` is called twice and must do the same both times. CPF_E_LIMIT, CPF_E_IO, CPF_E_STATE (it did not);
 * *ret_error (free it) says what. */
must_check int pdf_make(struct pdf *p, void (*draw)(void *arg), void *arg, struct buf *ret, char **ret_error);
void pdf_fail(struct pdf *p, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
struct arena *pdf_arena(struct pdf *p);

/* ---- flow ---- */

cairo_t *pdf_cairo(struct pdf *p); /* of the page under way */
double pdf_y(const struct pdf *p); /* where the next thing goes, from the page's top */
void pdf_space(struct pdf *p, double height);
void pdf_page(struct pdf *p);                /* a new page, unless this one is still empty */
void pdf_need(struct pdf *p, double height); /* a new page if less is left */
double pdf_left(const struct pdf *p);        /* height left on the page */
/* A heading with its entry in the outline and in the table of contents: level 1 or 2. */
void pdf_heading(struct pdf *p, int level, struct text title);
/* The table of contents: the first `n` headings of level 1. */
void pdf_contents(struct pdf *p, int n);
void pdf_text(struct pdf *p, double size, const char *markup);
/* The same at a place of its own, `width` 0: as wide as it is; returns its height. */
double pdf_text_at(struct pdf *p, double x, double y, double width, double size, PangoAlignment align,
                   const char *markup);
double pdf_text_width(struct pdf *p, double size, const char *markup);

/* ---- markup ---- */

const char *pdf_escape(struct pdf *p, const char *s);
/* Japanese, with English smaller and grey beside it; once if both are the same. */
const char *pdf_both(struct pdf *p, struct text t);
const char *pdf_both_lines(struct pdf *p, struct text t); /* English on a line of its own */
const char *pdf_markup(struct pdf *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3))); /* as printf */
#define PDF_GREY  "#505050"
#define PDF_RED   "#b00000"
#define PDF_AFTER "#5a2090" /* known only after the decision */

/* ---- tables ---- */

struct pdf_column {
    double part; /* of the width; they are summed */
    struct text head;
};
enum pdf_look { PDF_PLAIN, PDF_BAND, PDF_ALARM };
struct pdf_table {
    struct pdf *pdf;
    const struct pdf_column *column;
    int n;
    double size, total;
    bool headed; /* on this page */
    int row;
};
void pdf_table_begin(struct pdf_table *t, struct pdf *p, const struct pdf_column *columns, int n,
                     double size);
/* One row of `n` cells (markup, NULL is empty), kept together if a page is long enough; the head is repeated
 * on each page. */
void pdf_table_row(struct pdf_table *t, const char *const *cell, enum pdf_look look);
/* How high such a row is. */
double pdf_table_height(const struct pdf_table *t, const char *const *cell);
/* A row over all columns. */
void pdf_table_band(struct pdf_table *t, const char *markup);
/* The next row begins a page if less than this is left. */
void pdf_table_need(struct pdf_table *t, double height);
void pdf_table_end(struct pdf_table *t);
/* Two columns, name and content: facts of a form. */
void pdf_fact(struct pdf *p, struct text name, const char *markup);
