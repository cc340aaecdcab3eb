#pragma once
/* Where a test's own files lie: in TMPDIR, which ./dev removes however a run ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCRATCH 56

/* A template for mkdtemp and mkstemp: TMPDIR, or /tmp where that is long (a socket's path has 108 bytes). */
static inline char *scratch(char ret[SCRATCH], const char *name)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(ret, SCRATCH, "%.24s/%.20s-XXXXXX", tmp && *tmp && strlen(tmp) <= 24 ? tmp : "/tmp", name);
    return ret;
}
