/* Erasing personal values: who may, what exactly, open and closed batches; and that the book forgets. */
#include <stdio.h>

#include "core/entry/batch.h"
#include "rule_release.h"

static void find_closings(struct rig *r, const char *stream, struct redact_target *t)
{
    struct target_closing *list = arena_alloc(&r->arena, r->n * sizeof(*list));
    t->closing = list;
    for (size_t i = 0; i < r->n; i++) {
        struct entry e;
        assert_int_equal(entry_read(&e, &r->arena, r->log[i].text, r->log[i].len), 0);
        const char *digest = json_get_str(e.pd, "person");
        if (strcmp(e.stream, stream) == 0 && strcmp(e.kind, "batch.closed") == 0 && digest && i != t->idx &&
            map_get(&r->disclosed, digest))
            list[t->nclosings++] = (struct target_closing){i, digest};
    }
}

/* What the daemon looks up of the log: the newest entry of that kind in the stream. */
static struct redact_target *target_of(struct rig *r, const char *stream, const char *kind)
{
    struct redact_target *t = arena_alloc(&r->arena, sizeof(*t));
    struct json *held = json_array(&r->arena);
    for (size_t i = r->n; i-- > 0;) {
        struct entry e;
        assert_int_equal(entry_read(&e, &r->arena, r->log[i].text, r->log[i].len), 0);
        if (strcmp(e.stream, stream) != 0 || strcmp(e.kind, kind) != 0)
            continue;
        *t = (struct redact_target){.idx = i, .stream = e.stream, .pd = e.pd, .held = held};
        json_each(d, e.pd)
            if (map_get(&r->disclosed, d->str))
                json_push(held, json_str(&r->arena, d->name));
        find_closings(r, stream, t);
        return t;
    }
    fail_msg("no %s in %s", kind, stream);
    return NULL;
}

/* As the daemon does behind an accepted redaction. */
static void forget(struct rig *r, const struct redact_target *t, const struct json *names)
{
    json_each(n, names) {
        const char *digest = json_get_str(t->pd, n->str);
        book_forget(&r->book, t->stream, digest);
        map_remove(&r->disclosed, digest);
    }
}

struct ask {
    const char *by, *names[3], *witness;
    const struct redact_target *target;
    const char *instead; /* NULL: nothing */
};

static const struct verdict *redact(struct rig *r, const struct ask *a)
{
    struct arena *m = &r->arena;
    struct json *body = json_set_int(m, json_object(m), "idx", a->target ? (int64_t)a->target->idx : 9999),
                *names = json_array(m);
    for (size_t i = 0; i < 3 && a->names[i]; i++)
        json_push(names, json_str(m, a->names[i]));
    json_set(m, body, "names", names);
    json_set_str(m, body, "reason", "asked by " RIG_NAME);
    json_set_str(m, body, "instead", a->instead);
    json_set_str(m, body, "witness", a->witness ? rig_raw(r, a->witness) : NULL);
    struct command c = {.kind = COMMAND_RECORD, .station = r->station, .record = "redacted", .body = body};
    c.person = book_person(&r->book, a->by);
    c.secret_given = c.authenticated = true;
    c.target = a->target;
    const struct verdict *v = rig_run(r, &c);
    if (v->outcome == OUTCOME_ACCEPTED)
        forget(r, a->target, names);
    return v;
}

static struct ask order_name(struct rig *r)
{
    return (struct ask){"QC1", {"name"}, "P:QM", target_of(r, "batch/B1", "batch.ordered"), NULL};
}

static const char *held(struct rig *r, const char *field)
{
    const struct batch *x = rig_batch(r, "B1");
    int s = protocol_step(x->protocol, "order");
    return batch_input(x, (struct ref){s, step_field(&x->protocol->step[s], field)})->text;
}

static int begin_quality(void **state)
{
    begin(state);
    struct rig *r = *state;
    rig_at(r, "QA1");
    accepted(rig_sign_in(r, "QC1"));
    accepted(rig_sign_in(r, "QM"));
    accepted(rig_sign_in(r, "FM"));
    accepted(rig_sign_in(r, "MM"));
    return 0;
}

static void test_redaction_names_what_is_gone(void **state)
{
    struct rig *r = *state;
    struct ask a = order_name(r);
    assert_string_equal(held(r, "name"), RIG_NAME);
    accepted_as(redact(r, &a), "accepted.redacted");
    assert_int_equal(r->v.ndrafts, 1);
    assert_string_equal(r->v.draft[0].stream, "batch/B1");
    assert_true(r->v.draft[0].sign);
    assert_true(rig_says(r, "\"names\":[\"name\"]"));
    assert_true(rig_says(r, "\"approver\":\"QM\""));
    assert_true(rig_says(r, "\"witnessed\":\"QM\""));
    assert_true(rig_says(r, arena_printf(&r->arena, "\"idx\":%llu", (unsigned long long)a.target->idx)));
    assert_string_equal(held(r, "name"), "");
    assert_string_equal(held(r, "birth"), RIG_BIRTH);
}

