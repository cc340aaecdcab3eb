#pragma once
/*
 * The statutory form of a product (etc/report-forms.yaml): its items, and where in the record each is found.
 */
#include "core/protocol/protocol.h"

enum form_kind { FORM_TEXT, FORM_PRODUCT, FORM_FIELD, FORM_BY, FORM_AT, FORM_DAYS, FORM_CLINIC };

struct form_part {
    enum form_kind kind;
    struct text text;
    struct ref ref; /* FIELD, BY, AT, DAYS, CLINIC: the field with the plan's number */
    int until;      /* DAYS: the second step */
};

struct form_item {
    const char *id;
    size_t nparts;
    struct form_part *part;
};

struct form {
    int retention_years; /* 0: not said */
    struct text retention_why;
    size_t nitems;
    struct form_item *item;
};

/* The form of protocol `p`; no items if the file has none for it. *ret_error (free it): file:line:column. */
must_check int form_load(const char *path, struct arena *a, const struct protocol *p, struct form *ret,
                         char **ret_error);
