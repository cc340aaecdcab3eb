/* The tables of the projections: columns, and how they merge. As in schema/deploy/projections.sql. */
#include "core/view/view.h"

static const struct view_column batch[] = {
    {"batch", VIEW_TEXT, VIEW_KEY},    {"protocol", VIEW_TEXT, VIEW_LAST},
    {"version", VIEW_TEXT, VIEW_LAST}, {"hash", VIEW_TEXT, VIEW_LAST},
    {"state", VIEW_TEXT, VIEW_LAST},   {"disposition", VIEW_TEXT, VIEW_LAST},
    {"decided", VIEW_TIME, VIEW_LAST}, {"decided_by", VIEW_TEXT, VIEW_LAST},
    {"opened", VIEW_TIME, VIEW_ONCE},  {"provided", VIEW_TIME, VIEW_LAST},
    {"closed", VIEW_TIME, VIEW_LAST},  {"is_open", VIEW_BOOL, VIEW_LAST},
    {"holds", VIEW_INT, VIEW_ADD},     {"deviations", VIEW_INT, VIEW_ADD},
    {"entries", VIEW_INT, VIEW_ADD},   {"idx", VIEW_INT, VIEW_LAST},
};

static const struct view_column batch_step[] = {
    {"batch", VIEW_TEXT, VIEW_KEY},      {"step", VIEW_TEXT, VIEW_KEY},
    {"occ", VIEW_INT, VIEW_KEY},         {"state", VIEW_TEXT, VIEW_LAST},
    {"begun", VIEW_TIME, VIEW_ONCE},     {"done", VIEW_TIME, VIEW_LAST},
    {"performer", VIEW_TEXT, VIEW_LAST}, {"recorder", VIEW_TEXT, VIEW_LAST},
    {"witness", VIEW_TEXT, VIEW_LAST},   {"late", VIEW_TEXT, VIEW_LAST},
    {"entries", VIEW_INT, VIEW_ADD},     {"idx", VIEW_INT, VIEW_LAST},
};

static const struct view_column container[] = {
    {"container", VIEW_TEXT, VIEW_KEY}, {"batch", VIEW_TEXT, VIEW_LAST},  {"label", VIEW_TEXT, VIEW_LAST},
    {"state", VIEW_TEXT, VIEW_LAST},    {"issued", VIEW_TIME, VIEW_ONCE}, {"changed", VIEW_TIME, VIEW_LAST},
    {"step", VIEW_TEXT, VIEW_LAST},     {"idx", VIEW_INT, VIEW_LAST},
};

static const struct view_column deviation[] = {
    {"deviation", VIEW_TEXT, VIEW_KEY},  {"batch", VIEW_TEXT, VIEW_LAST},
    {"step", VIEW_TEXT, VIEW_LAST},      {"field", VIEW_TEXT, VIEW_LAST},
    {"cause", VIEW_TEXT, VIEW_LAST},     {"args", VIEW_TEXT, VIEW_LAST},
    {"hold", VIEW_BOOL, VIEW_LAST},      {"opened", VIEW_TIME, VIEW_ONCE},
    {"opened_by", VIEW_TEXT, VIEW_ONCE}, {"grade", VIEW_TEXT, VIEW_LAST},
    {"assessed", VIEW_TIME, VIEW_LAST},  {"assessed_by", VIEW_TEXT, VIEW_LAST},
    {"closed", VIEW_TIME, VIEW_LAST},    {"closed_by", VIEW_TEXT, VIEW_LAST},
    {"idx", VIEW_INT, VIEW_LAST},
};

static const struct view_column hold[] = {
    {"hold", VIEW_TEXT, VIEW_KEY},       {"batch", VIEW_TEXT, VIEW_LAST},
    {"deviation", VIEW_TEXT, VIEW_LAST}, {"cause", VIEW_TEXT, VIEW_LAST},
    {"placed", VIEW_TIME, VIEW_ONCE},    {"lifted", VIEW_TIME, VIEW_LAST},
    {"lifted_by", VIEW_TEXT, VIEW_LAST}, {"idx", VIEW_INT, VIEW_LAST},
};

static const struct view_column session[] = {
    {"idx", VIEW_INT, VIEW_KEY},      {"station", VIEW_TEXT, VIEW_LAST}, {"person", VIEW_TEXT, VIEW_LAST},
    {"opened", VIEW_TIME, VIEW_LAST}, {"closed", VIEW_TIME, VIEW_LAST},  {"ended", VIEW_TEXT, VIEW_LAST},
};

