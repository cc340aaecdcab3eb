#pragma once
/* The lines of a bundle's README.txt with marks for what differs, made of readme/ at the build. NULL ends
 * them. */
#include <stddef.h>

extern const char *const bundle_readme_text[];
