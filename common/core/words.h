#pragma once
/*
 * What ids and codes are called, on paper and on a screen. Titles come from the batch's protocol; roles,
 * states, kinds of equipment and short names of what happened from etc/report-words.yaml (a catalogue as
 * core/catalogue.h reads them); codes that it lacks from etc/catalogue.yaml, whose texts speak to the person
 * at the screen.
 */
#include "base/json.h"
#include "core/catalogue.h"
#include "core/protocol/protocol.h"

struct words {
    struct catalogue *codes, *report, *staff; /* staff NULL: no register */
    const struct protocol *protocol;          /* NULL until known */
    struct arena *a;
    bool screen; /* a step is called by its title alone: it stands beside */
};

/* `staff`: the register of names (lines `staff.ID: {ja, en}`), or NULL. */
must_check int words_load(struct words *w, struct arena *a, const char *catalogue, const char *clauses,
                          const char *words, const char *staff, char **ret_error);
void words_fini(struct words *w);

struct text text_both(const char *s);
struct text words_value(const char *s); /* a measured value: what is no number has words of its own */
struct text text_printf(struct arena *a, struct text one, const char *fmt_ja,
                        const char *fmt_en); /* each has one %s */
/* "<family>.<id>"; the id itself if there is no word for it. */
struct text word(const struct words *w, const char *family, const char *id);
bool word_known(const struct words *w, const char *family, const char *id);
/* Name of a person; {NULL} if there is no register, or the person is not in it. */
struct text words_person(const struct words *w, const char *id);
/* What happened: `code` with `args`, whose ids are named as in step `step` (-1: none). */
struct text words_code(const struct words *w, const char *code, const struct json *args, int step);
/* The same arguments in either language, as catalogue_text() takes them. */
void words_args(const struct words *w, const struct json *args, int step, struct json **ret_ja,
                struct json **ret_en);
/* "title [id]": several steps may have one title. */
struct text words_step(const struct words *w, int step);
struct text words_step_id(const struct words *w, const char *id);
/* "14 d" and the like, with units in words. */
struct text words_span(const struct words *w, const struct span *s);
/* "52.5 ×10⁶": a number with its unit. */
const char *words_amount(const struct words *w, const char *number, const char *unit);
/* Texts joined by "、" and ", ". */
struct text words_join(const struct words *w, struct text a, struct text b);
/* Citation of a clause in force on `day`. */
struct text words_clause(const struct words *w, const char *clause, int64_t day);
