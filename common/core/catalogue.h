#pragma once
/*
 * Texts and clauses. `etc/catalogue.yaml` maps each outcome code to a Japanese and an English text with
 * {placeholders} and a list of clause ids; `etc/clauses.yaml` maps clause ids to citations with effective
 * dates. Both are data: no legal text stands in C.
 */
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "core/protocol/protocol.h"

struct catalogue;

/* Loads both files; *ret_error (may be NULL) gets file:line:column and what is wrong; free() it. */
must_check int catalogue_load(const char *catalogue_path, const char *clauses_path, struct catalogue **ret,
                              char **ret_error);
void catalogue_free(struct catalogue *c);

/* The code's texts with {name} replaced from members of `args` (strings and integers; arrays joined by ", "
 * or "、"; an object with `ja` and `en` by the one of the language). An unknown code gives the code itself in
 * both. Lives in `a`. */
struct text catalogue_text(const struct catalogue *c, struct arena *a, const char *code,
                           const struct json *args);
/* What the person at the screen is told: the text of `code.how` where there is one, else the code's own.
 * `how` is the outcome (value.same.hold: what followed), or "value" where the entry has one to read back; it
 * may be NULL. */
struct text catalogue_said(const struct catalogue *c, struct arena *a, const char *code, const char *how,
                           const struct json *args);
/* A text of its own, filled in the same way. */
struct text catalogue_fill(struct arena *a, struct text template, const struct json *ja,
                           const struct json *en);
/* Clause ids of a code, NULL-terminated, never NULL. */
const char *const *catalogue_law(const struct catalogue *c, const char *code);
/* The records that lead on from a refusal, as its text says: names of kinds, NULL-terminated, never NULL. */
const char *const *catalogue_next(const struct catalogue *c, const char *code);
/* Citation of a clause in force on `day`, e.g. {"再生医療等安全性確保法施行規則 第99条第1項第20号", "ASRM
 * Enforcement Regulation, Art. 99(1)(xx)"}. ja == NULL if unknown. */
struct text catalogue_clause(const struct catalogue *c, const char *clause, int64_t day);
/* Every code in the catalogue, for tests; NULL-terminated. */
const char *const *catalogue_codes(const struct catalogue *c);
