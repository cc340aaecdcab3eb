/* The record of a batch says what its entries say. */
#include <stdio.h>
#include <stdlib.h>

#include "record_story.h"

static struct story story;
static struct record *rec;

static int set_up(void **state)
{
    (void)state;
    story_init(&story, NULL);
    rec = story_record(&story, 0, true);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    record_free(rec);
    story_fini(&story);
    return 0;
}

static const struct record_step *step(const char *id)
{
    const struct record_step *s = record_step_of(rec, id, 0);
    if (!s)
        fail_msg("no step %s", id);
    return s;
}

static const struct record_value *value(const char *id, const char *field)
{
    const struct record_step *s = step(id);
    for (size_t i = 0; i < s->nvalues; i++)
        if (strcmp(s->value[i].field->id, field) == 0)
            return &s->value[i];
    fail_msg("no value %s.%s", id, field);
    return NULL;
}

static void has(const char *text, const char *part)
{
    if (!text || !strstr(text, part))
        fail_msg("`%s` lacks `%s`", text ? text : "(nothing)", part);
}

/* ---- steps ---- */

static void test_step_tells_who_when_and_where(void **state)
{
    (void)state;
    const struct record_step *s = step("pool");
    assert_string_equal(s->performer, "OP1");
    assert_string_equal(s->recorder, "OP2"); /* hands that are free */
    assert_string_equal(s->witness, "OP2");
    assert_string_equal(s->station, "B21");
    assert_int_equal(s->status, STEP_DONE);
    assert_int_equal(s->done, s->last_at);
    assert_true(s->begun >= step("fill")->done);
    assert_false(s->after);
    assert_null(s->late);
}

static void test_step_left_out_says_why(void **state)
{
    (void)state;
    const struct record_step *s = step("wipe");
    assert_int_equal(s->status, STEP_SKIPPED);
    assert_non_null(s->why.ja);
    assert_int_equal(s->ndevs, 1);
    assert_string_equal(s->dev[0], STORY_BATCH "-DV2");
}

static void test_values_stand_beside_plan_and_limits(void **state)
{
    (void)state;
    const struct record_value *v = value("fill", "volume");
    assert_string_equal(v->raw, "45.0");
    assert_string_equal(v->shown.ja, "45.0 mL");
    assert_string_equal(v->field->plan, "45");
    assert_true(v->field->reported);
    assert_string_equal(record_limits(rec, v->field), "処置基準 action 30～50");
    assert_int_equal(v->mark, MARK_NONE);
    assert_int_equal(value("spin", "warmth")->mark, MARK_ACTION);
    assert_int_equal(value("count", "viability")->mark, MARK_ALERT);
    assert_true(value("count", "viability")->derived);
    assert_string_equal(value("count", "live")->shown.ja, "1.200 ×10⁶/mL");
}

static void test_what_was_not_done_says_why_and_when_it_is_due(void **state)
{
    (void)state;
    const struct record_step *end = NULL, *plates = NULL;
    for (size_t i = 0; i < rec->nnone; i++) {
        end = strcmp(rec->none[i].step->id, "end") == 0 ? &rec->none[i] : end;
        plates = strcmp(rec->none[i].step->id, "plates") == 0 ? &rec->none[i] : plates;
    }
    assert_non_null(end);
    assert_int_equal(end->status, STEP_OPEN);
    assert_non_null(plates);
    assert_int_equal(plates->status, STEP_PENDING);
    has(record_due_text(rec, plates).ja, "2026-11-09"); /* seven days behind the decision */
    for (size_t i = 0; i < rec->nnone; i++)
        assert_non_null(rec->none[i].why.ja);
}

/* ---- things ---- */

static void test_lots_have_expiry_and_uses(void **state)
{
    (void)state;
    assert_int_equal(rec->nlots, 2);
    for (size_t i = 0; i < rec->nlots; i++) {
        const struct record_lot *l = &rec->lot[i];
        bool tube = strcmp(l->id, "TB1") == 0;
        assert_string_equal(l->expiry, tube ? "2026-11-03" : "2027-11-01");
        assert_false(l->expired_when_used);
        assert_int_equal(l->nuses, tube ? 1 : 2);
        assert_string_equal(l->use[0].step->step->id, tube ? "kit" : "fill");
    }
    assert_string_equal(value("fill", "il")->unit, "7");
    assert_int_equal(rec->nthings, 1);
    assert_string_equal(rec->thing[0].calibrated, "2026-11-03");
}

static const struct record_container *container(const char *id)
{
    for (size_t i = 0; i < rec->ncontainers; i++)
        if (strcmp(rec->container[i].id, id) == 0)
            return &rec->container[i];
    fail_msg("no container %s", id);
    return NULL;
}

