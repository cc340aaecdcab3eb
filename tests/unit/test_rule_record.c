/* Corrections; master data; protocols and their approval. */
#include "rule_release.h"
#include <stdio.h>
#include "base/enc.h"

/* ---- corrections ---- */

#define VOLUME(value) "batch=B1|step=volume|field=v|value=" value "|reason=misread " RIG_NAME "|witness=P:OP2"

static const struct verdict *correct(struct rig *r, const char *body)
{
    rig_at(r, "B21");
    return rig_record(r, "OP1", "correction", body);
}

static double number(const struct rig *r, const char *step, const char *field)
{
    const struct batch *x = rig_batch(r, "B1");
    int s = protocol_step(x->protocol, step);
    return dec_double(batch_input(x, (struct ref){s, step_field(&x->protocol->step[s], field)})->value);
}

static void test_correction_keeps_both_values(void **state)
{
    struct rig *r = *state;
    make(r);
    accepted_as(correct(r, VOLUME("40")), "accepted.act");
    assert_true(rig_says(r, "\"old\":\"45\""));
    assert_true(rig_says(r, "\"value\":\"40\""));
    assert_true(rig_says(r, "\"witnessed\":\"OP2\""));
    assert_true(r->v.draft[0].sign);
    assert_float_equal(number(r, "volume", "v"), 40, 1e-9);
    assert_float_equal(number(r, "volume", "density"), 2.25, 1e-9);
    assert_int_equal(rig_batch(r, "B1")->corrections, 1);
}

static void test_correction_is_judged_by_the_same_limits(void **state)
{
    struct rig *r = *state;
    make(r);
    deviation(correct(r, VOLUME("29.9")), "value.action");
    assert_float_equal(number(r, "volume", "v"), 29.9, 1e-9);
    refused(correct(r, VOLUME("201")), "value.impossible");
    refused(correct(r, VOLUME("40.01")), "value.decimals");
    refused(correct(r, VOLUME("forty")), "value.pattern");
    assert_float_equal(number(r, "volume", "v"), 29.9, 1e-9);
}

static void test_correction_finds_what_the_new_value_means(void **state)
{
    struct rig *r = *state;
    make(r);
    deviation(correct(r, "batch=B1|step=volume|field=cells|value=20|reason=x|witness=P:OP2"), "value.action");
    with_arg(&r->v, "field", "density"); /* 0.44 */
}

static void test_correction_reaches_later_steps(void **state)
{
    struct rig *r = *state;
    make(r);
    accepted(rig_one(r, "LATER", "180"));
    assert_float_equal(number(r, "later", "fold"), 2, 1e-9);
    accepted(correct(r, "batch=B1|step=volume|field=cells|value=60|reason=x|witness=P:OP2"));
    assert_float_equal(number(r, "later", "fold"), 3, 1e-9);
    assert_float_equal(number(r, "volume", "density"), 1.33, 1e-9);
}

static void test_correction_needs_a_second_person_here(void **state)
{
    struct rig *r = *state;
    make(r);
    refused(correct(r, "batch=B1|step=volume|field=v|value=40|reason=x|witness=P:OP1"), "witness.same");
    refused(correct(r, "batch=B1|step=volume|field=v|value=40|reason=x|witness=P:OP3"), "witness.absent");
    refused(correct(r, "batch=B1|step=volume|field=v|value=40|reason=x|witness=OP2"), "record.invalid");
    refused(correct(r, "batch=B1|step=volume|field=v|value=40|reason=x"), "record.invalid");
    refused(correct(r, "batch=B1|step=volume|field=v|value=40|witness=P:OP2"), "record.invalid");
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "DR"));
    refused(rig_record(r, "OP1", "correction", "batch=B1|step=volume|field=v|value=40|reason=x|witness=P:DR"),
            "correction.not-there"); /* the clinic for manufacturing */
    refused(rig_record(r, "N1", "correction", VOLUME("40")), "person.role");
    refused(rig_record(r, "FM", "correction", VOLUME("40")), "record.role");
}

