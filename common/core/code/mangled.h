#pragma once
/*
 * What was one of our codes before a keyboard, an input method or a bad read changed it. Found by changing it
 * back: only what then has the right check character has been such a code (one text in 36 of its form would
 * have it by chance).
 */
#include "core/code/code.h"

/* A code of ours that did not read (`fault` says why): two, half, or just that fault. */
enum code_fault mangled_local(const char *s, size_t len, enum code_fault fault);
/* Text that no person typed: CODE_CAPS, CODE_WIDE, CODE_LAYOUT, CODE_TWO, CODE_HALF, CODE_ISBT, CODE_LINK; or
 * CODE_OK. */
enum code_fault mangled_name(const char *s, size_t len);

/* code.c: a type letter, a hyphen, and no blank ("E-mail sent to ward 3" is a text); and the reading of it.
 */
bool code_local_said(const char *s, size_t len);
enum code_fault code_local_read(const char *s, size_t len, struct code *c);