static void test_genealogy_names_what_was_filled_from_what(void **state)
{
    (void)state;
    const struct record_container *w = container(STORY_BATCH "-W1"), *t = container(STORY_BATCH "-T2");
    assert_int_equal(w->nparents, 2);
    assert_ptr_equal(w->parent[1], t);
    assert_ptr_equal(t->child[0], w);
    assert_string_equal(w->filled_in->step->id, "pool");
    assert_string_equal(t->gone_in->step->id, "pool");
    assert_int_equal(t->state, CONTAINER_CONSUMED);
}

static void test_labels_are_balanced(void **state)
{
    (void)state;
    const struct record_label *t = NULL;
    for (size_t i = 0; i < rec->nlabels; i++)
        t = strcmp(rec->label[i].label->id, "T") == 0 ? &rec->label[i] : t;
    assert_non_null(t);
    assert_int_equal(t->issued, 3);
    assert_int_equal(t->attached, 2);
    assert_int_equal(t->waiting, 1);
    assert_int_equal(t->consumed, 2);
    assert_false(t->off); /* the work is not over */
}

static const struct record_unit *vial(void)
{
    for (size_t i = 0; i < rec->nunits; i++)
        if (strcmp(rec->unit[i].lot->id, "IL1") == 0)
            return &rec->unit[i];
    fail_msg("no unit of IL1");
    return NULL;
}

static void test_opened_units_are_balanced(void **state)
{
    (void)state;
    assert_string_equal(vial()->unit, "7");
    assert_int_equal(vial()->drawn, 1);
    assert_int_equal(vial()->accounted, 1);
    assert_false(vial()->off || vial()->waiting);
    record_free(rec); /* before its empty was read */
    rec = story_record(&story, story_idx(&story, "correction") + 1, true);
    assert_int_equal(vial()->accounted, 0);
    assert_true(vial()->waiting);
    assert_false(vial()->off);
}

static void test_amounts_are_balanced(void **state)
{
    (void)state;
    char in[DEC_TEXT], out[DEC_TEXT];
    assert_int_equal(rec->nbalances, 1);
    dec_format(rec->balance[0].in, in);
    dec_format(rec->balance[0].out, out);
    assert_string_equal(in, "45.0");
    assert_string_equal(out, "44.0");
    assert_false(rec->balance[0].over || rec->balance[0].under);
}

static void test_growth_is_a_point_a_count(void **state)
{
    (void)state;
    assert_int_equal(rec->npoints, 1);
    assert_string_equal(rec->point[0].viability->raw, "85.7");
    assert_string_equal(rec->point[0].total->raw, "52.8");
}

/* ---- beside the plan ---- */

static void test_deviation_has_cause_grade_reasons_and_times(void **state)
{
    (void)state;
    assert_int_equal(rec->ndevs, 3);
    const struct record_deviation *d = &rec->dev[0];
    assert_string_equal(d->id, STORY_BATCH "-DV1");
    assert_string_equal(d->step, "spin");
    assert_string_equal(d->grade, "minor");
    has(d->cause.ja, "35.0");
    assert_string_equal(d->assessed_why.value, "small");
    assert_string_equal(d->closed_why.shown.ja, "done");
    assert_true(d->opened->sseq < d->assessed->sseq && d->assessed->sseq < d->closed->sseq);
    assert_null(rec->dev[2].closed);
    assert_int_equal(rec->nholds, 1);
    assert_null(rec->hold[0].lifted);
}

static void test_correction_keeps_old_new_and_reason(void **state)
{
    (void)state;
    assert_int_equal(rec->ncorrections, 1);
    const struct record_correction *c = &rec->correction[0];
    assert_string_equal(c->old.ja, "1.200 ×10⁶/mL");
    assert_string_equal(c->now.ja, "1.300 ×10⁶/mL");
    assert_string_equal(c->reason.value, "misread");
    assert_string_equal(record_said(rec, c->entry)->actor.witnessed, "OP2");
    has(c->derived.ja, "86.7 %"); /* viability anew */
    assert_ptr_equal(value("count", "live")->corrected, c);
    assert_string_equal(value("count", "live")->raw, "1.200");
}

/* The table that a releaser reads says what counts, beside what was recorded. */
static void test_what_was_computed_from_a_corrected_value_is_anew_wherever_it_stands(void **state)
{
    (void)state;
    const struct record_value *v = value("count", "viability");
    assert_string_equal(v->raw, "85.7");
    assert_string_equal(v->now.raw, "86.7");
    has(v->now.shown.ja, "86.7 %");
    assert_ptr_equal(v->corrected, &rec->correction[0]);
    assert_string_equal(rec->point[0].viability->now.raw, "86.7");
    assert_string_equal(value("count", "dead")->now.raw, value("count", "dead")->raw);
    assert_null(value("count", "dead")->corrected);
}

