#pragma once
/*
 * A PAdES baseline signature (ETSI EN 319 142-1, B-B) over a whole PDF by incremental update: the bytes given
 * stay as they are, an invisible signature field and its value follow. /ETSI.CAdES.detached, CMS with the
 * signing-certificate-v2 attribute and without signing-time (the time stands in the dictionary's /M).
 *
 * For PDFs as cairo writes them: a classic cross-reference table, one trailer. Anything else is refused.
 */
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"

struct pdf_signer;
/* PEM files: a P-256 key, and its certificate with the chain behind it. CPF_E_IO, CPF_E_KEY (another kind of
 * key, or not the certificate's). *ret_error (free it) says what. */
must_check int pdf_signer_new(const char *key_path, const char *certificate_path, struct pdf_signer **ret,
                              char **ret_error);
void pdf_signer_free(struct pdf_signer *s); /* NULL is fine */

/* Appends the update to `pdf`. `made`: Unix ms; `reason` in UTF-8. CPF_E_SYNTAX for a PDF that it does not
 * know; CPF_E_CRYPTO; `pdf` is then as it was. */
must_check int pdf_sign(const struct pdf_signer *s, struct buf *pdf, int64_t made, const char *reason);
