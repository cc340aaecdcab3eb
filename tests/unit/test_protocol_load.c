/* What a good protocol file becomes. */
#include "protocols.h"

#include "base/buf.h"
#include "base/enc.h"

static const struct step *step_of(const struct protocol *p, const char *id)
{
    int i = protocol_step(p, id);
    assert_true(i >= 0);
    return &p->step[i];
}

static const struct field *field_of(const struct protocol *p, const char *step, const char *id)
{
    const struct step *s = step_of(p, step);
    int i = step_field(s, id);
    assert_true(i >= 0);
    return &s->field[i];
}

/* "a b" = the steps that it waits for, in order. */
static void assert_after(const struct protocol *p, const char *id, const char *want)
{
    const struct step *s = step_of(p, id);
    char got[400] = "";
    for (size_t i = 0; i < s->nafter; i++) {
        size_t used = strlen(got);
        snprintf(got + used, sizeof(got) - used, "%s%s", used ? " " : "", p->step[s->after[i]].id);
    }
    assert_string_equal(got, want);
}

static void test_the_head_is_read(void **state)
{
    (void)state;
    struct protocol *p = load_good(HEAD OPEN);
    assert_string_equal(p->id, "sample");
    assert_string_equal(p->version, "1");
    assert_string_equal(p->product.ja, "製品");
    assert_string_equal(p->product.en, "Product");
    assert_int_equal(protocol_label(p, "T")->max, 5);
    assert_string_equal(protocol_material(p, "plasma")->unit, "mL");
    assert_null(protocol_label(p, "X"));
    assert_null(protocol_material(p, "x"));
    assert_int_equal(protocol_step(p, "x"), -1);
    assert_int_equal(step_field(&p->step[0], "x"), -1);
    protocol_free(p);
    protocol_free(NULL);
}

static void test_the_hash_is_that_of_the_bytes(void **state)
{
    (void)state;
    uint8_t want[HASH_LEN];
    struct protocol *p = load_good(HEAD OPEN), *q = load_good(HEAD OPEN "# a comment\n");
    hash_sha256(HEAD OPEN, strlen(HEAD OPEN), want);
    assert_memory_equal(p->hash, want, HASH_LEN);
    assert_memory_not_equal(p->hash, q->hash, HASH_LEN);
    protocol_free(p);
    protocol_free(q);
}

static void test_a_step_waits_for_the_one_declared_before_it(void **state)
{
    (void)state;
    struct protocol *p =
        load_good(HEAD OPEN "  - " STEP("a") "\n"
                                             "  - " STEP("b") "\n"
                                                              "  - {id: c, " NAMED ", after: []}\n"
                                                              "  - {id: d, " NAMED ", after: [a, c]}\n");
    assert_after(p, "order", "");
    assert_after(p, "a", "order");
    assert_after(p, "b", "a");
    assert_after(p, "c", "");
    assert_after(p, "d", "a c");
    protocol_free(p);
}

#define TEMPLATES                                                                                             \
    "templates:\n"                                                                                            \
    "  opening:\n"                                                                                            \
    "    params: [room, kinds]\n"                                                                             \
    "    steps:\n"                                                                                            \
    "      - {id: clear, " NAMED ", where: [\"${room}\", QC]}\n"                                              \
    "      - {id: in, title: {ja: \"部屋${room}へ\", en: \"Into ${room}\"}, where: \"${kinds}\", fields: " \
    "[\n"                                                                                                     \
    "          {id: n, " NAMED ", number: mL}]}\n"                                                            \
    "      - {id: check, " NAMED ", after: [clear], fields: [{id: m, " NAMED ", number: mL, if-differ: \n"    \
    "          {of: [in.n, order.n], limit: \"5\"}}]}\n"                                                      \
    "  day:\n"                                                                                                \
    "    params: [room]\n"                                                                                    \
    "    steps:\n"                                                                                            \
    "      - {use: opening, as: open, with: {room: \"${room}\", kinds: [\"${room}\"]}}\n"                     \
    "      - {id: work, " NAMED "}\n"                                                                         \
    "      - {id: end, " NAMED ", after: [open, work]}\n"
#define OPEN_N "steps:\n  - {id: order, " NAMED ", opens: true, fields: [{id: n, " NAMED ", number: mL}]}\n"

