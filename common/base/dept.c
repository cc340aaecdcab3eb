#include "base/dept.h"

static const char *const word[] = {NULL, "clinic", "carrier", "manufacturing", "quality", "management"};
const struct word_list dept_words = {sizeof(word) / sizeof(*word), word};
