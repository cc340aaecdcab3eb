/* Reading an entry from hostile bytes: an accepted one has its leaf, and reads the same twice. */
#include <string.h>
#include "base/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct entry first, second;
    arena_init(&a, 0);
    memset(&first, 0, sizeof(first));
    memset(&second, 0, sizeof(second));
    if (entry_read(&first, &a, (const char *)data, size) == 0) {
        require(entry_read(&second, &a, (const char *)data, size) == 0);
        require(memcmp(first.leaf, second.leaf, HASH_LEN) == 0);
        require(first.body != NULL && first.actor != NULL && first.clock != NULL);
    }
    arena_fini(&a);
    return 0;
}
