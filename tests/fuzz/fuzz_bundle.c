/* Whole bundles: any bytes as a ZIP. No run may crash, hang or take what nobody told it to trust. */
#include "verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct verify_options opt = {0};
    struct verify *v = verify_run(data, size, &opt);
    struct buf b;
    buf_init(&b);
    verify_report_text(v, size % 2, &b);
    buf_clear(&b);
    verify_report_json(v, &b);
    buf_fini(&b);
    verify_free(v);
    return 0;
}
