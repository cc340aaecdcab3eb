/* Key manifests. What is accepted is written again as the same bytes, and can be signed. */
#include <string.h>
#include "base/keymanifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct keymanifest m, again;
    const char *text = (const char *)data;
    struct buf b;
    if (keymanifest_parse(&m, text, size) != 0)
        return 0;
    require(m.n > 0 && m.n <= BOUND_MANIFEST_LINES);
    buf_init(&b);
    keymanifest_format(&m, &b);
    require(b.len == size && memcmp(b.data, text, size) == 0);
    require(keymanifest_parse(&again, b.data, b.len) == 0 && again.n == m.n);
    for (size_t i = 0; i < m.n; i++) {
        require(m.line[i].from <= m.line[i].until && keymanifest_holds(&m.line[i], m.line[i].from));
        require(keymanifest_next(&m, m.line[i].role, m.line[i].from, NULL) <= &m.line[i]);
    }
    uint64_t gap = keymanifest_gap(&m);
    require(gap == KEYMANIFEST_ALWAYS || !keymanifest_next(&m, KEYMANIFEST_LOG, gap, NULL));
    require(keymanifest_follows(&m, &again, NULL) != 0);
    again.serial++;
    require(keymanifest_follows(&m, &again, NULL) == 0);
    buf_fini(&b);
    return 0;
}