static void test_refusals_tell_what_was_read(void **state)
{
    (void)state;
    assert_int_equal(rec->nrefusals, 2);
    has(rec->refusal[0].understood.ja, "容器");
    has(rec->refusal[1].understood.ja, "読めず：gibberish");
    assert_string_equal(rec->refusal[1].step, "fill");
}

static void test_exposure_names_the_other_batch(void **state)
{
    (void)state;
    assert_int_equal(rec->nexposures, 1);
    assert_int_equal(rec->exposure[0].way, EXPOSURE_IN);
    assert_string_equal(rec->exposure[0].thing.value, "KA-0002-T1");
    assert_string_equal(rec->exposure[0].other.value, "KA-0002");
}

static void test_exposure_stands_in_both_records(void **state)
{
    (void)state;
    record_free(rec);
    rec = story_record_of(&story, "KA-0002", 0, true);
    assert_int_equal(rec->nexposures, 1);
    assert_int_equal(rec->exposure[0].way, EXPOSURE_OUT);
    assert_string_equal(rec->exposure[0].thing.value, "KA-0002-T1");
    assert_string_equal(rec->exposure[0].other.value, STORY_BATCH);
}

static void test_exposure_by_a_thing_says_whose_result_it_was(void **state)
{
    (void)state;
    record_free(rec);
    story_entry(
        &story, "exposure.linked",
        "{\"args\":{\"thing\":\"BSC-1\"},\"code\":\"exposure.positive\",\"thing\":\"BSC-1\",\"to\":true}");
    story_entry(&story, "exposure.linked", "{\"args\":{\"thing\":\"BSC-1\"},\"code\":\"exposure.positive\"}");
    rec = story_record(&story, 0, true);
    assert_int_equal(rec->nexposures, 3);
    assert_int_equal(rec->exposure[1].way, EXPOSURE_TO);
    assert_int_equal(rec->exposure[2].way, EXPOSURE_FROM);
    assert_string_equal(rec->exposure[2].thing.value, "BSC-1");
    has(rec->exposure[2].what.ja, "陽性");
}

static void test_statutory_items_say_what_is_missing(void **state)
{
    (void)state;
    assert_int_equal(rec->nitems, 4);
    assert_string_equal(rec->item[0].body.ja, "製品");
    has(rec->item[1].body.ja, "45.0 mL");
    has(rec->item[2].body.ja, "0日間");
    assert_true(rec->item[3].missing);
    has(rec->item[3].body.ja, "未実施");
    assert_int_equal(rec->retention_years, 10);
}

/* ---- two views ---- */

static void test_views_differ_by_the_late_result(void **state)
{
    (void)state;
    assert_int_equal(rec->nknown, 2);
    const struct record_known *then = &rec->known[0], *now = &rec->known[1];
    assert_ptr_equal(rec->decided, then);
    assert_int_equal(then->npending, 2);
    assert_string_equal(then->pending[0]->id, "sterility");
    assert_int_equal(then->deviations, 2);
    assert_int_equal(then->deviations_open, 0);
    assert_int_equal(then->holds, 0);
    assert_int_equal(now->npending, 1);
    assert_int_equal(now->deviations_open, 1);
    assert_int_equal(now->holds, 1);
    assert_true(now->entries > then->entries);
}

static void test_late_result_is_marked(void **state)
{
    (void)state;
    assert_true(step("sterility")->after);
    assert_int_equal(rec->nchanges, 3);
    const struct record_change *c = &rec->change[0];
    assert_int_equal(c->kind, CHANGE_RESULT);
    assert_string_equal(c->then.ja, "結果待ち");
    has(c->now.ja, "発育あり");
    assert_true(c->alarm);
    assert_int_equal(rec->change[1].kind, CHANGE_DEVIATION);
    assert_int_equal(rec->change[2].kind, CHANGE_HOLD);
}

static void test_record_of_an_earlier_checkpoint_does_not_know_it(void **state)
{
    (void)state;
    record_free(rec);
    rec = story_record(&story, story.decided, true);
    assert_null(record_step_of(rec, "sterility", 0));
    assert_int_equal(rec->ndevs, 2);
    assert_int_equal(rec->nchanges, 0);
    assert_int_equal(rec->known[rec->nknown - 1].npending, 2);
}

/* ---- personal values ---- */

