#include "pdf/page.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

const char *page_str(const json_t *o, const char *name)
{
    const char *s = json_string_value(json_object_get(o, name));
    return s ? s : "";
}

int pdf_of_page(struct pdf_info *info, const struct report_request *q, struct pdf **ret_pdf,
                void (*draw)(void *arg), void *arg, struct buf *ret, char **ret_error)
{
    char made[17];
    info->note = json_string_value(json_object_get(q->all, "note"));
    if (!json_is_object(json_object_get(q->all, "page")) || !info->note) {
        *ret_error = xstrdup("page and note are needed");
        return CPF_E_INVAL;
    }
    clock_format_local(q->now, made);
    info->note_len = strlen(info->note);
    info->made = q->now;
    info->made_text = made;
    info->issue = info->issue ? info->issue : made;
    info->training = json_is_true(json_object_get(q->all, "training"));
    int err = pdf_new(info, ret_pdf, ret_error);
    if (!err)
        err = pdf_make(*ret_pdf, draw, arg, ret, ret_error);
    pdf_free(*ret_pdf);
    return err;
}
