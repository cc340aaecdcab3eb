/* The profile's promise: what the parser accepts, the writer writes back byte for byte. */
#include <string.h>
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct buf out;
    const struct json *v;
    arena_init(&a, 0);
    buf_init(&out);
    if (json_parse(&a, (const char *)data, size, &v, NULL) == 0) {
        json_write(&out, v);
        require(out.len == size && memcmp(out.data, data, size) == 0);
        require(json_check(v, 0) == 0);
    }
    buf_fini(&out);
    arena_fini(&a);
    return 0;
}
