#pragma once
/*
 * GS1 element strings (GS1 General Specifications 3 and 7.8), by the table of their lengths. What a lot's
 * label needs is read (01 02 10 11 17 21 7003); every other element is kept as it stands; one that is in no
 * table ends at the separator.
 */
#include "core/code/code.h"

#define CODE_GS 0x1d

/* `raw` begins with an AIM identifier of GS1 or with GS. */
must_check enum code_fault code_gs1_read(const char *raw, size_t len, struct code *ret);
/* Does it begin with an AIM identifier that says GS1? */
bool code_gs1_said(const char *raw, size_t len);
/* Could all of `s` be element strings that have been run on without a separator? */
bool code_gs1_elements(const char *s, size_t len);
/* Does the last of `len` digits check the others (7.9)? */
bool code_gs1_check(const char *s, size_t len);
