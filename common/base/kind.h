#pragma once
/*
 * The kinds of entries: the one list of their names, and what a program must know of a kind that knows
 * nothing of cells (ledger, audit, cpf-verify): whose stream it stands in, and what it does to that stream.
 * What a kind says and means is its module's: common/core/entry.
 *
 * A new kind is a line here, in the order of the names, and a module there.
 */
#include <stdbool.h>
#include <stddef.h>

enum stream_type {
    STREAM_NONE,
    STREAM_BATCH,
    STREAM_CLINIC,
    STREAM_DAY,
    STREAM_EQUIPMENT,
    STREAM_FACILITY,
    STREAM_LOG,
    STREAM_LOT,
    STREAM_PERSON,
    STREAM_PLACE,
    STREAM_PLAN,
    STREAM_PROTOCOL,
    STREAM_ROOM,
    STREAM_STATION,
};

enum kind_flag {
    KIND_ACT = 1,      /* counts only with its person's signature */
    KIND_CLOSES = 2,   /* its stream ends with it */
    KIND_COUNTS = 4,   /* and it says how many entries the stream has */
    KIND_REOPENS = 8,  /* the stream goes on */
    KIND_FORGETS = 16, /* in its transaction personal values are erased */
    KIND_KEYS = 32,    /* may give a person a key */
    KIND_REFUSAL = 64, /* something was refused */
    KIND_STEP = 128,   /* speaks of an occurrence of a step */
};

