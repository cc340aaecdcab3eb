#pragma once
/* A page that the daemon makes and hands over as JSON: `page` of the request, `note`: the checkpoint it
 * stands on, `training`. */
#include "pdf/pdf.h"
#include "report.h"

const char *page_str(const json_t *o, const char *name); /* "" if absent */
/* *info has what is the page's own; `issue` NULL: when it was made. *ret_pdf is set before `draw` is called
 * and gone afterwards. CPF_E_INVAL without a page or a note. */
must_check int pdf_of_page(struct pdf_info *info, const struct report_request *q, struct pdf **ret_pdf,
                           void (*draw)(void *arg), void *arg, struct buf *ret, char **ret_error);
