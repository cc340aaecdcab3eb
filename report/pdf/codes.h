#pragma once
/* Kind "code-sheet" of a request: `page` as daemon/api/codes.c makes it, `note`: the checkpoint it stands on.
 */
#include "report.h"

must_check int report_codes(struct scan *scan, const struct report_request *q, struct buf *ret,
                            char **ret_error);