static void test_copy_without_disclosures_says_so(void **state)
{
    (void)state;
    record_free(rec);
    rec = story_record(&story, 0, false);
    const struct record_value *v = value("results", "note");
    assert_null(v->raw);
    assert_int_equal(v->hidden, WITHHELD);
    has(v->shown.ja, "非開示");
    assert_int_equal(rec->correction[0].reason.hidden, WITHHELD);
    assert_null(rec->exposure[0].other.value);
    assert_null(words_person(&rec->words, "QM").ja); /* nor the names of staff */
}

static void test_redacted_value_has_date_and_reason(void **state)
{
    (void)state;
    char body[160];
    record_free(rec);
    snprintf(body, sizeof(body), "{\"approver\":\"FM\",\"idx\":%llu,\"names\":[\"note\"]}",
             (unsigned long long)story_idx(&story, "step.form"));
    /* of the entry of `results`, not of the later form */
    for (size_t i = story.rig.n; i-- > 0;)
        if (strstr(story.rig.log[i].text, "\"step\":\"results\""))
            snprintf(body, sizeof(body), "{\"approver\":\"FM\",\"idx\":%zu,\"names\":[\"note\"]}", i);
    rig_entry_with(&story.rig, "batch/" STORY_BATCH, "redacted", body, "reason", "本人の請求");
    rec = story_record(&story, 0, true);
    const struct record_value *v = value("results", "note");
    assert_null(v->raw);
    assert_int_equal(v->hidden, REDACTED);
    has(v->shown.ja, "消去済 2026-11-05");
    has(v->shown.ja, "本人の請求");
    assert_int_equal(rec->nredactions, 1);
    assert_string_equal(rec->redaction[0].approver, "FM");
    record_free(rec);
    rec = story_record(&story, 0, false); /* also in a copy without personal data */
    assert_int_equal(value("results", "note")->hidden, REDACTED);
}

static void test_value_gone_without_a_redaction_is_lost(void **state)
{
    (void)state;
    record_free(rec);
    story_forget(&story, "correction", "reason");
    rec = story_record(&story, 0, true);
    assert_int_equal(rec->correction[0].reason.hidden, LOST);
    has(rec->correction[0].reason.shown.ja, "失われている");
}

static void test_every_page_tells_of_two_writings(void **state)
{
    (void)state;
    assert_null(rec->notice.ja);
    rig_at(&story.rig, "CL1");
    accepted(rig_sign_in(&story.rig, "DR"));
    accepted(rig_sign_in(&story.rig, "N1"));
    accepted(rig_record(&story.rig, "DR", "identity.supplemented",
                        "batch=" STORY_BATCH "|step=order|field=name|value=鈴木花子|document=K-1|"
                        "reason=married|witness=P:N1"));
    record_free(rec);
    rec = story_record(&story, 0, true);
    has(rec->notice.ja, RIG_NAME " → 鈴木花子");
    record_free(rec);
    rec = story_record(&story, 0, false);
    has(rec->notice.en, "Another writing of Title");
    assert_null(strstr(rec->notice.ja, "鈴木"));
}

static void test_names_of_staff_come_from_the_register(void **state)
{
    (void)state;
    assert_string_equal(words_person(&rec->words, "QM").ja, "渡辺 浩");
    assert_null(words_person(&rec->words, "OP1").ja);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_step_tells_who_when_and_where),
        T(test_step_left_out_says_why),
        T(test_values_stand_beside_plan_and_limits),
        T(test_what_was_not_done_says_why_and_when_it_is_due),
        T(test_lots_have_expiry_and_uses),
        T(test_genealogy_names_what_was_filled_from_what),
        T(test_labels_are_balanced),
        T(test_opened_units_are_balanced),
        T(test_amounts_are_balanced),
        T(test_growth_is_a_point_a_count),
        T(test_deviation_has_cause_grade_reasons_and_times),
        T(test_correction_keeps_old_new_and_reason),
        T(test_what_was_computed_from_a_corrected_value_is_anew_wherever_it_stands),
        T(test_refusals_tell_what_was_read),
        T(test_exposure_names_the_other_batch),
        T(test_exposure_stands_in_both_records),
        T(test_exposure_by_a_thing_says_whose_result_it_was),
        T(test_statutory_items_say_what_is_missing),
        T(test_views_differ_by_the_late_result),
        T(test_late_result_is_marked),
        T(test_record_of_an_earlier_checkpoint_does_not_know_it),
        T(test_copy_without_disclosures_says_so),
        T(test_redacted_value_has_date_and_reason),
        T(test_value_gone_without_a_redaction_is_lost),
        T(test_every_page_tells_of_two_writings),
        T(test_names_of_staff_come_from_the_register),
    };
    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
