#pragma once
/* The record of a batch as a PDF (pdf.h): an exceptions page first, the cover, then everything. */
#include "pdf/pdf.h"
#include "record/record.h"

struct pdf_order {
    const char *issue; /* issue number, on each page */
    int64_t made;      /* Unix ms; with the record the only input */
};

/* Appended, not signed (pdf_sign.h). *ret_error (free it) says why not. */
must_check int pdf_record(const struct record *r, const struct pdf_order *o, struct buf *ret,
                          char **ret_error);

/* ---- its parts ---- */

struct page {
    struct pdf *pdf;
    const struct record *r;
    const struct pdf_order *order;
};

void page_exceptions(struct page *g); /* front.c */
void page_cover(struct page *g);
void page_steps(struct page *g); /* steps.c */
void page_undone(struct page *g);
void page_measures(struct page *g); /* measure.c */
void page_curve(struct page *g);
void page_reported(struct page *g);
void page_tests(struct page *g); /* tests.c */
void page_lots(struct page *g);  /* things.c */
void page_things(struct page *g);
void page_containers(struct page *g);
void page_balances(struct page *g);
void page_tree(struct page *g);       /* tree.c */
void page_deviations(struct page *g); /* events.c */
void page_corrections(struct page *g);
void page_refusals(struct page *g);
void page_exposures(struct page *g);
void page_acts(struct page *g);  /* acts.c */
void page_known(struct page *g); /* known.c */
void page_people(struct page *g);
void page_law(struct page *g);

/* ---- helpers ---- */

/* "該当なし：… not applicable: …" instead of an empty section. */
void page_none(struct page *g, struct text because);
/* Container numbers without the batch's own, which stands on every page. */
const char *page_short(const struct page *g, const char *id);
/* The value as people read it, with its correction. */
const char *page_value(struct page *g, const struct record_value *v);
const char *page_mark(struct page *g, enum record_mark m); /* markup; "" for none */
/* Minutes, or the whole date where `beside` is another day. */
const char *page_clock(struct page *g, int64_t ms, int64_t beside);
/* Number of a step in section 3, its id behind it; markup. */
const char *page_ref(struct page *g, const struct record_step *s);
const char *page_step(struct page *g, const char *id); /* title and id, both languages; markup */
const char *page_when(struct page *g,
                      const struct entry *e); /* recorded, and when it happened if that differs */
/* What a personal value of an entry is called; markup. */
const char *page_personal(struct page *g, const struct entry *e, const char *name);
const char *page_after(const struct record_step *s); /* marks what the decision did not know; markup or "" */
/* "渡辺 浩 Watanabe Hiroshi (QM)": the name if the register of staff has it, and the id; markup. */
const char *page_person(struct page *g, const char *id);