static void test_second_person_who_is_only_named_has_said_nothing(void **state)
{
    struct rig *r = *state;
    make(r);
    rig_wait(r, 6 * RIG_MINUTE);
    refused(correct(r, VOLUME("40")), "witness.unconfirmed");
    with_arg(&r->v, "person", "OP2");
    with_arg(&r->v, "minutes", "5");
    accepted(rig_sign_in(r, "OP2")); /* still there: the own PIN, once more */
    rig_wait(r, 4 * RIG_MINUTE);
    accepted(correct(r, VOLUME("40")));
    r->next.second_within_s = 60;
    refused(correct(r, VOLUME("41")), "witness.unconfirmed");
    with_arg(&r->v, "minutes", "1");
    rig_leaves(r, "OP2");
    refused(correct(r, VOLUME("41")), "witness.absent");
}

static void test_correction_of_what_was_shown(void **state)
{
    struct rig *r = *state;
    make(r);
    refused(correct(r, VOLUME("40") "|old=44"), "act.shown-differs");
    accepted(correct(r, VOLUME("40") "|old=45"));
    refused(correct(r, "batch=B1|step=later|field=cells|value=1|reason=x|witness=P:OP2"), "record.unknown");
    refused(correct(r, "batch=B1|step=volume|field=density|value=1|reason=x|witness=P:OP2"),
            "correction.derived");
    refused(correct(r, "batch=B1|step=fill|field=tube|value=C:B1-T1|reason=x|witness=P:OP2"),
            "correction.thing");
    with_arg(&r->v, "field", "tube");
    refused(correct(r, "batch=B1|step=decide|field=d|value=released|reason=x|witness=P:OP2"),
            "correction.signed");
    refused(correct(r, "batch=B1|step=volume|field=none|value=1|reason=x|witness=P:OP2"), "record.invalid");
    refused(correct(r, "batch=B1|step=none|field=d|value=1|reason=x|witness=P:OP2"), "step.unknown");
    refused(correct(r, "batch=B7|step=volume|field=v|value=1|reason=x|witness=P:OP2"), "batch.unknown");
}

static void test_correction_of_a_lot_is_a_fact(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "USED", "L:TB1"));
    rig_wait(r, RIG_HOUR);
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "OP2"));
    hold(correct(r, "batch=B1|step=used|field=lot|value=L:TB-OLD|reason=vials exchanged|witness=P:OP2"),
         "lot.used-expired");
    assert_true(rig_says(r, "\"old\":\"TB1\""));
    assert_true(rig_says(r, "\"value\":\"TB-OLD\""));
}

static void test_correction_of_a_text_shows_nothing(void **state)
{
    struct rig *r = *state;
    accepted(rig_one(r, "NOTE", RIG_NAME));
    accepted(correct(r, "batch=B1|step=note|field=note|value=" RIG_BIRTH "|reason=x|witness=P:OP2"));
    const struct batch *x = rig_batch(r, "B1");
    assert_string_equal(batch_input(x, (struct ref){protocol_step(x->protocol, "note"), 0})->text, RIG_BIRTH);
}

/* ---- master data ---- */

#define KEY "key=11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"

static void test_record_is_made_by_its_department(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    accepted(rig_record(r, "MM", "lot.received", "lot=NEW1|material=tube|expiry=2027-01-31|units=#3"));
    refused(rig_record(r, "MM", "lot.released", "lot=NEW1"), "record.role");
    accepted(rig_record(r, "QM", "lot.released", "lot=NEW1"));
    refused(rig_record(r, "MM", "lot.received", "lot=NEW1|material=tube|expiry=2027-01-31|units=#3"),
            "record.exists");
    refused(rig_record(r, "QM", "lot.released", "lot=NEW2"), "record.word");
    with_arg(&r->v, "word", "NEW2");
    refused(rig_record(r, "QM", "lot.exploded", "lot=NEW1"), "command.unknown");
    accepted(rig_record(r, "N1", "lot.blocked", "lot=NEW1"));
}

/* Its stream has an end: nothing is written on it any more, and its name stays taken. */
/* Equipment and places are scanned alike: an id that both had would mean whichever was recorded last. */
static void test_place_with_the_id_of_equipment_is_refused(void **state)
{
    struct rig *r = *state;
    refused(rig_record(r, "MM", "place.added", "place=CF-1|kind=shelf"), "record.exists");
    refused(rig_record(r, "MM", "equipment.added", "equipment=SH-1|kind=centrifuge"), "record.exists");
    assert_string_equal(book_thing(&r->book, "CF-1")->kind, "centrifuge");
    accepted(rig_record(r, "MM", "place.added", "place=SH-9|kind=shelf"));
    accepted(rig_record(r, "MM", "equipment.changed", "equipment=CF-1|in_service=?no"));
}

