#include "core/protocol/word.h"

#include "core/protocol/protocol.h"

const struct word container_use_words[] = {
    {"issue", USE_ISSUE},     {"attach", USE_ATTACH},   {"fill", USE_FILL},
    {"take", USE_TAKE},       {"consume", USE_CONSUME}, {"place", USE_PLACE},
    {"discard", USE_DISCARD}, {"leave", USE_LEAVE},     {NULL, 0},
};

const struct word lot_use_words[] = {
    {"stage", LOT_STAGE}, {"draw", LOT_DRAW}, {"account", LOT_ACCOUNT}, {NULL, 0}};

const struct word effect_words[] = {
    {"ok", EFFECT_OK},     {"alert", EFFECT_ALERT},   {"deviation", EFFECT_DEVIATION},
    {"hold", EFFECT_HOLD}, {"refuse", EFFECT_REFUSE}, {NULL, 0},
};

const struct word derive_words[] = {
    {"sum", DERIVE_SUM},           {"diff", DERIVE_DIFF},
    {"mean", DERIVE_MEAN},         {"product", DERIVE_PRODUCT},
    {"ratio", DERIVE_RATIO},       {"viability", DERIVE_VIABILITY},
    {"doubling", DERIVE_DOUBLING}, {NULL, 0},
};

const struct word meaning_words[] = {
    {"plan", MEANS_PLAN},           {"facility", MEANS_FACILITY},
    {"physician", MEANS_PHYSICIAN}, {"draw", MEANS_DRAW},
    {"infusion", MEANS_INFUSION},   {"name", MEANS_NAME},
    {"birth", MEANS_BIRTH},         {NULL, 0},
};

const struct word field_kind_words[] = {
    {"container", FIELD_CONTAINER}, {"lot", FIELD_LOT},
    {"equipment", FIELD_EQUIPMENT}, {"place", FIELD_PLACE},
    {"badge", FIELD_BADGE},         {"document", FIELD_DOCUMENT},
    {"number", FIELD_NUMBER},       {"choice", FIELD_CHOICE},
    {"date", FIELD_DATE},           {"token", FIELD_TOKEN},
    {"text", FIELD_TEXT},           {"identity", FIELD_IDENTITY},
    {"derived", FIELD_DERIVED},     {NULL, 0},
};

const struct word verb_words[] = {
    {"approve", VERB_APPROVE},         {"report", VERB_REPORT},
    {"confirm", VERB_CONFIRM},         {"decide", VERB_DECIDE},
    {"accept", VERB_ACCEPT},           {"go", VERB_GO},
    {"countersign", VERB_COUNTERSIGN}, {"judge", VERB_JUDGE},
    {"complete", VERB_COMPLETE},       {NULL, 0},
};

const struct word need_words[] = {
    {"steps", NEED_STEPS},
    {"all-steps", NEED_ALL_STEPS},
    {"no-hold", NEED_NO_HOLD},
    {"deviations-assessed", NEED_ASSESSED},
    {"deviations-closed", NEED_CLOSED},
    {"labels", NEED_LABELS},
    {"containers", NEED_CONTAINERS},
    {"no-manufacturing-act", NEED_NO_MANUFACTURING},
    {"no-quality-act", NEED_NO_QUALITY},
    {"decision", NEED_DECISION},
    {"expiry", NEED_EXPIRY},
    {"valid", NEED_VALID},
    {"protocol", NEED_PROTOCOL},
    {NULL, 0},
};

const char *word_text(const struct word *words, int value)
{
    while (words->text && words->value != value)
        words++;
    return words->text;
}
