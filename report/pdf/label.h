#pragma once
/*
 * Labels of containers, handed over whole by the daemon: as PDF, a page each in the label's own size, or as
 * ZPL, the same picture in the printer's dots (^GFA), so that no font of the printer is needed. Where a text
 * does not fit into its box, at the smallest size that its layout allows, or a code would be too fine to be
 * read, nothing is drawn: the document is then the JSON object {"unfit": {"container", "shows", "text"}}.
 *
 *   page: {"as": "pdf" | "zpl", "dpi", "labels": [{"container", "width", "height",
 *          "fields": [{"shows", "x", "y", "width", "height", "font", "least", "bold", "text"}]}]}
 *
 * Lengths in micrometres, fonts in tenths of a point; a field that shows `code` is a Data Matrix of its text.
 */
#include "report.h"

#define LABEL_DPI_LEAST 150
#define LABEL_DPI_MOST  600
#define LABELS_MOST     64

must_check int report_label(struct scan *scan, const struct report_request *q, struct buf *ret,
                            char **ret_error);
