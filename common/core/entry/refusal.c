/* Refusals, and what links batches. */
#include "core/entry/refusal.h"

static const struct member refused_member[] = {
    M_TEXT(struct refused, step, 0),
    M_TEXT(struct refused, resets, 0),
    M_TEXT(struct refused, container, 0),
    M_SECRETS(struct refused, secrets),
};

static const struct member linked_member[] = {
    M_TEXT(struct exposure_linked, thing, 0),     M_TEXT(struct exposure_linked, lot, 0),
    M_TEXT(struct exposure_linked, container, 0), M_BOOL(struct exposure_linked, to, 0),
    M_BOOL(struct exposure_linked, closed, 0),    M_SECRETS(struct exposure_linked, secrets),
};

const struct kind kind_refused = {
    .id = KIND_REFUSED,
    .shape = SHAPE(struct refused, refused_member),
    .reads = {"受け付けなかった", "refused"},
};

const struct kind kind_exposure_linked = {
    .id = KIND_EXPOSURE_LINKED,
    .shape = SHAPE(struct exposure_linked, linked_member),
    .reads = {"ほかのバッチとの関わりを記録した", "a link to another batch was recorded"},
};
