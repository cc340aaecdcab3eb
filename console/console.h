#pragma once
/* The pages that browsers get, as they stand in this folder; the array is made at build by embed.py. */
#include <stddef.h>

struct console_file {
    const char *path; /* of the request: "/", "/station", "/js/scan.js" */
    const char *type; /* media type */
    const char *etag; /* with its quotes: of all files together, so that what belongs together is known */
    const unsigned char *data;
    size_t len;
};

extern const struct console_file console_files[]; /* ends with path == NULL */