static const struct view_column measurement[] = {
    {"idx", VIEW_INT, VIEW_KEY},        {"n", VIEW_INT, VIEW_KEY},          {"batch", VIEW_TEXT, VIEW_LAST},
    {"step", VIEW_TEXT, VIEW_LAST},     {"occ", VIEW_INT, VIEW_LAST},       {"field", VIEW_TEXT, VIEW_LAST},
    {"value", VIEW_DECIMAL, VIEW_LAST}, {"unit", VIEW_TEXT, VIEW_LAST},     {"limits", VIEW_TEXT, VIEW_LAST},
    {"derived", VIEW_BOOL, VIEW_LAST},  {"reading", VIEW_TEXT, VIEW_LAST},  {"at", VIEW_TIME, VIEW_LAST},
    {"person", VIEW_TEXT, VIEW_LAST},   {"corrects", VIEW_TEXT, VIEW_LAST},
};

static const struct view_column lot_use[] = {
    {"idx", VIEW_INT, VIEW_KEY},        {"n", VIEW_INT, VIEW_KEY},      {"batch", VIEW_TEXT, VIEW_LAST},
    {"step", VIEW_TEXT, VIEW_LAST},     {"occ", VIEW_INT, VIEW_LAST},   {"field", VIEW_TEXT, VIEW_LAST},
    {"lot", VIEW_TEXT, VIEW_LAST},      {"unit", VIEW_TEXT, VIEW_LAST}, {"use", VIEW_TEXT, VIEW_LAST},
    {"outcome", VIEW_TEXT, VIEW_LAST},  {"at", VIEW_TIME, VIEW_LAST},   {"person", VIEW_TEXT, VIEW_LAST},
    {"corrects", VIEW_TEXT, VIEW_LAST},
};

static const struct view_column thing_use[] = {
    {"idx", VIEW_INT, VIEW_KEY},        {"n", VIEW_INT, VIEW_KEY},        {"batch", VIEW_TEXT, VIEW_LAST},
    {"step", VIEW_TEXT, VIEW_LAST},     {"occ", VIEW_INT, VIEW_LAST},     {"field", VIEW_TEXT, VIEW_LAST},
    {"kind", VIEW_TEXT, VIEW_LAST},     {"thing", VIEW_TEXT, VIEW_LAST},  {"use", VIEW_TEXT, VIEW_LAST},
    {"at", VIEW_TIME, VIEW_LAST},       {"person", VIEW_TEXT, VIEW_LAST}, {"station", VIEW_TEXT, VIEW_LAST},
    {"corrects", VIEW_TEXT, VIEW_LAST},
};

static const struct view_column signed_act[] = {
    {"idx", VIEW_INT, VIEW_KEY},       {"stream", VIEW_TEXT, VIEW_LAST},  {"batch", VIEW_TEXT, VIEW_LAST},
    {"kind", VIEW_TEXT, VIEW_LAST},    {"step", VIEW_TEXT, VIEW_LAST},    {"person", VIEW_TEXT, VIEW_LAST},
    {"dept", VIEW_TEXT, VIEW_LAST},    {"meaning", VIEW_TEXT, VIEW_LAST}, {"key", VIEW_TEXT, VIEW_LAST},
    {"outcome", VIEW_TEXT, VIEW_LAST}, {"at", VIEW_TIME, VIEW_LAST},
};

static const struct view_column refusal[] = {
    {"idx", VIEW_INT, VIEW_KEY},    {"stream", VIEW_TEXT, VIEW_LAST},  {"batch", VIEW_TEXT, VIEW_LAST},
    {"step", VIEW_TEXT, VIEW_LAST}, {"station", VIEW_TEXT, VIEW_LAST}, {"person", VIEW_TEXT, VIEW_LAST},
    {"code", VIEW_TEXT, VIEW_LAST}, {"args", VIEW_TEXT, VIEW_LAST},    {"outcome", VIEW_TEXT, VIEW_LAST},
    {"law", VIEW_TEXT, VIEW_LAST},  {"at", VIEW_TIME, VIEW_LAST},
};

#define TABLE(name, appended)                                                                                \
    {                                                                                                        \
#name, appended, sizeof(name) / sizeof(*name), name                                                  \
    }
const struct view_table view_tables[VIEW_TABLES] = {
    [VIEW_BATCH] = TABLE(batch, false),
    [VIEW_BATCH_STEP] = TABLE(batch_step, false),
    [VIEW_CONTAINER] = TABLE(container, false),
    [VIEW_DEVIATION] = TABLE(deviation, false),
    [VIEW_HOLD] = TABLE(hold, false),
    [VIEW_SESSION] = TABLE(session, false),
    [VIEW_MEASUREMENT] = TABLE(measurement, true),
    [VIEW_LOT_USE] = TABLE(lot_use, true),
    [VIEW_THING_USE] = TABLE(thing_use, true),
    [VIEW_SIGNED_ACT] = TABLE(signed_act, true),
    [VIEW_REFUSAL] = TABLE(refusal, true),
};