static void test_lot_that_is_closed_stays_closed(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    refused(rig_record(r, "N1", "lot.closed", "lot=TB1"), "record.role");
    refused(rig_record(r, "MM", "lot.closed", "lot=NEW2"), "record.word");
    accepted(rig_record(r, "MM", "lot.closed", "lot=TB1"));
    refused(rig_record(r, "MM", "lot.closed", "lot=TB1"), "lot.closed");
    refused(rig_record(r, "QM", "lot.released", "lot=TB1"), "lot.closed");
    refused(rig_record(r, "MM", "lot.received", "lot=TB1|material=tube|expiry=2027-01-31|units=#3"),
            "record.exists");
}

static void test_record_that_would_not_fold_is_refused(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    accepted(rig_sign_in(r, "QM"));
    refused(rig_record(r, "MM", "lot.received", "lot=NEW 1|material=tube|expiry=2027-01-31|units=#3"),
            "record.invalid");
    refused(rig_record(r, "MM", "lot.received", "lot=new1|material=tube|expiry=2027-01-31|units=#3"),
            "record.invalid");
    refused(rig_record(r, "MM", "lot.received", "lot=NEW1|material=tube|expiry=2027-02-31"),
            "record.invalid");
    refused(rig_record(r, "MM", "lot.received", "lot=NEW1|material=tube"), "record.invalid");
    refused(rig_record(r, "FM", "person.enrolled", "person=OP7|dept=manufacturing|key=xx"), "record.invalid");
    refused(rig_record(r, "FM", "person.enrolled", "person=OP7|dept=piracy|" KEY), "record.invalid");
    refused(rig_record(r, "FM", "person.enrolled", "person=" RIG_NAME "|dept=clinic|" KEY), "record.invalid");
    refused(rig_record(r, "FM", "person.enrolled", "person=OP7|roles=operator|dept=manufacturing|" KEY),
            "record.invalid");
    refused(rig_record(r, "FM", "person.enrolled", "person=OP7|witness=P:QM|dept=manufacturing|" KEY),
            "record.invalid");
    with_arg(&r->v, "field", "cred");
    r->next.cred = "x";
    accepted(rig_record(r, "FM", "person.enrolled",
                        "person=OP7|witness=P:QM|roles=[operator]|dept=manufacturing|" KEY));
    refused(rig_record(r, "FM", "person.changed", "person=OP7|qualified=[x]"), "record.invalid");
}

/* What no shape knows is not copied into the log, whatever it is called. */
static void test_unknown_member_is_refused_and_not_told(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    refused(rig_record(r, "MM", "lot.received", "lot=NEW1|material=tube|expiry=2027-01-31|colour=red"),
            "record.unknown-member");
    with_arg(&r->v, "field", "colour");
    refused(rig_record(r, "QM", "lot.released", "lot=TB-NEW|YAMADA Hanako=x"), "record.unknown-member");
    with_arg(&r->v, "field", "?");
    refused(rig_record(r, "QM", "lot.released", "lot=TB-NEW|19800401=x"), "record.unknown-member");
    with_arg(&r->v, "field", "?");
    refused(rig_record(r, "QM", "lot.released", "lot=TB-NEW|code=accepted"), "record.unknown-member");
    refused(rig_record(r, "FM", "person.changed", "person=OP1|cred=x"), "record.unknown-member");
    assert_false(rig_says(r, "YAMADA"));
}

/* The points of small order, and encodings of no number below p: OpenSSL takes them, and anything verifies.
 */
static void test_weak_keys_are_not_enrolled(void **state)
{
    static const char *const weak[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0200000000000000000000000000000000000000000000000000000000000000",
    };
    struct rig *r = *state;
    rig_at(r, "QA1");
    for (size_t i = 0; i < sizeof(weak) / sizeof(*weak); i++) {
        uint8_t pub[32];
        char key[44], body[160];
        assert_int_equal(enc_unhex(weak[i], 64, pub, sizeof(pub)), 0);
        enc_digest(pub, key);
        snprintf(body, sizeof(body), "person=OP7|dept=manufacturing|key=%s", key);
        refused(rig_record(r, "FM", "person.enrolled", body), "record.invalid");
        snprintf(body, sizeof(body), "person=OP1|key=%s", key);
        refused(rig_record(r, "FM", "person.changed", body), "record.invalid");
    }
    refused(rig_record(r, "FM", "person.changed", "person=OP1|key=[x]"), "record.invalid");
}

