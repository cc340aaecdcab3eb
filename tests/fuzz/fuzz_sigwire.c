/* Frames from either side of the signer's socket: what is accepted has exactly that one form. */
#include <string.h>
#include "base/sigwire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sigwire_msg m;
    size_t total = 0;
    if (sigwire_frame(data, size, &total) || total == 0 || sigwire_read(data, total, &m))
        return 0;
    struct buf again;
    buf_init(&again);
    sigwire_write(&again, &m);
    require(again.len == total && memcmp(again.data, data, total) == 0);
    buf_fini(&again);
    return 0;
}
