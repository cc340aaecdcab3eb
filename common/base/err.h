#pragma once
/*
 * Failures: one negative code from one enum, one text table.
 *
 * Three kinds of bad news are never mixed. A bug ends the process through
 * `require()`. A failure is an int, 0 or one of these codes, and must be
 * looked at. A refusal is a value of its own (core/verdict.h) and is audited.
 */
#include <stddef.h>

#define must_check __attribute__((warn_unused_result))

enum cpf_err {
    CPF_OK = 0,
    CPF_E_NOMEM = -100, /* no memory */
    CPF_E_INVAL,        /* an argument outside its contract's range */
    CPF_E_LIMIT,        /* larger than a limit of bounds.h */
    CPF_E_SYNTAX,       /* text that is not of its grammar */
    CPF_E_PROFILE,      /* well-formed JSON outside the closed profile */
    CPF_E_UTF8,         /* not well-formed UTF-8, or NUL */
    CPF_E_DEPTH,        /* nested deeper than allowed */
    CPF_E_DUPLICATE,    /* a name or an id twice */
    CPF_E_NOTFOUND,
    CPF_E_MISMATCH,  /* two things that must be equal differ */
    CPF_E_SIGNATURE, /* a signature does not verify */
    CPF_E_KEY,       /* a key that is malformed, weak or not ours */
    CPF_E_SECRET,    /* wrong password or PIN, or a damaged sealed key */
    CPF_E_PROOF,     /* a Merkle proof does not hold */
    CPF_E_IO,        /* the operating system said no; errno tells */
    CPF_E_CRYPTO,    /* OpenSSL failed where it must not */
    CPF_E_STALE,     /* a lower epoch than the signer knows */
    CPF_E_REFUSED,   /* the signer refuses; its text says what to do */
    CPF_E_STATE,     /* not possible in this state */
    CPF_E_DB,        /* PostgreSQL refused a statement */
    CPF_E_AWAY,      /* a peer (database, signer) is not there now */
    CPF_E_BUSY,      /* a queue is full */
    CPF_E_FORK,      /* history contradicts itself */
    CPF_E_VERSION,   /* another version than this program knows */
    CPF_E_LAST
};

/* English text of a code; never NULL, also for unknown codes. */
const char *cpf_strerror(int code);

/*
 * Always-on check for bugs: prints file, line and the condition to stderr and
 * aborts. It is never used for anything that input can cause.
 */
#define require(cond) ((cond) ? (void)0 : cpf_require_failed(#cond, __FILE__, __LINE__))
_Noreturn void cpf_require_failed(const char *cond, const char *file, int line);