static void test_a_template_is_written_out(void **state)
{
    (void)state;
    struct protocol *p = load_good(HEAD TEMPLATES OPEN_N "  - " STEP(
        "before") "\n"
                  "  - {use: opening, as: d3, with: {room: b2, kinds: [B2, B3]}}\n"
                  "  - " STEP("next") "\n"
                                      "  - {id: last, " NAMED ", after: [d3, order]}\n");
    assert_int_equal(p->nsteps, 7);
    assert_after(p, "d3.clear", "before");
    assert_after(p, "d3.in", "d3.clear");
    assert_after(p, "d3.check", "d3.clear");
    assert_after(p, "next", "d3.check");
    assert_after(p, "last", "d3.check order");
    assert_string_equal(step_of(p, "d3.in")->title.en, "Into b2");
    assert_string_equal(step_of(p, "d3.clear")->where[0], "b2");
    assert_int_equal(step_of(p, "d3.in")->nwhere, 2);
    assert_string_equal(step_of(p, "d3.in")->where[1], "B3");
    const struct field *m = field_of(p, "d3.check", "m");
    assert_int_equal(m->differ_a.step, protocol_step(p, "d3.in"));
    assert_int_equal(m->differ_b.step, protocol_step(p, "order"));
    protocol_free(p);
}

static void test_after_of_a_use_goes_to_its_first_step(void **state)
{
    (void)state;
    struct protocol *p = load_good(HEAD TEMPLATES OPEN_N "  - " STEP("a") "\n  - " STEP(
        "b") "\n"
             "  - {use: opening, as: d3, with: {room: b2, kinds: [B2]}, after: [order, a]}\n");
    assert_after(p, "d3.clear", "order a");
    assert_after(p, "d3.in", "d3.clear");
    protocol_free(p);
}

static void test_templates_may_use_templates(void **state)
{
    (void)state;
    struct protocol *p =
        load_good(HEAD TEMPLATES OPEN_N "  - {use: day, as: d3, with: {room: b2}, after: [order]}\n"
                                        "  - {use: day, as: d6, with: {room: b3}, after: [d3.work]}\n"
                                        "  - {id: end, " NAMED ", after: [d3.open, d6]}\n");
    assert_after(p, "d3.open.clear", "order");
    assert_after(p, "d3.work", "d3.open.check");
    assert_after(p, "d3.end", "d3.open.check d3.work");
    assert_after(p, "d6.open.clear", "d3.work");
    assert_after(p, "end", "d3.open.check d6.end");
    assert_string_equal(step_of(p, "d6.open.in")->where[0], "b3");
    protocol_free(p);
}

static void test_bare_names_are_siblings_first(void **state)
{
    (void)state;
    struct protocol *p = load_good(HEAD "templates: {t: {steps: [" STEP("a") ", " STEP(
        "b") ", {id: c, " NAMED ", after: [a, z]}]}}\n" OPEN
             "  - " STEP("a") "\n  - " STEP("z") "\n"
                                                 "  - {use: t, as: x}\n");
    assert_after(p, "x.c", "x.a z");
    protocol_free(p);
}

static const char step_yaml[] = HEAD
    "steps:\n"
    "  - id: order\n"
    "    title: {ja: 注文, en: Order}\n"
    "    opens: true\n"
    "    form: true\n"
    "    unique: [day]\n"
    "    fields: [{id: name, " NAMED ", text: true}, {id: day, " NAMED ", date: true, reported: true},\n"
    "      {id: plan, " NAMED ", token: \"^P[ABC][0-9]{7}$\"}]\n"
    "  - {id: fit, " NAMED ", declares-fit: true, repeat: 0, after: [order], fields: [\n"
    "      {id: f, " NAMED ", choice: {ok: {" NAMED "}, ill: {" NAMED ", is: refuse, state: ill}}}]}\n"
    "  - id: draw\n"
    "    title: {ja: 採血, en: Draw}\n"
    "    section: B\n"
    "    where: [CL]\n"
    "    by: [nurse, physician]\n"
    "    dept: clinic\n"
    "    late: true\n"
    "    people: 2\n"
    "    fit: true\n"
    "    qualified: [aseptic]\n"
    "    witness: true\n"
    "    not-by: [order]\n"
    "    window: [{since: order, possible: 60s, min: 2d, max: 21d, early: refuse, late: hold}]\n"
    "    deadline: {since: order, within: 500h, else: hold}\n"
    "    requires: [steps, no-hold, {containers: [T, W]}, {expiry: product}, {valid: screen}, protocol]\n"
    "    balance: {in: [a], out: [b, a], tolerance: \"5\", under: deviation}\n"
    "    skip: hold\n"
    "    state: drawn\n"
    "    starts-clock: {id: product, time: 24h}\n"
    "    law: [R99-1-20]\n"
    "    fields:\n"
    "      - {id: a, " NAMED ", number: mL, decimals: 1, possible: [\"0\", \"100\"], alert: [\"30\", ~],\n"
    "         action: [~, \"50\"], on-action: hold, twice: true, plan: \"45\"}\n"
    "      - {id: b, " NAMED ", number: mL, if-differ: {of: [a, a], limit: \"15\"}, optional: true}\n"
    "      - {id: c, " NAMED ", derive: \"mean(a, b)\", unit: mL, decimals: 2}\n"
    "      - {id: t, " NAMED ", scan: container, label: [T], use: take, n: all}\n"
    "      - {id: w, " NAMED ", scan: container, label: [W], use: fill, from: [t], n: 2}\n"
    "      - {id: l, " NAMED ", scan: lot, material: [tube], use: account}\n"
    "      - {id: e, " NAMED ", scan: equipment, kind: centrifuge, occupy: true}\n"
    "      - {id: e2, " NAMED
    ", scan: equipment, kind: centrifuge, release: true, same: e, differs: deviation}\n"
    "      - {id: courier, " NAMED ", scan: badge, role: [courier]}\n"
    "      - {id: who, " NAMED ", identity: order.name}\n"
    "      - {id: sampled, " NAMED ", date: true, valid-days: 90, valid-on: order.day}\n"
    "  - {id: screen, " NAMED ", after: [order], fields: [{id: s, " NAMED ", date: true, valid-days: 30}]}\n"
    "  - {id: decide, " NAMED ", closes: true, names-pending: true,\n"
    "     sign: {verb: decide, meaning: {ja: 決定する, en: I decide}}}\n";