/* X(identifier, symbol of its module, name, stream, flags); STREAM_NONE: in any. */
#define KIND_LIST(X)                                                                                         \
    X(ALARM_ACKNOWLEDGED, alarm_acknowledged, "alarm.acknowledged", STREAM_STATION, 0)                       \
    X(ALARM_RAISED, alarm_raised, "alarm.raised", STREAM_STATION, 0)                                         \
    X(BASIS_ACCEPTED, basis_accepted, "basis.accepted", STREAM_FACILITY, KIND_ACT)                           \
    X(BASIS_CHANGED, basis_changed, "basis.changed", STREAM_FACILITY, 0)                                     \
    X(BATCH_CLOSED, batch_closed, "batch.closed", STREAM_BATCH, KIND_CLOSES | KIND_COUNTS)                   \
    X(BATCH_ORDERED, batch_ordered, "batch.ordered", STREAM_BATCH, KIND_STEP)                                \
    X(BATCH_REOPENED, batch_reopened, "batch.reopened", STREAM_BATCH, KIND_REOPENS)                          \
    X(BENCH_CONTEXT, bench_context, "bench.context", STREAM_DAY, 0)                                          \
    X(CLINIC_ADDED, clinic_added, "clinic.added", STREAM_CLINIC, 0)                                          \
    X(CLINIC_CHANGED, clinic_changed, "clinic.changed", STREAM_CLINIC, 0)                                    \
    X(CLINIC_WARNED, clinic_warned, "clinic.warned", STREAM_BATCH, 0)                                        \
    X(CLOCK_CONFIRMED, clock_confirmed, "clock.confirmed", STREAM_FACILITY, KIND_ACT)                        \
    X(CONSENT_WITHDRAWN, consent_withdrawn, "consent.withdrawn", STREAM_BATCH, 0)                            \
    X(CONTAINER_LOST, container_lost, "container.lost", STREAM_BATCH, 0)                                     \
    X(CONTAINER_RESCUED, container_rescued, "container.rescued", STREAM_BATCH, 0)                            \
    X(CORRECTION, correction, "correction", STREAM_BATCH, KIND_STEP)                                         \
    X(COUNT_TAKEN, count_taken, "count.taken", STREAM_FACILITY, 0)                                           \
    X(DAY_CLOSED, day_closed, "day.closed", STREAM_DAY, KIND_CLOSES)                                         \
    X(DAY_OPENED, day_opened, "day.opened", STREAM_DAY, 0)                                                   \
    X(DEVIATION_ACTION, deviation_action, "deviation.action", STREAM_BATCH, KIND_ACT)                        \
    X(DEVIATION_ASSESSED, deviation_assessed, "deviation.assessed", STREAM_BATCH, KIND_ACT)                  \
    X(DEVIATION_CLOSED, deviation_closed, "deviation.closed", STREAM_BATCH, KIND_ACT)                        \
    X(DEVIATION_CONFIRMED, deviation_confirmed, "deviation.confirmed", STREAM_BATCH, KIND_ACT)               \
    X(DEVIATION_OPENED, deviation_opened, "deviation.opened", STREAM_BATCH, 0)                               \
    X(DEVIATION_OVERDUE, deviation_overdue, "deviation.overdue", STREAM_BATCH, 0)                            \
    X(DEVIATION_REPORTED, deviation_reported, "deviation.reported", STREAM_BATCH, KIND_ACT)                  \
    X(DEVIATION_VERIFIED, deviation_verified, "deviation.verified", STREAM_BATCH, KIND_ACT)                  \
    X(DEVIATION_WITHDRAWN, deviation_withdrawn, "deviation.withdrawn", STREAM_BATCH, KIND_ACT)               \
    X(EQUIPMENT_ADDED, equipment_added, "equipment.added", STREAM_EQUIPMENT, 0)                              \
    X(EQUIPMENT_CHANGED, equipment_changed, "equipment.changed", STREAM_EQUIPMENT, 0)                        \
    X(EXPOSURE_LINKED, exposure_linked, "exposure.linked", STREAM_BATCH, 0)                                  \
    X(FACILITY_NUMBERING, facility_numbering, "facility.numbering", STREAM_FACILITY, KIND_ACT)               \
    X(FACILITY_OPENED, facility_opened, "facility.opened", STREAM_FACILITY, 0)                               \
    X(FACILITY_RESUMED, facility_resumed, "facility.resumed", STREAM_FACILITY, KIND_ACT)                     \
    X(FACILITY_STOPPED, facility_stopped, "facility.stopped", STREAM_FACILITY, 0)                            \
    X(FORM_CHECKED, form_checked, "form.checked", STREAM_FACILITY, 0)                                        \
    X(FORM_ENTERED, form_entered, "form.entered", STREAM_FACILITY, 0)                                        \
    X(FORM_ISSUED, form_issued, "form.issued", STREAM_FACILITY, 0)                                           \
    X(FORM_RETURNED, form_returned, "form.returned", STREAM_FACILITY, 0)                                     \
    X(FORM_VOIDED, form_voided, "form.voided", STREAM_FACILITY, 0)                                           \
    X(HOLD_LIFTED, hold_lifted, "hold.lifted", STREAM_BATCH, KIND_ACT)                                       \
    X(HOLD_PLACED, hold_placed, "hold.placed", STREAM_BATCH, 0)                                              \
    X(IDENTITY_SUPPLEMENTED, identity_supplemented, "identity.supplemented", STREAM_BATCH, KIND_ACT)         \
    X(INFORMATION_RECEIVED, information_received, "information.received", STREAM_BATCH, 0)                   \
    X(KEY_ROTATED, key_rotated, "key.rotated", STREAM_LOG, 0)                                                \
    X(LABEL_PRINTED, label_printed, "label.printed", STREAM_BATCH, 0)                                        \
    X(LABEL_REPRINTED, label_reprinted, "label.reprinted", STREAM_BATCH, 0)                                  \
    X(LABEL_VOIDED, label_voided, "label.voided", STREAM_BATCH, 0)                                           \
    X(LOG_BATCH_MAP, log_batch_map, "log.batch-map", STREAM_LOG, 0)                                          \
    X(LOG_OPENED, log_opened, "log.opened", STREAM_LOG, 0)                                                   \
    X(LOG_RECOVERED, log_recovered, "log.recovered", STREAM_LOG, 0)                                          \
    X(LOG_VOID, log_void, "log.void", STREAM_LOG, 0)                                                         \
    X(LOT_BLOCKED, lot_blocked, "lot.blocked", STREAM_LOT, 0)                                                \
    X(LOT_CLOSED, lot_closed, "lot.closed", STREAM_LOT, KIND_CLOSES)                                         \
    X(LOT_CONFORMING, lot_conforming, "lot.conforming", STREAM_LOT, 0)                                       \
    X(LOT_OPENED, lot_opened, "lot.opened", STREAM_LOT, 0)                                                   \
    X(LOT_RECEIVED, lot_received, "lot.received", STREAM_LOT, 0)                                             \
    X(LOT_RELEASED, lot_released, "lot.released", STREAM_LOT, 0)                                             \
    X(ORDER_ANSWERED, order_answered, "order.answered", STREAM_FACILITY, KIND_ACT)                           \
    X(PERSON_AWAY, person_away, "person.away", STREAM_PERSON, 0)                                             \
    X(PERSON_CHANGED, person_changed, "person.changed", STREAM_PERSON, KIND_KEYS)                            \
    X(PERSON_ENROLLED, person_enrolled, "person.enrolled", STREAM_PERSON, KIND_KEYS)                         \
    X(PERSON_FIT, person_fit, "person.fit", STREAM_DAY, 0)                                                   \
    X(PERSON_LOCKED, person_locked, "person.locked", STREAM_PERSON, 0)                                       \
    X(PERSON_UNLOCKED, person_unlocked, "person.unlocked", STREAM_PERSON, 0)                                 \
    X(PERSONAL_SHOWN, personal_shown, "personal.shown", STREAM_DAY, 0)                                       \
    X(PLACE_ADDED, place_added, "place.added", STREAM_PLACE, 0)                                              \
    X(PLAN_CHANGED, plan_changed, "plan.changed", STREAM_PLAN, 0)                                            \
    X(PLAN_REGISTERED, plan_registered, "plan.registered", STREAM_PLAN, 0)                                   \
    X(PRODUCT_ACCEPTED, product_accepted, "product.accepted", STREAM_BATCH, KIND_ACT)                        \
    X(PROTOCOL_APPROVED, protocol_approved, "protocol.approved", STREAM_PROTOCOL, 0)                         \
    X(PROTOCOL_READ, protocol_read, "protocol.read", STREAM_PROTOCOL, 0)                                     \
    X(PROTOCOL_REGISTERED, protocol_registered, "protocol.registered", STREAM_PROTOCOL, 0)                   \
    X(PROTOCOL_TEXT, protocol_text, "protocol.text", STREAM_PROTOCOL, 0)                                     \
    X(RECORDER_RESUMED, recorder_resumed, "recorder.resumed", STREAM_FACILITY, 0)                            \
    X(RECORDER_STOPPED, recorder_stopped, "recorder.stopped", STREAM_FACILITY, 0)                            \
    X(REDACTED, redacted, "redacted", STREAM_NONE, KIND_ACT | KIND_FORGETS)                                  \
    X(REFUSED, refused, "refused", STREAM_NONE, KIND_REFUSAL)                                                \
    X(RELEASE_SUSPENDED, release_suspended, "release.suspended", STREAM_BATCH, 0)                            \
    X(RESCUE_WITNESSED, rescue_witnessed, "rescue.witnessed", STREAM_BATCH, 0)                               \
    X(ROOM_ADDED, room_added, "room.added", STREAM_ROOM, 0)                                                  \
    X(ROOM_BLOCKED, room_blocked, "room.blocked", STREAM_ROOM, 0)                                            \
    X(ROOM_CONDITIONAL, room_conditional, "room.conditional", STREAM_BATCH, 0)                               \
    X(ROOM_REOPENED, room_reopened, "room.reopened", STREAM_ROOM, 0)                                         \
    X(ROTA_GAPS, rota_gaps, "rota.gaps", STREAM_BATCH, 0)                                                    \
    X(SESSION_CLOSED, session_closed, "session.closed", STREAM_DAY, 0)                                       \
    X(SESSION_FAILED, session_failed, "session.failed", STREAM_DAY, KIND_REFUSAL)                            \
    X(SESSION_OPENED, session_opened, "session.opened", STREAM_DAY, 0)                                       \
    X(STATION_ENROLLED, station_enrolled, "station.enrolled", STREAM_STATION, 0)                             \
    X(STATION_INVITED, station_invited, "station.invited", STREAM_STATION, 0)                                \
    X(STATION_RETURNED, station_returned, "station.returned", STREAM_STATION, 0)                             \
    X(STATION_REVOKED, station_revoked, "station.revoked", STREAM_STATION, 0)                                \
    X(STATION_SILENT, station_silent, "station.silent", STREAM_STATION, 0)                                   \
    X(STATION_SPARE_CONFIRMED, station_spare_confirmed, "station.spare-confirmed", STREAM_STATION, KIND_ACT) \
    X(STATION_SPARE_OPENED, station_spare_opened, "station.spare-opened", STREAM_STATION, KIND_ACT)          \
    X(STATION_SPOOLED, station_spooled, "station.spooled", STREAM_STATION, 0)                                \
    X(STEP_AGAIN, step_again, "step.again", STREAM_BATCH, 0)                                                 \
    X(STEP_FORM, step_form, "step.form", STREAM_BATCH, KIND_STEP)                                            \
    X(STEP_INPUT, step_input, "step.input", STREAM_BATCH, KIND_STEP)                                         \
    X(STEP_SIGNED, step_signed, "step.signed", STREAM_BATCH, KIND_STEP | KIND_ACT)                           \
    X(STEP_SKIPPED, step_skipped, "step.skipped", STREAM_BATCH, KIND_STEP)                                   \
    X(WARNING_DUE, warning_due, "warning.due", STREAM_BATCH, 0)

