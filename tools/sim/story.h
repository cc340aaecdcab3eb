#pragma once
/*
 * A story: what people do with one batch, as data (etc/stories/README.md has
 * the language). One file is the story; a case is a further file that changes
 * it: what comes before, after or instead of a step, other values, another end.
 *
 * Everything lives in the story's arena.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "base/mem.h"
#include "core/entry/kind.h"

#define STORY_ERROR 400
#define NO_DAY      INT64_MIN

enum expect_kind {
    EXPECT_ACCEPTED,
    EXPECT_REFUSED,
    EXPECT_DEVIATION,
    EXPECT_HOLD,
    EXPECT_ALERT,
    EXPECT_ALREADY,
    EXPECT_ANY
};
const char *expect_name(enum expect_kind k); /* the answer's outcome, "any" for EXPECT_ANY */

struct expect {
    enum expect_kind kind;
    const char *code; /* NULL: any */
};

enum item_kind {
    ITEM_CODES,   /* one or more codes to scan, or a form's field of codes */
    ITEM_NUMBER,  /* name=expression */
    ITEM_TWICE,   /* name==expression: entered by the first person, then by the second */
    ITEM_WORD,    /* name:word, an option in a step of scans, a literal in a form */
    ITEM_TEXT,    /* name="text" */
    ITEM_WITNESS, /* the second person's badge; text = another person */
    ITEM_WAIT,    /* +18m */
    ITEM_RESEND,  /* the same request once more: the same answer */
    ITEM_RAW,     /* raw="...", scanned as it stands */
};

struct item {
    enum item_kind kind;
    int line;
    const char *name; /* of the field, or NULL */
    const char *text; /* expression, word, text, or codes divided by commas */
    int64_t wait_ms;
    struct expect expect;
    struct item *next;
};

enum block_kind {
    BLOCK_SCANS,   /* a step of scans */
    BLOCK_FORM,    /* a form at a desk */
    BLOCK_SIGN,    /* a signed act */
    BLOCK_SKIP,    /* "not done, because" */
    BLOCK_IN,      /* people sign in */
    BLOCK_OUT,     /* people sign out */
    BLOCK_ASSESS,  /* a designated person assesses every deviation not assessed yet */
    BLOCK_CONFIRM, /* another one, of quality, confirms what was assessed */
    BLOCK_CLOSE,   /* quality closes every open deviation */
    BLOCK_LIFT,    /* quality lifts every hold */
    BLOCK_RECORD,  /* one record of master data or of quality */
    BLOCK_STATE,   /* the batch's state must be this */
};

struct block {
    enum block_kind kind;
    const char *file;
    int line;
    int64_t day;   /* NO_DAY: as the block before */
    bool relative; /* `ms` counts from the end of the block before */
    int64_t ms;    /* since local midnight, or relative */
    const char *station;
    const char *step; /* step, record kind, or state */
    const char *who, *second;
    const char *names[6]; /* BLOCK_IN, _OUT: people */
    bool part;            /* `...`: the step is not finished by this block */
    bool gate;            /* `gate`: must be refused when a step was left out */
    bool other;           /* BLOCK_ASSESS, _CONFIRM, _CLOSE, _LIFT: of the batch beside this one */
    enum late late;       /* reason of a late entry */
    int64_t claim_ms;     /* the station's claim of time, before now; 0 = now */
    const char *pin;      /* BLOCK_IN: another PIN than the person's */
    struct expect expect; /* form, sign, skip, in, record */
    struct item *items;
    struct block *next;
};

struct cast {
    const char *name;
    size_t n;
    const char *id[8]; /* by lane */
    bool lot;          /* not copied in a larger facility */
    struct cast *next;
};

struct let {
    const char *name, *expr; /* expr NULL: `text` */
    const char *text;
    int line;
    struct let *next;
};

struct patient {
    const char *kanji, *kana, *latin, *birth;
    struct patient *next;
};

enum place_kind { PLACE_BEFORE, PLACE_AFTER, PLACE_INSTEAD };
struct change {
    enum place_kind place;
    const char *step;
    struct block *blocks;
    int line;
    struct change *next;
};

struct story {
    struct arena arena;
    const char *file, *name;
    const char *title_ja, *title_en;
    const char *protocol;
    int lanes;
    int cycle, nstagger,
        stagger[8]; /* days between waves: cycle * (wave / nstagger) + stagger[wave % nstagger] */
    struct cast *cast;
    struct let *lets;
    struct patient *patients;
    size_t npatients;
    struct block *blocks;
    /* a case */
    bool is_case;
    bool neighbour;    /* needs another batch beside it */
    const char *until; /* the batch's story ends behind this step */
    int begins;        /* a case: its day 0, in days behind that of the first wave; -1: with its wave */
    struct change *changes;
};

/* *ret_error: file:line: what. */
must_check int story_load(const char *path, struct story **ret, char ret_error[STORY_ERROR]);
void story_free(struct story *s);

/* The blocks of `s` with the case's changes and without the step `omit` (both may be NULL); lives in `a`.
 * CPF_E_NOTFOUND if a change or `omit` names a step that the story does not have. */
must_check int story_merge(const struct story *s, const struct story *with, const char *omit, struct arena *a,
                           struct block **ret, char ret_error[STORY_ERROR]);
const struct cast *story_cast(const struct story *s, const char *name);