static void test_every_key_of_a_step_is_read(void **state)
{
    (void)state;
    struct protocol *p = load_good(step_yaml);
    const struct step *order = step_of(p, "order"), *s = step_of(p, "draw"), *decide = step_of(p, "decide");
    assert_true(order->opens && order->form && order->nunique == 1 && order->unique[0] == 1);
    assert_true(step_of(p, "fit")->declares_fit && step_of(p, "fit")->repeat_max == 0);
    assert_string_equal(s->section, "B");
    assert_string_equal(s->by[1], "physician");
    assert_int_equal(s->dept, DEPT_CLINIC);
    assert_true(s->late && s->fit && s->witness && !s->optional && !s->opens && s->repeat_max == 1);
    assert_int_equal(s->people, 2);
    assert_string_equal(s->qualified[0], "aseptic");
    assert_int_equal(s->not_by[0], 0);
    const struct window *w = &s->window[0];
    assert_true(w->since == 0 && w->possible.value == 60000 && !w->possible.days && w->min.days &&
                w->max.value == 21);
    assert_true(w->early == EFFECT_REFUSE && w->late == EFFECT_HOLD);
    assert_true(s->deadline.set && s->deadline.within.value == INT64_C(1800000000));
    assert_int_equal(s->deadline.effect, EFFECT_HOLD);
    assert_int_equal(s->nrequires, 6);
    assert_int_equal(s->require[2].need, NEED_CONTAINERS);
    assert_string_equal(s->require[2].keep[1], "W");
    assert_string_equal(s->require[3].arg, "product");
    assert_int_equal(s->require[4].step, protocol_step(p, "screen"));
    assert_true(s->balance.set && s->balance.nout == 2 && s->balance.over == EFFECT_REFUSE);
    assert_int_equal(s->balance.under, EFFECT_DEVIATION);
    assert_true(s->can_skip && s->on_skip == EFFECT_HOLD);
    assert_string_equal(s->state, "drawn");
    assert_true(strcmp(s->clock, "product") == 0 && s->clock_ms == 86400000);
    assert_string_equal(s->law[0], "R99-1-20");
    assert_true(decide->verb == VERB_DECIDE && decide->form && decide->closes && decide->names_pending);
    assert_string_equal(decide->meaning.ja, "決定する");
    assert_int_equal(s->line, 16);
    protocol_free(p);
}

