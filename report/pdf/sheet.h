#pragma once
/* Kind "form-sheet" of a request: `page` as daemon/api/sheet.c makes it, `note`: the checkpoint it stands on.
 */
#include "report.h"

must_check int report_sheet(struct scan *scan, const struct report_request *q, struct buf *ret,
                            char **ret_error);
