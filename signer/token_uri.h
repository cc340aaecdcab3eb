#pragma once
/*
 * pkcs11: URIs (RFC 7512) as far as one key needs: path attributes token, serial, object, id, type (private);
 * query attributes module-path and pin-source (a file, with or without file:). Others are refused.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

#define TOKEN_URI_MAX 256 /* of one attribute, NUL included */

struct token_uri {
    char token[TOKEN_URI_MAX], serial[TOKEN_URI_MAX]; /* "" where not given */
    char object[TOKEN_URI_MAX];                       /* the key's label */
    uint8_t id[TOKEN_URI_MAX];
    size_t id_len;
    char module[TOKEN_URI_MAX], pin_source[TOKEN_URI_MAX];
};

/* Does it begin "pkcs11:"? */
bool token_uri_is(const char *text);
/* CPF_E_SYNTAX; CPF_E_INVAL if neither object nor id names the key, or neither token nor serial the token. */
must_check int token_uri_parse(struct token_uri *u, const char *text);
