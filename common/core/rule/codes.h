#pragma once
/*
 * What the rules say: the codes of etc/catalogue.yaml that they use, and what hangs on them here. No rule
 * compares their words.
 */

enum say_flag {
    SAY_LATCHED = 1,        /* stays on the screen until it is acknowledged */
    SAY_MAJOR = 2,          /* its deviation is major from the start */
    SAY_HOLDS_PATIENT = 4,  /* refused, it holds the batch until somebody has cleared who the patient is */
    SAY_RESETS = 8,         /* refused, the field's first entry counts no more: both are asked for again */
    SAY_COUNTS = 16,        /* a wrong secret: it counts towards the lock-out */
    SAY_OPTION = 32,        /* found by a choice */
    SAY_DEADLINE = 64,      /* its deviation: a step was not done in time, and is told once */
    SAY_ASKS = 256,         /* refused, it is a question: the same once more answers it */
    SAY_HOLDS_CLINIC = 128, /* its hold stops what is done with the patient until quality has lifted it */
};

/* X(identifier, code, flags) */
#define SAY_LIST(X)                                                                                          \
    X(SCAN_UNKNOWN, "scan.unknown", 0)                                                                       \
    X(SCAN_CHECK_CHARACTER, "scan.check-character", 0)                                                       \
    X(SCAN_UNEXPECTED, "scan.unexpected", 0)                                                                 \
    X(SCAN_ALREADY, "scan.already", 0)                                                                       \
    X(SCAN_NO_BATCH, "scan.no-batch", 0)                                                                     \
    X(SCAN_NO_STEP, "scan.no-step", 0)                                                                       \
    X(SCAN_MALFORMED, "scan.malformed", 0)                                                                   \
    X(SCAN_LONG, "scan.long", 0)                                                                             \
    X(SCAN_BYTES, "scan.bytes", 0)                                                                           \
    X(SCAN_CAPS, "scan.caps", 0)                                                                             \
    X(SCAN_WIDE, "scan.wide", 0)                                                                             \
    X(SCAN_LAYOUT, "scan.layout", 0)                                                                         \
    X(SCAN_TWO, "scan.two", 0)                                                                               \
    X(SCAN_HALF, "scan.half", 0)                                                                             \
    X(SCAN_SEPARATOR, "scan.separator", 0)                                                                   \
    X(SCAN_ISBT, "scan.isbt128", 0)                                                                          \
    X(SCAN_LINK, "scan.digital-link", 0)                                                                     \
    X(SCAN_RETAIL, "scan.article-only", 0)                                                                   \
    X(SCAN_IN_TEXT, "scan.in-text", 0)                                                                       \
    X(NUMBER_COMMA, "number.comma", 0)                                                                       \
    X(NUMBER_GAP, "number.gap", 0)                                                                           \
    X(NUMBER_EXPONENT, "number.exponent", 0)                                                                 \
    X(NUMBER_POINT, "number.point", 0)                                                                       \
    X(NUMBER_LONG, "number.long", 0)                                                                         \
    X(VALUE_UNDECIDED, "value.undecided", 0)                                                                 \
    X(VALUE_BALANCE_BOUND, "value.balance-bound", 0)                                                         \
    X(SESSION_NONE, "session.none", 0)                                                                       \
    X(SESSION_WHO, "session.who", 0)                                                                         \
    X(BENCH_TAKE_OVER, "bench.take-over", 0)                                                                 \
    X(BENCH_OTHER_BATCH, "bench.other-batch", 0)                                                             \
    X(BENCH_NOTHING_ASKED, "bench.nothing-asked", 0)                                                         \
    X(SESSION_NOT_HERE, "session.not-here", 0)                                                               \
    X(SESSION_WRONG_SECRET, "session.wrong-secret", SAY_COUNTS)                                              \
    X(SESSION_WAIT, "session.wait", 0)                                                                       \
    X(SESSION_LOCKED, "session.locked", 0)                                                                   \
    X(SESSION_ELSEWHERE, "session.elsewhere", 0)                                                             \
    X(SESSION_UNKNOWN_BADGE, "session.unknown-badge", 0)                                                     \
    X(SESSION_FULL, "session.full", 0)                                                                       \
    X(PERSON_FRESH, "person.fresh-secret", 0)                                                                \
    X(PERSON_ROLE, "person.role", 0)                                                                         \
    X(PERSON_UNQUALIFIED, "person.unqualified", 0)                                                           \
    X(PERSON_UNFIT, "person.unfit", 0)                                                                       \
    X(PERSON_UNFIT_ASKED, "person.unfit-asked", 0)                                                           \
    X(PERSON_FIT_OWN, "person.fit-own", 0)                                                                   \
    X(PERSON_RESET, "person.reset", 0)                                                                       \
    X(PERSON_SUSPENDED, "person.suspended", 0)                                                               \
    X(WITNESS_SAME, "witness.same", 0)                                                                       \
    X(WITNESS_DEPT, "witness.department", 0)                                                                 \
    X(WITNESS_ABSENT, "witness.absent", 0)                                                                   \
    X(WITNESS_AWAITED, "witness.awaited", 0)                                                                 \
    X(PEOPLE_TOO_FEW, "people.too-few", 0)                                                                   \
    X(IDENT_FOREIGN, "ident.foreign", SAY_LATCHED)                                                           \
    X(IDENT_FOREIGN_OPENED, "ident.foreign-opened", SAY_LATCHED | SAY_MAJOR)                                 \
    X(IDENT_PATIENT, "ident.patient", SAY_HOLDS_PATIENT)                                                     \
    X(IDENT_FROZEN, "ident.frozen", 0)                                                                       \
    X(IDENT_WRITING, "ident.writing", 0)                                                                     \
    X(IDENT_PHYSICIAN, "ident.physician", 0)                                                                 \
    X(IDENT_CORRECTED, "ident.corrected", SAY_HOLDS_CLINIC)                                                  \
    X(IDENT_SUPPLEMENTED, "ident.supplemented", SAY_HOLDS_CLINIC)                                            \
    X(IDENT_NOT_ISSUED, "ident.not-issued", 0)                                                               \
    X(IDENT_GONE, "ident.gone", 0)                                                                           \
    X(IDENT_UNFILLED, "ident.unfilled", 0)                                                                   \
    X(IDENT_USED, "ident.used", 0)                                                                           \
    X(LABEL_EXTRA, "label.extra", 0)                                                                         \
    X(LABEL_AGAIN, "label.again", 0)                                                                         \
    X(LABEL_VOID, "label.void", 0)                                                                           \
    X(HAND_DEVIATION, "hand.deviation", 0)                                                                   \
    X(HAND_HOLD, "hand.hold", 0)                                                                             \
    X(HAND_INFORMATION, "hand.information", 0)                                                               \
    X(FACILITY_STOPPED, "facility.stopped", 0)                                                               \
    X(LABEL_KIND, "label.kind", 0)                                                                           \
    X(LOT_UNKNOWN, "lot.unknown", 0)                                                                         \
    X(LOT_QUARANTINE, "lot.quarantine", 0)                                                                   \
    X(LOT_BLOCKED, "lot.blocked", 0)                                                                         \
    X(LOT_CLOSED, "lot.closed", 0)                                                                           \
    X(LOT_EXPIRED, "lot.expired", 0)                                                                         \
    X(LOT_MATERIAL, "lot.material", 0)                                                                       \
    X(LOT_MISMATCH, "lot.mismatch", 0)                                                                       \
    X(LOT_OTHER_BATCH, "lot.other-batch", 0)                                                                 \
    X(LOT_WHICH, "lot.which", 0)                                                                             \
    X(LOT_NO_UNIT, "lot.no-unit", 0)                                                                         \
    X(LOT_UNIT, "lot.unit-unknown", 0)                                                                       \
    X(LOT_UNIT_EMPTY, "lot.unit-empty", 0)                                                                   \
    X(LOT_FIRST_EXPIRY, "lot.first-expiry", SAY_ASKS)                                                        \
    X(LOT_LATER_TAKEN, "lot.later-taken", 0)                                                                 \
    X(LOT_BALANCE, "lot.balance", 0)                                                                         \
    X(LOT_WHICH_UNIT, "lot.which-unit", SAY_ASKS)                                                            \
    X(LOT_USED_NO_UNIT, "lot.used-no-unit", 0)                                                               \
    X(LOT_USED_UNIT, "lot.used-unit", 0)                                                                     \
    X(LOT_USED_EXPIRED, "lot.used-expired", 0)                                                               \
    X(LOT_USED_QUARANTINE, "lot.used-quarantine", 0)                                                         \
    X(LOT_USED_CLOSED, "lot.used-closed", 0)                                                                 \
    X(EXPOSURE_POSITIVE, "exposure.positive", 0)                                                             \
    X(EXPOSURE_MORE, "exposure.more", 0)                                                                     \
    X(LOT_USED_OTHER_BATCH, "lot.used-other-batch", 0)                                                       \
    X(EQUIPMENT_UNKNOWN, "equipment.unknown", 0)                                                             \
    X(EQUIPMENT_KIND, "equipment.kind", 0)                                                                   \
    X(EQUIPMENT_OUT_OF_SERVICE, "equipment.out-of-service", 0)                                               \
    X(EQUIPMENT_CALIBRATION, "equipment.calibration", 0)                                                     \
    X(PLACE_UNKNOWN, "place.unknown", 0)                                                                     \
    X(PLACE_KIND, "place.kind", 0)                                                                           \
    X(PLACE_OTHER_DONOR, "place.other-donor", 0)                                                             \
    X(PLACE_ROOM, "place.room", 0)                                                                           \
    X(ROOM_BLOCKED, "room.blocked", 0)                                                                       \
    X(ROOM_CONDITIONAL, "room.conditional", 0)                                                               \
    X(ROOM_OPEN, "room.open", 0)                                                                             \
    X(STEP_ORDER, "step.order", 0)                                                                           \
    X(STEP_UNKNOWN, "step.unknown", 0)                                                                       \
    X(STEP_WHERE, "step.where", 0)                                                                           \
    X(STEP_DONE, "step.done", 0)                                                                             \
    X(STEP_NOT_SKIPPABLE, "step.not-skippable", 0)                                                           \
    X(STEP_FORM, "step.form", 0)                                                                             \
    X(TIME_IMPOSSIBLE, "time.impossible", 0)                                                                 \
    X(TIME_BEFORE, "time.before", 0)                                                                         \
    X(TIME_LIFE, "time.life", 0)                                                                             \
    X(TIME_EARLY, "time.early", 0)                                                                           \
    X(TIME_LATE, "time.late", 0)                                                                             \
    X(TIME_NOT_SHOWN, "time.not-shown", 0)                                                                   \
    X(TIME_FUTURE, "time.future", 0)                                                                         \
    X(TIME_PAST, "time.past", 0)                                                                             \
    X(TIME_LATE_NEVER, "time.late-never", 0)                                                                 \
    X(TIME_LIST_BROKEN, "time.list-broken", 0)                                                               \
    X(STATION_LIVES, "station.lives", 0)                                                                     \
    X(STATION_LAST, "station.last", 0)                                                                       \
    X(CLINIC_UNWARNED, "clinic.unwarned", 0)                                                                 \
    X(CLINIC_WARNED, "clinic.warned", 0)                                                                     \
    X(CLINIC_NOT_YET, "clinic.not-warned", 0)                                                                \
    X(CONSENT_WITHDRAWN, "consent.withdrawn", SAY_HOLDS_CLINIC)                                              \
    X(CONSENT_LATE, "consent.late", 0)                                                                       \
    X(DEVIATION_TABLE, "deviation.table", 0)                                                                 \
    X(STATION_CODE, "station.code", 0)                                                                       \
    X(ACCEPTED_STATION, "accepted.station", 0)                                                               \
    X(TIME_PACE, "time.pace", 0)                                                                             \
    X(TIME_PACE_WITNESS, "time.pace-witness", 0)                                                             \
    X(TIME_PACE_EVEN, "time.pace-even", 0)                                                                   \
    X(TIME_TWO_ROOMS, "time.two-rooms", 0)                                                                   \
    X(TIME_REVIEW, "time.review", 0)                                                                         \
    X(TIME_SHORT, "time.short", 0)                                                                           \
    X(TIME_LATE_ENTRY, "time.late-entry", 0)                                                                 \
    X(VALUE_IMPOSSIBLE, "value.impossible", 0)                                                               \
    X(VALUE_UNIT, "value.unit", 0)                                                                           \
    X(VALUE_DECIMALS, "value.decimals", 0)                                                                   \
    X(VALUE_DIFFERS, "value.differs", SAY_RESETS)                                                            \
    X(VALUE_ALERT, "value.alert", 0)                                                                         \
    X(VALUE_ACTION, "value.action", 0)                                                                       \
    X(VALUE_ONCE_MORE, "value.once-more", 0)                                                                 \
    X(VALUE_TWO, "value.two-entries", 0)                                                                     \
    X(VALUE_CHOICE, "value.choice", 0)                                                                       \
    X(VALUE_MISSING, "value.missing", 0)                                                                     \
    X(FORM_FAULTS, "form.faults", 0)                                                                         \
    X(VALUE_PATTERN, "value.pattern", 0)                                                                     \
    X(VALUE_TEXT, "value.text", 0)                                                                           \
    X(VALUE_ANSWERED, "value.answered", 0)                                                                   \
    X(VALUE_OTHER_PERSON, "value.other-person", 0)                                                           \
    X(VALUE_SAME_AGAIN, "value.same-again", SAY_ASKS)                                                        \
    X(VALUE_TWICE, "value.twice", 0)                                                                         \
    X(VALUE_MANY, "value.many", 0)                                                                           \
    X(VALUE_TAKEN_BACK, "value.taken-back", 0)                                                               \
    X(VALUE_SAME, "value.same", 0)                                                                           \
    X(VALUE_BALANCE_OVER, "value.balance-over", 0)                                                           \
    X(VALUE_BALANCE_UNDER, "value.balance-under", 0)                                                         \
    X(DATE_INVALID, "date.invalid", 0)                                                                       \
    X(DATE_ORDER, "date.order", 0)                                                                           \
    X(DATE_EXPIRED, "date.expired", 0)                                                                       \
    X(OPTION_ALERT, "option.alert", SAY_OPTION)                                                              \
    X(OPTION_DEVIATION, "option.deviation", SAY_OPTION)                                                      \
    X(OPTION_HOLD, "option.hold", SAY_OPTION)                                                                \
    X(OPTION_REFUSE, "option.refuse", SAY_OPTION)                                                            \
    X(SKIP_RECORDED, "skip.recorded", 0)                                                                     \
    X(DEADLINE_MISSED, "deadline.missed", SAY_DEADLINE)                                                      \
    X(ACT_NEEDS_PASSWORD, "act.needs-password", 0)                                                           \
    X(ACT_SHOWN_DIFFERS, "act.shown-differs", 0)                                                             \
    X(ACT_NOT_BY, "act.not-by", 0)                                                                           \
    X(ACT_CAUSED, "act.caused", 0)                                                                           \
    X(ACT_OWN_RESULTS, "act.own-results", 0)                                                                 \
    X(ACT_NOT_QUALITY, "act.not-quality", 0)                                                                 \
    X(ACT_PRODUCER, "act.producer", 0)                                                                       \
    X(ACT_QUALITY, "act.quality", 0)                                                                         \
    X(DECISION_OPEN_STEPS, "decision.open-steps", 0)                                                         \
    X(DECISION_HOLD, "decision.hold", 0)                                                                     \
    X(DECISION_DEVIATIONS, "decision.deviations", 0)                                                         \
    X(DECISION_LABELS, "decision.labels", 0)                                                                 \
    X(DECISION_CONTAINERS, "decision.containers", 0)                                                         \
    X(DECISION_NOT_RELEASED, "decision.not-released", 0)                                                     \
    X(DECISION_PENDING, "decision.pending", 0)                                                               \
    X(DECISION_SUSPENDED, "decision.suspended", 0)                                                           \
    X(DECISION_SPECIFICATION, "decision.specification", 0)                                                   \
    X(RESULT_RERUN, "result.rerun", 0)                                                                       \
    X(RESULT_VOID, "result.void", 0)                                                                         \
    X(RESULT_JUDGE_AGAIN, "result.judge-again", 0)                                                           \
    X(RELEASE_CORRECTED, "release.corrected", 0)                                                             \
    X(RELEASE_EXPOSED, "release.exposed", 0)                                                                 \
    X(RELEASE_RESULT, "release.result", 0)                                                                   \
    X(RELEASE_UNPLANNED, "release.unplanned", 0)                                                             \
    X(DECISION_EXPIRED, "decision.expired", 0)                                                               \
    X(DECISION_PROTOCOL, "decision.protocol", 0)                                                             \
    X(BATCH_UNKNOWN, "batch.unknown", 0)                                                                     \
    X(BATCH_DUPLICATE, "batch.duplicate", 0)                                                                 \
    X(BATCH_NUMBER, "batch.number", 0)                                                                       \
    X(BATCH_CLOSED, "batch.closed", 0)                                                                       \
    X(BATCH_STOPPED, "batch.stopped", 0)                                                                     \
    X(ORDER_DUPLICATE, "order.duplicate", 0)                                                                 \
    X(ORDER_LOOK_ALIKE, "order.look-alike", 0)                                                               \
    X(ORDER_SAME_PERSON, "order.same-person", 0)                                                             \
    X(ORDER_OTHER_PERSON, "order.other-person", 0)                                                           \
    X(ORDER_NEAR_DRAW, "order.near-draw", 0)                                                                 \
    X(ORDER_PLAN, "order.plan", 0)                                                                           \
    X(ORDER_PLAN_DAY, "order.plan-day", 0)                                                                   \
    X(ORDER_PRODUCT, "order.product", 0)                                                                     \
    X(ORDER_CLINIC, "order.clinic", 0)                                                                       \
    X(ORDER_PHYSICIAN, "order.physician", 0)                                                                 \
    X(ORDER_FACILITY, "order.facility", 0)                                                                   \
    X(ORDER_DRAW, "order.draw", 0)                                                                           \
    X(ORDER_INFUSION, "order.infusion", 0)                                                                   \
    X(ORDER_BIRTH, "order.birth", 0)                                                                         \
    X(PROTOCOL_UNKNOWN, "protocol.unknown", 0)                                                               \
    X(PROTOCOL_NOT_APPROVED, "protocol.not-approved", 0)                                                     \
    X(PROTOCOL_SUPERSEDED, "protocol.superseded", 0)                                                         \
    X(COMMAND_UNKNOWN, "command.unknown", 0)                                                                 \
    X(RECORD_EXISTS, "record.exists", 0)                                                                     \
    X(RECORD_UNKNOWN, "record.unknown", 0)                                                                   \
    X(BASIS_OTHER, "basis.other", 0)                                                                         \
    X(CLOCK_DIFFERS, "clock.differs", 0)                                                                     \
    X(DEVIATION_UNASSESSED, "deviation.unassessed", 0)                                                       \
    X(CORRECTION_SIGNED, "correction.signed", 0)                                                             \
    X(CORRECTION_DERIVED, "correction.derived", 0)                                                           \
    X(CORRECTION_THING, "correction.thing", 0)                                                               \
    X(DEVIATION_ACTIONS, "deviation.actions", 0)                                                             \
    X(DEVIATION_OVERDUE, "deviation.overdue", 0)                                                             \
    X(RECORD_INVALID, "record.invalid", 0)                                                                   \
    X(RECORD_UNKNOWN_MEMBER, "record.unknown-member", 0)                                                     \
    X(RECORD_ROLE, "record.role", 0)                                                                         \
    X(RECORD_WORD, "record.word", 0)                                                                         \
    X(RECORD_WORD_NEAR, "record.word-near", 0)                                                               \
    X(RIGHT_BARRED, "right.barred", 0)                                                                       \
    X(RIGHT_SECOND, "right.second", 0)                                                                       \
    X(RIGHT_SECOND_ROLE, "right.second-role", 0)                                                             \
    X(RIGHT_DOCUMENT, "right.document", 0)                                                                   \
    X(RIGHT_PRESENT, "right.present", 0)                                                                     \
    X(RIGHT_INTERVAL, "right.interval", 0)                                                                   \
    X(RIGHT_ROLE_DEPT, "right.role-department", 0)                                                           \
    X(REDACTION_ENTRY, "redaction.entry", 0)                                                                 \
    X(REDACTION_NAME, "redaction.name", 0)                                                                   \
    X(REDACTION_DONE, "redaction.done", 0)                                                                   \
    X(ACCEPTED, "accepted", 0)                                                                               \
    X(ACCEPTED_VALUE, "accepted.value", 0)                                                                   \
    X(ACCEPTED_STEP_DONE, "accepted.step-done", 0)                                                           \
    X(ACCEPTED_STEP, "accepted.step", 0)                                                                     \
    X(ACCEPTED_BACK, "accepted.back", 0)                                                                     \
    X(ACCEPTED_BATCH, "accepted.batch", 0)                                                                   \
    X(ACCEPTED_SESSION, "accepted.session", 0)                                                               \
    X(ACCEPTED_SESSION_WHOSE, "accepted.session-whose", 0)                                                   \
    X(ACCEPTED_UNFIT, "accepted.unfit", 0)                                                                   \
    X(ACCEPTED_WITNESS_PART, "accepted.witness-part", 0)                                                     \
    X(ACCEPTED_SESSION_STAYS, "accepted.session-stays", 0)                                                   \
    X(ACCEPTED_SESSION_NEXT, "accepted.session-next", 0)                                                     \
    X(ACCEPTED_ACTING, "accepted.acting", 0)                                                                 \
    X(ACCEPTED_SESSION_CLOSED, "accepted.session-closed", 0)                                                 \
    X(ACCEPTED_REDACTED, "accepted.redacted", 0)                                                             \
    X(ACCEPTED_ACT, "accepted.act", 0)

#define SAY_ENUM_(id, code, flags) SAY_##id,
enum say { SAY_NONE, SAY_LIST(SAY_ENUM_) SAYS };
#undef SAY_ENUM_

const char *say_text(enum say s); /* NULL for SAY_NONE */
unsigned say_flags(enum say s);
enum say say_find(const char *code); /* as it stands in an entry; SAY_NONE: NULL, or none of these */