#define KIND_ENUM_(id, symbol, name, stream, flags) KIND_##id,
enum kind_id { KIND_NONE, KIND_LIST(KIND_ENUM_) KINDS };
#undef KIND_ENUM_

struct kind_name {
    enum kind_id id;
    const char *name;
    enum stream_type stream;
    unsigned flags;
};

/* KIND_NONE: not one of this program's. */
enum kind_id kind_find(const char *name);
/* The same for bytes without a NUL behind them. */
enum kind_id kind_find_n(const char *name, size_t len);
/* Of an id from kind_find; its name is NULL and its flags 0 for KIND_NONE. */
const struct kind_name *kind_about(enum kind_id id);
static inline const char *kind_text(enum kind_id id)
{
    return kind_about(id)->name;
}
static inline bool kind_has(enum kind_id id, enum kind_flag flag)
{
    return kind_about(id)->flags & flag;
}
bool kind_is(const char *name, enum kind_id id); /* is it the name of that one? NULL is of none */
/* Has the kind of that name the flag? A name of another program's has none. */
static inline bool kind_name_has(const char *name, enum kind_flag flag)
{
    return kind_has(kind_find(name), flag);
}

/* `batch/NK26-0147`: the type, and in *ret_rest (may be NULL) what stands behind the slash ("" if nothing).
 * STREAM_NONE for any other text. */
enum stream_type stream_type(const char *stream, const char **ret_rest);
const char *stream_type_name(enum stream_type t); /* "batch" */
/* What stands behind the slash if the stream is of that type, else NULL. */
const char *stream_rest(const char *stream, enum stream_type t);
