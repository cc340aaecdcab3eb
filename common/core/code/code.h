#pragma once
/*
 * What was scanned? Decided by prefix or structure, never by guessing.
 *
 * Local codes: `<type>-<id>-<check>`, upper case, letters digits and hyphens only (a keyboard-wedge
 * scanner with the wrong layout mangles other signs). type: P person's badge, B batch card,
 * C container, L lot (`L-<lot>` or `L-<lot>-U<unit>`), E equipment, W place, D document,
 * N patient's number (wristband), X command. check: ISO 7064 MOD 37,36 over type and id without
 * hyphens. A container's id is `<batch>-<label><number>`.
 *
 * GS1 element strings: AIM prefix ]C1, ]d2, ]Q3, ]e0 or a leading GS (0x1D); AIs 01, 10, 11, 17, 21,
 * GS between variable-length ones; day 00 = end of month.
 *
 * Number: decimal of base/dec.h, optionally one blank and a unit. Date: YYYY-MM-DD.
 * Anything else is CODE_TEXT, which only a desk form may carry.
 */
#include <stddef.h>
#include "base/dec.h"
#include "base/err.h"

enum code_kind {
    CODE_BADGE,
    CODE_BATCH,
    CODE_CONTAINER,
    CODE_LOT,
    CODE_GS1,
    CODE_EQUIPMENT,
    CODE_PLACE,
    CODE_DOCUMENT,
    CODE_PATIENT,
    CODE_COMMAND,
    CODE_NUMBER,
    CODE_DATE,
    CODE_TEXT
};

struct code {
    enum code_kind kind;
    char id[65];        /* badge, batch, container, lot, equipment, place, document, patient, command id */
    char batch[65];     /* container: the batch part */
    char label[17];     /* container: the label letters */
    int number;         /* container: the label number */
    char unit[33];      /* lot: unit serial (without U) or GS1 21; number: the unit given, or "" */
    char gtin[15];      /* GS1 01 */
    char lot[21];       /* GS1 10 */
    int64_t expiry_day; /* GS1 17: day number, else INT64_MIN */
    int64_t made_day;   /* GS1 11 */
    struct dec value;   /* number */
    int64_t day;        /* date */
};

/* CPF_OK; CPF_E_SYNTAX: looks like a local or GS1 code but is malformed; CPF_E_MISMATCH: check
 * character or digit is wrong; CPF_E_LIMIT: too long; CPF_E_UTF8. */
must_check int code_read(const char *raw, size_t len, struct code *ret);

/* `<type>-<id>-<check>` for a label; ret at least 72 bytes. CPF_E_INVAL for characters outside the alphabet.
 */
must_check int code_make(char type, const char *id, char *ret, size_t ret_size);
const char *code_kind_name(enum code_kind k); /* "badge", "batch", … */