static void test_locked_person_is_unlocked_by_another(void **state)
{
    struct rig *r = *state;
    rig_at(r, "B21");
    rig_entry(r, "person/OP3", "person.locked", "{\"person\":\"OP3\"}"); /* by an older program */
    refused(rig_record(r, "OP3", "lot.received", "lot=NEW1|material=tube|expiry=2027-01-31|units=#3"),
            "session.locked");
    accepted(rig_record(r, "FM", "person.unlocked", "person=OP3"));
    accepted(rig_sign_in(r, "OP3"));
}

static void test_suspended_person_makes_no_record(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    rig_entry(r, "person/QM", "person.changed", "{\"person\":\"QM\",\"suspended\":true}");
    refused(rig_record(r, "QM", "lot.released", "lot=TB-NEW"), "person.suspended");
}

/* ---- who was shown personal data ---- */

static struct command look(struct rig *r, const char *person, const char *batch, const char *what)
{
    struct json *body = json_set_str(&r->arena, json_object(&r->arena), "batch", batch);
    struct command c = {.kind = COMMAND_RECORD, .station = r->station, .record = "personal.shown"};
    c.person = book_person(&r->book, person);
    c.body = json_set_str(&r->arena, body, "what", what);
    c.signed_in = c.shows = true;
    return c;
}

static void test_looking_by_session_leaves_an_entry_in_the_day(void **state)
{
    struct rig *r = *state;
    make(r);
    rig_at(r, "B21");
    struct command c = look(r, "OP1", "B1", "bundle");
    accepted_as(rig_run(r, &c), "accepted.act");
    assert_int_equal(r->v.ndrafts, 1);
    assert_int_equal(strncmp(r->v.draft[0].stream, "day/B21/", 8), 0);
    assert_false(r->v.draft[0].sign);
    assert_true(rig_says(r, "\"batch\":\"B1\""));
    assert_true(rig_says(r, "\"what\":\"bundle\""));
}

static void test_looking_is_for_who_works_on_it(void **state)
{
    struct rig *r = *state;
    make(r);
    rig_at(r, "QA1");
    accepted(rig_sign_in(r, "OP3"));
    struct command c = look(r, "OP3", "B1", "pdf");
    refused(rig_run(r, &c), "personal.not-yours");
    rig_out(r);
    rig_at(r, "B21");
    accepted(rig_sign_in(r, "OP3")); /* where it is worked on */
    c = look(r, "OP3", "B1", "pdf");
    accepted(rig_run(r, &c));
}

static void test_looking_by_password_is_signed(void **state)
{
    struct rig *r = *state;
    make(r);
    rig_at(r, "QA1");
    struct command c = look(r, "QM", "B1", "pdf");
    c.signed_in = false;
    refused(rig_run(r, &c), "act.needs-password");
    c.secret_given = true;
    refused(rig_run(r, &c), "session.wrong-secret");
    c.authenticated = true;
    accepted(rig_run(r, &c));
    assert_true(r->v.draft[r->v.ndrafts - 1].sign);
}

static void test_looking_needs_a_session_here_and_today(void **state)
{
    struct rig *r = *state;
    make(r);
    rig_at(r, "QA1");
    struct command c = look(r, "OP1", "B1", "csv");
    refused(rig_run(r, &c), "act.needs-password");
    rig_at(r, "B21");
    rig_wait(r, RIG_DAY);
    c = look(r, "OP1", "B1", "csv");
    refused(rig_run(r, &c), "act.needs-password");
}

static void test_session_makes_no_other_record(void **state)
{
    struct rig *r = *state;
    make(r);
    rig_at(r, "B21");
    struct command c = look(r, "OP1", "B1", "csv");
    c.record = "lot.received";
    refused(rig_run(r, &c), "act.needs-password");
}

static void test_looking_at_a_closed_batch_and_at_none(void **state)
{
    struct rig *r = *state;
    make(r);
    rig_at(r, "B21");
    struct command c = look(r, "OP1", "B0", "json");
    refused(rig_run(r, &c), "batch.unknown");
    rig_entry(r, "batch/B1", "batch.closed",
              arena_printf(&r->arena, "{\"count\":%llu}",
                           (unsigned long long)book_stream(&r->book, "batch/B1")->sseq + 1));
    rig_drop_closed(&r->book); /* the log knows it */
    c = look(r, "OP1", "B1", "json");
    accepted(rig_run(r, &c));
    c = look(r, "OP1", "B1", "everything");
    refused(rig_run(r, &c), "record.invalid");
    c = look(r, "OP1", "B1", "csv");
    c.shows = false;
    refused(rig_run(r, &c), "command.unknown");
    c = look(r, "OP1", RIG_NAME, "csv");
    refused(rig_run(r, &c), "record.invalid");
    assert_false(rig_says(r, RIG_NAME));
}

