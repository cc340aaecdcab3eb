#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

#define SLOT(code) [(code)-CPF_E_NOMEM]

static const char *const texts[CPF_E_LAST - CPF_E_NOMEM] = {
    SLOT(CPF_E_NOMEM) = "out of memory",
    SLOT(CPF_E_INVAL) = "argument out of range",
    SLOT(CPF_E_LIMIT) = "larger than allowed",
    SLOT(CPF_E_SYNTAX) = "malformed text",
    SLOT(CPF_E_PROFILE) = "JSON outside the profile",
    SLOT(CPF_E_UTF8) = "text is not well-formed UTF-8, or holds NUL",
    SLOT(CPF_E_DEPTH) = "nested too deeply",
    SLOT(CPF_E_DUPLICATE) = "duplicate name or id",
    SLOT(CPF_E_NOTFOUND) = "not found",
    SLOT(CPF_E_MISMATCH) = "values that must be equal differ",
    SLOT(CPF_E_SIGNATURE) = "signature does not verify",
    SLOT(CPF_E_KEY) = "malformed, weak or foreign key",
    SLOT(CPF_E_SECRET) = "wrong password or damaged sealed key",
    SLOT(CPF_E_PROOF) = "Merkle proof does not hold",
    SLOT(CPF_E_IO) = "input or output failed",
    SLOT(CPF_E_CRYPTO) = "cryptographic library failed",
    SLOT(CPF_E_STALE) = "epoch is stale",
    SLOT(CPF_E_REFUSED) = "refused by the signer",
    SLOT(CPF_E_STATE) = "not possible in this state",
    SLOT(CPF_E_DB) = "statement refused by the database",
    SLOT(CPF_E_AWAY) = "peer is not available",
    SLOT(CPF_E_BUSY) = "queue is full",
    SLOT(CPF_E_FORK) = "history contradicts itself",
    SLOT(CPF_E_VERSION) = "unknown version",
};

const char *cpf_strerror(int code)
{
    if (code == CPF_OK)
        return "success";
    if (code < CPF_E_NOMEM || code >= CPF_E_LAST)
        return "unknown error";
    return texts[code - CPF_E_NOMEM];
}

_Noreturn void cpf_require_failed(const char *cond, const char *file, int line)
{
    fprintf(stderr, "%s:%d: requirement failed: %s\n", file, line, cond);
    fflush(stderr);
    abort();
}
