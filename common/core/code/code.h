#pragma once
/*
 * What was scanned? Decided by prefix or structure, never by guessing.
 *
 * Local codes: `<type>-<id>-<check>`, upper case, letters digits and hyphens only (a keyboard-wedge
 * scanner with the wrong layout mangles other signs). type: P person's badge, B batch card,
 * C container, L lot (`L-<lot>` or `L-<lot>-U<unit>`), E equipment, W place, D document,
 * N patient's number (wristband), X command. check: ISO 7064 MOD 37,36 over type and id without
 * hyphens. A container's id is `<batch>-<label><number>`. The scanner may put any AIM identifier before
 * (ISO/IEC 15424) and blanks or line ends around it.
 *
 * GS1 element strings: AIM prefix ]C1, ]d2, ]Q3, ]e0, ]J1 or a leading GS (0x1D); see gs1.h.
 *
 * Number, unit and date as people type them: typed.h. Anything else is CODE_TEXT, which only a desk form may
 * carry; but what was one of our codes before a keyboard, an input method or a bad read changed it is no
 * text: it has its own name among the faults.
 */
#include <stddef.h>
#include <stdbool.h>
#include "base/bounds.h"
#include "base/dec.h"
#include "base/err.h"
#include "base/word.h"
#include "core/code/typed.h"

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

/* The commands of the bench's card; `STEP-…`, `OPT-…` and `ACK-…` name what they choose, and are none of
 * these. */
enum code_command {
    COMMAND_OTHER,
    COMMAND_BACK,
    COMMAND_YES,
    COMMAND_OUT,
    COMMAND_BROKEN,
    COMMAND_LOST,
    COMMAND_ACK
};
extern const struct word_list command_words;

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
    bool run_on;        /* GS1: no separator, and the end of lot or serial may be elements of their own */
    char more[BOUND_RAW_SCAN + 1]; /* GS1: every other element, `(240)A-7(30)5`; or "" */
    struct dec value;              /* number */
    enum censor censor;            /* number */
    bool dated;                    /* `day` counts: a date, or eight digits that are one */
    int64_t day;
    enum typed_fault fault; /* text: why it is no number */
};

enum code_fault {
    CODE_OK,
    CODE_UNKNOWN,   /* of a symbology that nothing here has */
    CODE_FORM,      /* of a local or GS1 code, but not whole and right */
    CODE_CHECK,     /* check character or digit */
    CODE_LONG,      /* longer than any code */
    CODE_BYTES,     /* not UTF-8, or nothing at all */
    CODE_CAPS,      /* letters turned: CapsLock */
    CODE_WIDE,      /* an input method was open */
    CODE_LAYOUT,    /* the scanner's keyboard is another country's */
    CODE_TWO,       /* two codes in one */
    CODE_HALF,      /* its beginning or its end is missing */
    CODE_SEPARATOR, /* GS1: the separator (GS) got lost */
    CODE_ISBT,      /* an ISBT 128 code */
    CODE_LINK,      /* a GS1 Digital Link */
    CODE_RETAIL,    /* a GTIN alone: says the article, not the lot */
    CODE_FAULTS
};

/* *ret is untouched unless it returns CODE_OK. */
must_check enum code_fault code_read(const char *raw, size_t len, struct code *ret);

/* `<type>-<id>-<check>` for a label; ret at least 72 bytes. CPF_E_INVAL for characters outside the alphabet.
 */
must_check int code_make(char type, const char *id, char *ret, size_t ret_size);
void code_upper(char *id); /* of a step or an option, as codes have it: upper case, and `-` for `.` */
/* The code that says it: `what` alone (a word of command_words), or STEP, OPT or ACK with the id of a step,
 * an option or a person. CPF_E_INVAL: too long for one. */
must_check int code_make_command(const char *what, const char *id, char *ret, size_t ret_size);
enum code_command code_command(const struct code *c); /* COMMAND_OTHER: none of them, or no command */
const char *code_kind_name(enum code_kind k);         /* "badge", "batch", … */