static const char second_version[] = "text=protocol: sample\nversion: \"2\"\nproduct: {ja: 製品, en: "
                                     "Product}\nlabels: {T: {title: {ja: 管, en: Tube}}}\n"
                                     "materials: {tube: {title: {ja: 管, en: Tube}, unit: pc}}\nsteps:\n"
                                     "  - {id: order, title: {ja: 題, en: T}, form: true, opens: true}\n";

static void test_protocol_is_approved_by_two_people_of_two_departments(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    accepted(rig_record(r, "PM", "protocol.registered", second_version));
    refused(rig_record(r, "PM", "protocol.registered", second_version), "record.exists");
    refused(rig_approve(r, "OP1"), "record.role");
    refused(rig_record(r, "QM", "protocol.approved", "protocol=sample|version=3"), "protocol.unknown");
    accepted(rig_approve(r, "MM"));
    refused(rig_approve(r, "MM"), "record.exists");
    rig_entry(r, "person/MM", "person.changed",
              "{\"dept\":\"quality\",\"person\":\"MM\",\"roles\":[\"quality-manager\"]}");
    refused(rig_approve(r, "MM"), "witness.same");
    assert_string_equal(book_protocol(&r->book, "sample")->protocol->version, "1");
    accepted(rig_approve(r, "QM"));
    assert_string_equal(book_protocol(&r->book, "sample")->protocol->version, "2");
    refused(rig_record(r, "QM", "protocol.approved", "protocol=sample|version=1"), "record.exists");
    assert_string_equal(book_protocol(&r->book, "sample")->protocol->version, "2");
    rig_at(r, "B21");
    make(r); /* goes on under the version it was ordered under */
    refused(decide(r), "protocol.superseded");
}

static void test_protocol_with_an_error_is_refused(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    refused(rig_record(r, "PM", "protocol.registered", "text=protocol: [\n"), "record.invalid");
}

static void test_protocol_full_of_quotes_fits_its_entries(void **state)
{
    struct rig *r = *state;
    size_t n = 50000;
    char *text = arena_alloc(&r->arena, sizeof(second_version) + n + 2);
    strcpy(text, second_version);
    char *at = text + strlen(text);
    *at++ = '#';
    memset(at, '"', n);
    rig_at(r, "QA1");
    accepted(rig_record(r, "PM", "protocol.registered", text));
    assert_true(rig_count(r, "protocol.text") >= 2);
}

static void test_kind_of_a_newer_program_is_another_version(void **state)
{
    struct rig *r = *state;
    const struct entry e = {.kind = "bag.thawed", .stream = "facility"};
    assert_int_equal(book_apply(&r->book, &e), CPF_E_VERSION);
}

/* ---- what changes what a record says ---- */

#define BASIS_A      "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
#define BASIS_B      "dqnjsCMBJ_nMTLS5JtNO9G2r2TFPeqo2mg8q5E1pX2k"
#define CAME(digest) "{\"digest\":\"" digest "\",\"items\":[{\"name\":\"zone\",\"text\":\"Asia/Tokyo\"}]}"

static void test_basis_is_accepted_by_management_and_quality(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    refused(rig_record(r, "QM", "basis.accepted", "basis=" BASIS_A), "basis.other"); /* there is none */
    rig_entry(r, "facility", "basis.changed", CAME(BASIS_A));
    assert_false(book_basis_accepted(&r->book));
    refused(rig_record(r, "MM", "basis.accepted", "basis=" BASIS_A), "record.role");
    refused(rig_record(r, "FM", "basis.accepted", "basis=" BASIS_B), "basis.other");
    refused(rig_record(r, "FM", "basis.accepted", "basis=" BASIS_A "|dept=quality"), "record.unknown-member");
    accepted(rig_record(r, "FM", "basis.accepted", "basis=" BASIS_A));
    assert_true(r->v.draft[0].sign);
    assert_true(rig_says(r, "\"dept\":\"management\""));
    assert_false(book_basis_accepted(&r->book));
    refused(rig_record(r, "FM", "basis.accepted", "basis=" BASIS_A), "record.exists");
    rig_entry(r, "person/QC2", "person.changed",
              "{\"dept\":\"quality\",\"person\":\"QC2\",\"roles\":[\"deputy-facility-manager\"]}");
    refused(rig_record(r, "QC2", "basis.accepted", "basis=" BASIS_A), "record.exists"); /* the same side */
    rig_entry(r, "person/FM", "person.changed",
              "{\"dept\":\"quality\",\"person\":\"FM\",\"roles\":[\"quality-manager\"]}");
    refused(rig_record(r, "FM", "basis.accepted", "basis=" BASIS_A), "witness.same");
    accepted(rig_record(r, "QM", "basis.accepted", "basis=" BASIS_A));
    assert_true(book_basis_accepted(&r->book));
}

