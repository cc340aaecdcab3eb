#pragma once
/* What an op sends: path and body. */
#include "sim.h"

/* Makes p->request, p->path and p->token; CPF_E_INVAL with an English text. */
must_check int request_make(struct player *p, const struct op *op, char *ret_error, size_t size);
/* Now, as text of a request. */
json_t *request_time(struct sim *s, int64_t before_ms);
