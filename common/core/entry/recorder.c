/* The daemon itself. */
#include "core/entry/recorder.h"

#include "base/clock.h"
#include "core/book/apply.h"

static const struct member resumed_member[] = {
    M_TEXT(struct recorder_resumed, since, NEEDED),
    M_TEXT(struct recorder_resumed, cause, NEEDED),
};

static int apply_resumed(struct book *b, struct stream *s, const struct entry *e, const void *body)
{
    const struct recorder_resumed *v = body;
    int64_t since;
    (void)s;
    if (!v->since || clock_parse_rfc3339(v->since, &since) != 0)
        return CPF_E_PROFILE;
    outage_add(b, &b->outages, since, e->at);
    return 0;
}

const struct kind kind_recorder_resumed = {
    .id = KIND_RECORDER_RESUMED,
    .shape = SHAPE(struct recorder_resumed, resumed_member),
    .apply = apply_resumed,
    .reads = {"記録を再開した（{since} から中断、{cause}）",
              "recording went on (away since {since}: {cause})"},
};

const struct kind kind_recorder_stopped = {
    .id = KIND_RECORDER_STOPPED,
    .shape = SHAPE_EMPTY,
    .reads = {"記録を止めた", "recording was stopped"},
};