static void test_basis_that_changes_is_accepted_anew(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    rig_entry(r, "facility", "basis.changed", CAME(BASIS_A));
    accepted(rig_record(r, "FM", "basis.accepted", "basis=" BASIS_A));
    accepted(rig_record(r, "QM", "basis.accepted", "basis=" BASIS_A));
    rig_entry(r, "facility", "basis.changed", CAME(BASIS_B));
    assert_false(book_basis_accepted(&r->book));
    refused(rig_record(r, "QM", "basis.accepted", "basis=" BASIS_A), "basis.other");
    accepted(rig_record(r, "QM", "basis.accepted", "basis=" BASIS_B));
    assert_false(book_basis_accepted(&r->book));
    accepted(rig_record(r, "FM", "basis.accepted", "basis=" BASIS_B));
    assert_true(book_basis_accepted(&r->book));
}

static void test_basis_of_the_set_up_stands_by_it(void **state)
{
    struct rig *r = *state;
    struct rig fresh;
    rig_empty(&fresh);
    rig_entry(&fresh, "facility", "basis.changed", CAME(BASIS_A)); /* it begins the stream */
    assert_true(book_basis_accepted(&fresh.book));
    rig_entry(&fresh, "facility", "basis.changed", CAME(BASIS_B));
    assert_false(book_basis_accepted(&fresh.book));
    rig_fini(&fresh);
    rig_entry(r, "facility", "basis.changed", CAME(BASIS_A)); /* here facility.opened does */
    assert_false(book_basis_accepted(&r->book));
}

static void test_basis_is_nobodys_to_change(void **state)
{
    struct rig *r = *state;
    rig_at(r, "QA1");
    refused(rig_record(r, "QM", "basis.changed", "digest=" BASIS_A), "command.unknown");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, rig_tear_down)
    const struct CMUnitTest tests[] = {
        T(test_correction_keeps_both_values),
        T(test_correction_is_judged_by_the_same_limits),
        T(test_correction_finds_what_the_new_value_means),
        T(test_correction_reaches_later_steps),
        T(test_correction_needs_a_second_person_here),
        T(test_second_person_who_is_only_named_has_said_nothing),
        T(test_correction_of_what_was_shown),
        T(test_correction_of_a_lot_is_a_fact),
        T(test_correction_of_a_text_shows_nothing),
        T(test_record_is_made_by_its_department),
        T(test_place_with_the_id_of_equipment_is_refused),
        T(test_lot_that_is_closed_stays_closed),
        T(test_record_that_would_not_fold_is_refused),
        T(test_unknown_member_is_refused_and_not_told),
        T(test_weak_keys_are_not_enrolled),
        T(test_locked_person_is_unlocked_by_another),
        T(test_suspended_person_makes_no_record),
        T(test_looking_by_session_leaves_an_entry_in_the_day),
        T(test_looking_is_for_who_works_on_it),
        T(test_looking_by_password_is_signed),
        T(test_looking_needs_a_session_here_and_today),
        T(test_session_makes_no_other_record),
        T(test_looking_at_a_closed_batch_and_at_none),
        T(test_protocol_is_approved_by_two_people_of_two_departments),
        T(test_protocol_with_an_error_is_refused),
        T(test_protocol_full_of_quotes_fits_its_entries),
        T(test_kind_of_a_newer_program_is_another_version),
        T(test_basis_is_accepted_by_management_and_quality),
        T(test_basis_that_changes_is_accepted_anew),
        T(test_basis_of_the_set_up_stands_by_it),
        T(test_basis_is_nobodys_to_change),
    };
    return cmocka_run_group_tests_name("rule: records", tests, NULL, NULL);
}
