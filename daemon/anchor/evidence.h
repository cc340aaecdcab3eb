#pragma once
/* Small files of the evidence folder, whole. */
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"

/* Appended; folder NULL: `name` is the whole path. CPF_E_NOTFOUND: there is none; CPF_E_IO; CPF_E_LIMIT. */
must_check int evidence_read(const char *folder, const char *name, size_t limit, struct buf *ret);
