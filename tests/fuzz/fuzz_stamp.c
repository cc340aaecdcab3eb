/* Time stamps, certificates and CRLs from hostile bytes: nothing is trusted, so nothing verifies. */
#include <string.h>
#include "base/stamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct stamp_trust *t = stamp_trust_new();
    struct stamp s;
    static const uint8_t pin[HASH_LEN] = {1};
    (void)!stamp_trust_certs(t, (const char *)data, size);
    (void)!stamp_trust_crls(t, (const char *)data, size);
    stamp_trust_pin(t, pin);
    require(stamp_verify(t, data, size, "hello", 5, &s) != CPF_OK);
    stamp_trust_free(t);
    return 0;
}
