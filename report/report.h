#pragma once
/*
 * cpf-report: a short-lived process that makes one document. Its request is one JSON object on stdin, the
 * document goes to stdout, what went wrong to stderr in one line. It reads the database as cpf_reader in one
 * REPEATABLE READ snapshot and writes nothing.
 *
 *   {"kind", "database", ...}
 *
 *   page, note last-resort: what it prints (pdf/resort.h); label: pdf/label.h
 *   kind       bundle, and what else main.c lists
 *   database   libpq conninfo of the reader role
 *   batch      its number
 *   size       of the checkpoint that it speaks for; absent or 0: the newest
 *   now        Unix ms of its making; absent: now
 *   zone       the facility's; default Asia/Tokyo
 *   disclosures  false: without personal data; default true
 *   evidence   bundle: folder of keys, policy, certificates (bundle_make.h)
 *   report     bundle: false: without report.pdf, report.csv, report.json; default true
 *   consistent bundle: array of earlier sizes
 *   anchored   bundle: true: `size` is the most; where the policy demands a quorum, the newest checkpoint
 * that meets it and covers the batch. So also if size is absent texts      bundle, pdf, csv, json: folder of
 * catalogue.yaml, clauses.yaml, report-words.yaml, report-forms.yaml issue      bundle, pdf: issue number
 * printed on each page key, certificate  bundle, pdf: PEM files of the facility's P-256 key and its
 * certificate (chain behind it); with them the PDF is signed (pdf_sign.h)
 *
 * A run-away is ended by the kernel: memory and processor time are limited (main.c), and an alarm ends one
 * that hangs. Whoever starts it sees a signal or status 1, and nothing else is touched.
 */
#include "base/jansson.h"
#include <stdbool.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"
#include "store/scan.h"

/* Exit statuses. */
#define REPORT_FINE      0
#define REPORT_FAILED    1
#define REPORT_REQUEST   2 /* the request cannot be read */
#define REPORT_NOT_FOUND 3
#define REPORT_AWAY      4 /* the database cannot be reached */
#define REPORT_ALARM     5 /* the log is not what it was: entries are hidden */
#define REPORT_NEVER     6 /* `consistent` names a size of which the log has no checkpoint */

struct report_request {
    const char *kind, *database, *batch, *zone, *evidence;
    uint64_t size;
    int64_t now;
    bool disclosures;
    const json_t *all; /* for members of one kind alone */
};

/* Appends the document; *ret_error (free it) says why not. */
typedef int (*report_fn)(struct scan *s, const struct report_request *q, struct buf *ret, char **ret_error);

/* record/request.c */
must_check int report_json(struct scan *s, const struct report_request *q, struct buf *ret, char **ret_error);
must_check int report_csv(struct scan *s, const struct report_request *q, struct buf *ret, char **ret_error);
must_check int report_pdf(struct scan *s, const struct report_request *q, struct buf *ret, char **ret_error);
/* All three of one record, each appended to its own. */
must_check int report_all(struct scan *s, const struct report_request *q, struct buf *pdf, struct buf *csv,
                          struct buf *json, char **ret_error);
struct record;
/* The record that a request asks for; record_free() it. */
must_check int report_record(struct scan *s, const struct report_request *q, struct record **ret,
                             char **ret_error);

/* bundle/request.c */
must_check int report_bundle(struct scan *s, const struct report_request *q, struct buf *ret,
                             char **ret_error);