static void test_redaction_is_once(void **state)
{
    struct rig *r = *state;
    struct ask a = order_name(r), before = order_name(r); /* looked up before the first was stored */
    accepted(redact(r, &a));
    refused(redact(r, &before), "redaction.done");
    a = order_name(r);
    refused(redact(r, &a), "redaction.done");
}

static void test_redaction_of_what_is_not_there(void **state)
{
    struct rig *r = *state;
    struct ask a = order_name(r);
    a.names[1] = "patient"; /* stands in clear */
    refused(redact(r, &a), "redaction.name");
    with_arg(&r->v, "field", "patient");
    a.target = NULL;
    refused(redact(r, &a), "redaction.entry");
    a = (struct ask){"QC1", {"grade"}, "P:QM", target_of(r, "room/R2", "room.added"), NULL};
    refused(redact(r, &a), "redaction.entry");
    a = order_name(r);
    a.names[0] = NULL;
    refused(redact(r, &a), "record.invalid");
    with_arg(&r->v, "field", "names");
    assert_string_equal(held(r, "name"), RIG_NAME);
}

static void test_redaction_is_asked_by_quality_and_approved_by_another(void **state)
{
    struct rig *r = *state;
    struct ask a = order_name(r);
    a.by = "MM";
    refused(redact(r, &a), "record.role");
    a.by = "FM";
    a.witness = "P:MM";
    refused(redact(r, &a), "record.role");
    a = order_name(r);
    a.witness = "P:QC1";
    refused(redact(r, &a), "witness.same");
    a.witness = "P:QC2"; /* not signed in here */
    refused(redact(r, &a), "witness.absent");
    a.witness = "P:MM";
    refused(redact(r, &a), "right.second-role");
    a.witness = NULL;
    refused(redact(r, &a), "record.invalid");
    a.witness = "P:FM";
    accepted(redact(r, &a));
}

static void close_batch(struct rig *r)
{
    unsigned long long n = book_stream(&r->book, "batch/B1")->sseq + 1;
    rig_entry(r, "batch/B1", "batch.closed", arena_printf(&r->arena, "{\"count\":%llu}", n));
}

static void test_redaction_in_a_closed_batch_keeps_its_count(void **state)
{
    struct rig *r = *state;
    close_batch(r);
    struct ask a = order_name(r);
    accepted(redact(r, &a));
    const struct stream *s = book_stream(&r->book, "batch/B1");
    assert_int_equal(r->v.ndrafts, 3);
    assert_string_equal(kind_text(r->v.draft[0].kind), "batch.reopened");
    assert_string_equal(kind_text(r->v.draft[1].kind), "redacted");
    assert_string_equal(kind_text(r->v.draft[2].kind), "batch.closed");
    assert_int_equal(((const struct batch_closed *)r->v.draft[2].value)->count, s->sseq);
    assert_true(s->closed);
    assert_true(rig_batch(r, "B1")->closed);
}

/* The closings of the batch say who it was, too, as digests. */
static void test_redaction_takes_who_it_was_out_of_the_closings(void **state)
{
    struct rig *r = *state;
    for (int i = 0; i < 2; i++) {
        const struct stream *s = book_stream(&r->book, "batch/B1");
        rig_entry_with(r, "batch/B1", "batch.closed",
                       arena_printf(&r->arena, "{\"count\":%llu}", (unsigned long long)s->sseq + 1), "person",
                       "digests");
        if (i == 0)
            rig_entry(r, "batch/B1", "batch.reopened", "{}");
    }
    struct ask a = order_name(r);
    assert_int_equal(a.target->nclosings, 2);
    accepted(redact(r, &a));
    assert_int_equal(r->v.ndrafts, 5);
    assert_int_equal(rig_count(r, "redacted"), 3);
    const struct stream *s = book_stream(&r->book, "batch/B1");
    assert_int_equal(((const struct batch_closed *)r->v.draft[4].value)->count, s->sseq);
    for (size_t i = 0; i < 2; i++)
        assert_true(book_redacted(&r->book, a.target->closing[i].idx, "person"));
}

/* More closings than one command holds: it says so, and the same asked again takes the others. */
static void test_redaction_of_more_closings_than_one_command_holds(void **state)
{
    struct rig *r = *state;
    for (int i = 0; i < 100; i++) {
        const struct stream *s = book_stream(&r->book, "batch/B1");
        rig_entry_with(r, "batch/B1", "batch.closed",
                       arena_printf(&r->arena, "{\"count\":%llu}", (unsigned long long)s->sseq + 1), "person",
                       arena_printf(&r->arena, "digests %d", i));
        if (i < 99)
            rig_entry(r, "batch/B1", "batch.reopened", "{}");
    }
    struct ask a = order_name(r);
    assert_int_equal(a.target->nclosings, 100);
    accepted_as(redact(r, &a), "accepted.redacted-part");
    assert_true(r->v.ndrafts <= VERDICT_DRAFTS);
    assert_true(rig_batch(r, "B1")->closed);
    a.target = order_name(r).target;
    accepted_as(redact(r, &a), "accepted.redacted");
    for (size_t i = 0; i < a.target->nclosings; i++)
        assert_true(book_redacted(&r->book, a.target->closing[i].idx, "person"));
    refused(redact(r, &a), "redaction.done");
}

