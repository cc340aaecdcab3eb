/* Kinds "pdf", "csv" and "json" of a request: the record of one batch. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "pdf/record.h"
#include "pdf/sign.h"
#include "report.h"

#ifndef CPF_SHARE
#define CPF_SHARE "/usr/share/cpfd"
#endif

static char *in_folder(const char *folder, const char *name)
{
    char *path;
    require(asprintf(&path, "%s/%s", folder, name) >= 0);
    return path;
}

int report_record(struct scan *s, const struct report_request *q, struct record **ret, char **ret_error)
{
    static const char *const name[] = {"catalogue.yaml", "clauses.yaml", "report-words.yaml",
                                       "report-forms.yaml"};
    const char *texts = json_string_value(json_object_get(q->all, "texts"));
    char *path[4], *staff = q->evidence ? in_folder(q->evidence, "staff.yaml") : NULL;
    if (!q->batch) {
        *ret_error = xstrdup("batch is needed");
        free(staff);
        return CPF_E_INVAL;
    }
    for (size_t i = 0; i < 4; i++)
        path[i] = in_folder(texts ? texts : CPF_SHARE, name[i]);
    struct record_query rq = {.batch = q->batch,
                              .size = q->size,
                              .disclosures = q->disclosures,
                              .catalogue = path[0],
                              .clauses = path[1],
                              .words = path[2],
                              .form = path[3],
                              .staff = staff && access(staff, R_OK) == 0 ? staff : NULL};
    struct record_source source = record_scan(s);
    int err = record_make(&source, &rq, ret, ret_error);
    for (size_t i = 0; i < 4; i++)
        free(path[i]);
    free(staff);
    return err;
}

int report_json(struct scan *s, const struct report_request *q, struct buf *ret, char **ret_error)
{
    struct record *r = NULL;
    int err = report_record(s, q, &r, ret_error);
    if (!err)
        record_json(r, ret);
    record_free(r);
    return err;
}

int report_csv(struct scan *s, const struct report_request *q, struct buf *ret, char **ret_error)
{
    struct record *r = NULL;
    int err = report_record(s, q, &r, ret_error);
    if (!err)
        record_csv(r, ret);
    record_free(r);
    return err;
}

static int sign(const struct report_request *q, struct buf *pdf, char **ret_error)
{
    const char *key = json_string_value(json_object_get(q->all, "key"));
    const char *certificate = json_string_value(json_object_get(q->all, "certificate"));
    struct pdf_signer *s = NULL;
    if (!key && !certificate)
        return 0;
    if (!key || !certificate) {
        *ret_error = xstrdup("key and certificate go together");
        return CPF_E_INVAL;
    }
    int err = pdf_signer_new(key, certificate, &s, ret_error);
    if (!err)
        err = pdf_sign(s, pdf, q->now, "製造記録書の写し / copy of the batch record");
    pdf_signer_free(s);
    if (err && !*ret_error)
        *ret_error = xstrdup("the PDF cannot be signed");
    return err;
}

#define ISSUE_MAX 40 /* bytes: it stands beside the title on each page */

static int pdf_of(const struct record *r, const struct report_request *q, struct buf *ret, char **ret_error)
{
    struct pdf_order o = {.issue = json_string_value(json_object_get(q->all, "issue")), .made = q->now};
    if (o.issue && strlen(o.issue) > ISSUE_MAX) {
        *ret_error = xstrdup("issue is too long");
        return CPF_E_INVAL;
    }
    int err = pdf_record(r, &o, ret, ret_error);
    return err ? err : sign(q, ret, ret_error);
}

int report_pdf(struct scan *s, const struct report_request *q, struct buf *ret, char **ret_error)
{
    struct record *r = NULL;
    int err = report_record(s, q, &r, ret_error);
    if (!err)
        err = pdf_of(r, q, ret, ret_error);
    record_free(r);
    return err;
}

int report_all(struct scan *s, const struct report_request *q, struct buf *pdf, struct buf *csv,
               struct buf *json, char **ret_error)
{
    struct record *r = NULL;
    int err = report_record(s, q, &r, ret_error);
    if (!err)
        err = pdf_of(r, q, pdf, ret_error);
    if (!err) {
        record_csv(r, csv);
        record_json(r, json);
    }
    record_free(r);
    return err;
}
