#pragma once
/*
 * Layouts of labels: the files of etc/labels, one layout each (doc/labels.md is its language). Read strictly,
 * as the table of rights is: what is unknown is named by line and column, with what it was near. A layout
 * says which kinds of label of a protocol it is for, where what stands, and how small a text may become;
 * whether a text fits is known only when it is drawn (report/pdf/label.h).
 *
 * Lengths are micrometres from the label's upper left corner, fonts tenths of a point.
 */
#include "base/err.h"
#include "base/shape.h"
#include "core/protocol/protocol.h"

#define LABEL_FIELDS  24    /* of a layout */
#define LABEL_LAYOUTS 64    /* of a folder */
#define LABEL_BYTES   16384 /* of a file */

enum label_show {
    LABEL_NOTHING,
    LABEL_CODE,      /* Data Matrix of the container's code */
    LABEL_CONTAINER, /* its id in letters */
    LABEL_BATCH,
    LABEL_TITLE, /* of the kind of label, as the protocol has it */
    LABEL_PRODUCT,
    LABEL_PATIENT, /* the number that marks the donor, never a name */
    LABEL_FACILITY,
    LABEL_PRINTED, /* when */
    LABEL_EXPIRY,  /* of the clock `of` */
    LABEL_VALUE,   /* that the record has in the field `of` */
    LABEL_TEXT,
};
extern const struct word_list label_show_words;

struct label_field {
    enum label_show show;
    int x, y, width, height; /* of a code width == height, without its quiet zone */
    int font, least;         /* it is set smaller, down to that, until it fits */
    bool bold;
    const char *of;    /* step.field, or a clock */
    const char *until; /* it stands there while that step is not done; NULL: always */
    struct text text;  /* of LABEL_TEXT; of the others what stands before the value, or NULL */
};

struct label_layout {
    const char *id; /* the file's name */
    int width, height;
    bool english;         /* the language of its words; else Japanese */
    const char *protocol; /* of that one alone; NULL: of any */
    struct texts kinds;   /* of label */
    size_t nfields;
    struct label_field field[LABEL_FIELDS];
};

struct label_layouts {
    struct arena arena;
    size_t n;
    struct label_layout layout[LABEL_LAYOUTS];
};

/* `a` keeps what *ret points to. As protocol_load: at most `max` errors, *ret_n how many there were. */
must_check int label_layout_load(struct arena *a, const char *text, size_t len, struct label_layout *ret,
                                 struct protocol_error *errors, size_t max, size_t *ret_n);
/* Every *.yaml of the folder, by name; a folder that is not there has none. *ret_error: file:line:column and
 * what is wrong, also where two layouts are for the same kind. */
must_check int label_layouts_load(const char *folder, struct label_layouts **ret, char **ret_error);
void label_layouts_free(struct label_layouts *l); /* NULL is fine */
/* The protocol's own one, else one of any; NULL: there is none. */
const struct label_layout *label_layout_for(const struct label_layouts *l, const char *protocol,
                                            const char *kind);