static void test_every_key_of_a_field_is_read(void **state)
{
    (void)state;
    struct protocol *p = load_good(step_yaml);
    const struct field *a = field_of(p, "draw", "a"), *b = field_of(p, "draw", "b"),
                       *c = field_of(p, "draw", "c");
    assert_true(a->kind == FIELD_NUMBER && a->decimals == 1 && a->twice && a->n == 1);
    assert_true(a->alert.has_lo && !a->alert.has_hi && a->alert.lo.mant == 30 && a->action.hi.mant == 50);
    assert_int_equal(a->on_action, EFFECT_HOLD);
    assert_string_equal(a->plan, "45");
    assert_true(b->conditional && b->optional && b->differ.mant == 15 && b->on_action == EFFECT_DEVIATION);
    assert_true(c->kind == FIELD_DERIVED && c->fn == DERIVE_MEAN && c->nargs == 2 && c->arg[1].field == 1);
    assert_true(field_of(p, "draw", "t")->n == -1 && field_of(p, "draw", "t")->use == USE_TAKE);
    const struct field *w = field_of(p, "draw", "w");
    assert_true(w->use == USE_FILL && w->nfrom == 1 && w->from[0].field == 3 && w->n == 2);
    assert_string_equal(w->label[0], "W");
    assert_int_equal(field_of(p, "draw", "l")->lot_use, LOT_ACCOUNT);
    assert_string_equal(field_of(p, "draw", "l")->material[0], "tube");
    assert_true(field_of(p, "draw", "e")->occupy &&
                strcmp(field_of(p, "draw", "e")->thing, "centrifuge") == 0);
    const struct field *e2 = field_of(p, "draw", "e2");
    assert_true(e2->release && e2->has_same && e2->same.field == 6 && e2->differs == EFFECT_DEVIATION);
    assert_string_equal(field_of(p, "draw", "courier")->role[0], "courier");
    assert_true(field_of(p, "draw", "who")->identity.step == 0 &&
                field_of(p, "draw", "who")->identity.field == 0);
    const struct field *sampled = field_of(p, "draw", "sampled");
    assert_true(sampled->valid_days == 90 && sampled->has_valid_on && sampled->valid_on.field == 1);
    assert_true(field_of(p, "order", "day")->reported);
    const struct field *choice = field_of(p, "fit", "f"), *plan = field_of(p, "order", "plan");
    assert_true(choice->noptions == 2 && choice->option[0].effect == EFFECT_OK);
    assert_int_equal(choice->option[1].effect, EFFECT_REFUSE);
    assert_string_equal(choice->option[1].state, "ill");
    assert_int_equal(regexec(&plan->regex, "PC5170071", 0, NULL, 0), 0);
    assert_int_not_equal(regexec(&plan->regex, "PC51700711", 0, NULL, 0), 0);
    protocol_free(p);
}

static void test_aliases_are_read_where_they_stand(void **state)
{
    (void)state;
    struct protocol *p =
        load_good(HEAD OPEN "  - {id: a, " NAMED ", by: &by [x, y]}\n  - {id: b, " NAMED ", by: *by}\n");
    assert_int_equal(step_of(p, "b")->nby, 2);
    assert_string_equal(step_of(p, "b")->by[1], "y");
    protocol_free(p);
}

static void test_json_says_the_whole_protocol(void **state)
{
    (void)state;
    struct protocol *p = load_good(step_yaml);
    struct arena a;
    struct buf text;
    const struct json *again;
    arena_init(&a, 0);
    buf_init(&text);
    json_write(&text, protocol_json(&a, p));
    assert_int_equal(json_parse(&a, text.data, text.len, &again, NULL), CPF_OK); /* canonical */
    static const char *const parts[] = {
        "\"id\":\"sample\"",
        "\"balance\":{\"in\":[\"draw.a\"],\"out\":[\"draw.b\",\"draw.a\"],\"over\":\"refuse\",\"tolerance\":"
        "\"5\","
        "\"under\":\"deviation\"}",
        "\"window\":[{\"early\":\"refuse\",\"late\":\"hold\",\"max\":{\"days\":21},\"min\":{\"days\":2},"
        "\"possible\":{\"ms\":60000},\"since\":\"order\"}]",
        "{\"keep\":[\"T\",\"W\"],\"need\":\"containers\"}",
        "\"identity\":\"order.name\"",
        "\"sign\":{\"meaning\":{\"en\":\"I decide\",\"ja\":\"決定する\"},\"verb\":\"decide\"}",
        "\"if-differ\":{\"limit\":\"15\",\"of\":[\"draw.a\",\"draw.a\"]}",
        "\"unique\":[\"day\"]",
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        assert_non_null(strstr(text.data, parts[i]));
    buf_fini(&text);
    arena_fini(&a);
    protocol_free(p);
}

static void test_units_agree_by_name(void **state)
{
    (void)state;
    assert_int_equal(unit_known("furlong"), 0);
    assert_int_equal(unit_known(""), 0);
    assert_int_equal(unit_known(NULL), 0);
    assert_int_not_equal(unit_known("mL"), 0);
    assert_int_equal(unit_known("mL"), unit_known("µL"));
    assert_int_not_equal(unit_known("mL"), unit_known("g"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_head_is_read),
        cmocka_unit_test(test_the_hash_is_that_of_the_bytes),
        cmocka_unit_test(test_a_step_waits_for_the_one_declared_before_it),
        cmocka_unit_test(test_a_template_is_written_out),
        cmocka_unit_test(test_after_of_a_use_goes_to_its_first_step),
        cmocka_unit_test(test_templates_may_use_templates),
        cmocka_unit_test(test_bare_names_are_siblings_first),
        cmocka_unit_test(test_every_key_of_a_step_is_read),
        cmocka_unit_test(test_every_key_of_a_field_is_read),
        cmocka_unit_test(test_aliases_are_read_where_they_stand),
        cmocka_unit_test(test_json_says_the_whole_protocol),
        cmocka_unit_test(test_units_agree_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
