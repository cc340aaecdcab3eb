/* Kind "bundle" of a request. */
#include <stdio.h>

#include "base/mem.h"
#include "bundle/make.h"
#include "report.h"

static int refuse(char **ret_error, const char *what)
{
    *ret_error = xstrdup(what);
    return CPF_E_INVAL;
}

/* What people read, of the same snapshot as the evidence. */
static int make(struct scan *s, const struct report_request *q, struct bundle_request *b, struct buf *ret,
                char **ret_error)
{
    struct buf pdf, csv, json;
    int err = CPF_OK;
    buf_init(&pdf);
    buf_init(&csv);
    buf_init(&json);
    if (!json_is_false(json_object_get(q->all, "report"))) {
        err = report_all(s, q, &pdf, &csv, &json, ret_error);
        b->pdf = (struct bundle_report){pdf.data, pdf.len};
        b->csv = (struct bundle_report){csv.data, csv.len};
        b->json = (struct bundle_report){json.data, json.len};
    }
    if (!err)
        err = bundle_make(s, b, ret, ret_error);
    buf_fini(&pdf);
    buf_fini(&csv);
    buf_fini(&json);
    return err;
}

int report_bundle(struct scan *s, const struct report_request *q, struct buf *ret, char **ret_error)
{
    const json_t *older = json_object_get(q->all, "consistent");
    struct bundle_request b = {.batch = q->batch,
                               .size = q->size,
                               .disclosures = q->disclosures,
                               .made = q->now,
                               .evidence = q->evidence};
    if (!q->batch)
        return refuse(ret_error, "batch is needed");
    if (!q->evidence)
        return refuse(ret_error, "evidence, the folder of keys, is needed");
    if (older && (!json_is_array(older) || json_array_size(older) > BUNDLE_OLDER_MAX))
        return refuse(ret_error, "consistent must be an array of sizes");
    for (size_t i = 0; i < json_array_size(older); i++) {
        json_int_t size = json_integer_value(json_array_get(older, i));
        if (size < 1)
            return refuse(ret_error, "consistent must be an array of sizes");
        b.older[b.nolder++] = (uint64_t)size;
    }
    /* the reports inside speak for the same size */
    struct report_request same = *q;
    if (q->size == 0 || json_is_true(json_object_get(q->all, "anchored"))) {
        int err = bundle_choose(s, &b, &same.size, ret_error);
        if (err)
            return err;
        b.size = same.size;
    }
    return make(s, &same, &b, ret, ret_error);
}
