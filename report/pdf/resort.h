#pragma once
/* Kind "last-resort" of a request: `page` as GET /v1/last-resort gives it, `note`: the checkpoint it stands
 * on. */
#include "report.h"

must_check int report_resort(struct scan *scan, const struct report_request *q, struct buf *ret,
                             char **ret_error);
