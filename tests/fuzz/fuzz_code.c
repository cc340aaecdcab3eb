/* Whatever a scanner sends: a code or an error, never more. */
#include <string.h>
#include "core/code/code.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct code c;
    memset(&c, 0, sizeof(c));
    if (code_read((const char *)data, size, &c) == CODE_OK) {
        require(memchr(c.id, 0, sizeof(c.id)) != NULL && memchr(c.unit, 0, sizeof(c.unit)) != NULL);
        require(code_kind_name(c.kind) != NULL);
    }
    return 0;
}
