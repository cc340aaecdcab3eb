#pragma once
/* A file, whole and bounded. */
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"

/*
 * Appends it to `ret`, whose text is then NUL-terminated. CPF_E_NOTFOUND: there is none; CPF_E_IO;
 * CPF_E_LIMIT: it has more than `most` bytes. What had been read by then is in `ret` and is of no use.
 */
must_check int file_read(const char *path, size_t most, struct buf *ret);
/* `name` of a folder, such as the evidence; folder NULL: `name` is the whole path. */
must_check int file_read_in(const char *folder, const char *name, size_t most, struct buf *ret);
/* Why it could not be read: errno's text, or the code's. Right behind file_read. */
const char *file_strerror(int err);
