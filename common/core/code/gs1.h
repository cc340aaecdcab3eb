#pragma once
/*
 * GS1 element strings (GS1 General Specifications, 3 and 7.8): the few application identifiers that a lot
 * label needs. Whatever is not understood to its last byte is refused.
 */
#include "core/code/code.h"

#define CODE_GS 0x1d

/* `raw` begins with ']' or GS. CPF_E_SYNTAX, or CPF_E_MISMATCH for the GTIN's check digit. */
must_check int code_gs1_read(const char *raw, size_t len, struct code *ret);
