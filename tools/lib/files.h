#pragma once
/* Small files, written whole: to a neighbour, fsynced, then renamed. */
#include <stddef.h>
#include <sys/types.h>
#include "base/buf.h"
#include "base/err.h"

must_check int files_write(const char *path, const void *data, size_t len, mode_t mode);
/* First line without its end; malloc'ed; NULL if it cannot be read or is empty. */
char *files_line(const char *path);
/* Makes the folder, and its parents. */
must_check int files_mkdir(const char *path, mode_t mode);
/* "<a>/<b>"; malloc'ed. */
char *files_join(const char *a, const char *b);