static void test_redaction_in_a_batch_that_left_the_memory(void **state)
{
    struct rig *r = *state;
    close_batch(r);
    uint64_t count = book_stream(&r->book, "batch/B1")->sseq;
    struct ask a = order_name(r);
    rig_drop_closed(&r->book);
    assert_null(book_batch(&r->book, "B1"));
    accepted(redact(r, &a));
    assert_int_equal(r->v.ndrafts, 3);
    assert_int_equal(((const struct batch_closed *)r->v.draft[2].value)->count, count + 3);
    assert_string_equal(held(r, "name"), "");
}

static void test_redaction_of_a_raw_scan_in_a_day(void **state)
{
    struct rig *r = *state;
    const char *day = r->station->bench.stream;
    refused(rig_scan(r, "scribbled " RIG_NAME), "scan.unknown");
    struct ask a = {"QC1", {"raw"}, "P:QM", target_of(r, day, "refused"), NULL};
    accepted(redact(r, &a));
    assert_int_equal(r->v.ndrafts, 1);
    assert_string_equal(r->v.draft[0].stream, day);
}

/* ---- what is still to be judged ---- */

static struct ask words(struct rig *r, const char *kind, const char *name)
{
    return (struct ask){"QC1", {name}, "P:QM", target_of(r, "batch/B1", kind), NULL};
}

static void test_words_of_an_open_deviation_stay_or_are_said_without_names(void **state)
{
    struct rig *r = *state;
    accepted(rig_record(r, "MM", "deviation.opened", "batch=B1|hold=?no|reason=dropped by " RIG_NAME));
    struct ask a = words(r, "deviation.opened", "reason");
    refused(redact(r, &a), "redaction.open");
    with_arg(&r->v, "dev", "B1-DV1");
    a.instead = "dropped";
    accepted(redact(r, &a));
    assert_false(rig_says(r, "dropped")); /* behind its digest, too */
    const char *kept = map_get(&r->disclosed, rig_batch(r, "B1")->dev[0].reason);
    assert_string_equal(kept, "dropped");
    struct ask again = words(r, "redacted", "instead");
    refused(redact(r, &again), "redaction.open");
    accepted(assess(r, "B1-DV1", "minor"));
    refused(redact(r, &again), "redaction.open"); /* until it is closed */
    accepted(rig_record(r, "QM", "deviation.closed", "batch=B1|dev=B1-DV1|reason=seen"));
    accepted(redact(r, &again));
}

static void test_words_of_what_was_heard_stay(void **state)
{
    struct rig *r = *state;
    deviation(
        rig_record(r, "CO", "information.received", "batch=B1|about=complaint|reason=" RIG_NAME " aches"),
        "information.product");
    struct ask a = words(r, "information.received", "reason");
    refused(redact(r, &a), "redaction.open");
    a.instead = "aches";
    accepted(redact(r, &a));
    accepted(rig_record(r, "CO", "information.received", "batch=B1|about=other|reason=" RIG_NAME " asks"));
    a = words(r, "information.received", "reason");
    accepted(redact(r, &a));
}

static void test_words_of_a_hold_stay_until_it_is_lifted(void **state)
{
    struct rig *r = *state;
    accepted(rig_record(r, "MM", "hold.placed", "batch=B1|reason=seen by " RIG_NAME));
    struct ask a = words(r, "hold.placed", "reason");
    refused(redact(r, &a), "redaction.open");
    with_arg(&r->v, "dev", "B1-H1");
    accepted(rig_record(r, "QM", "hold.lifted", "batch=B1|hold=B1-H1|reason=seen"));
    accepted(redact(r, &a));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin_quality, rig_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_redaction_names_what_is_gone),
        T(test_redaction_is_once),
        T(test_redaction_of_what_is_not_there),
        T(test_redaction_is_asked_by_quality_and_approved_by_another),
        T(test_redaction_in_a_closed_batch_keeps_its_count),
        T(test_redaction_takes_who_it_was_out_of_the_closings),
        T(test_redaction_of_more_closings_than_one_command_holds),
        T(test_redaction_in_a_batch_that_left_the_memory),
        T(test_redaction_of_a_raw_scan_in_a_day),
        T(test_words_of_an_open_deviation_stay_or_are_said_without_names),
        T(test_words_of_what_was_heard_stay),
        T(test_words_of_a_hold_stay_until_it_is_lifted),
    };
    return cmocka_run_group_tests_name("rule: redaction", tests, NULL, NULL);
}
