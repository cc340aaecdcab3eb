/* The view: what the book knows and people read are the same; how rows merge; what it remembers. */
#include "core/view/view.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/view/sheet.h"
#include "view_story.h"

struct fold {
    struct rig rig;
    struct view *view;
    struct view_sheet *sheet;
    size_t next; /* entry of the rig's log */
    size_t rows; /* calls */
    struct arena arena;
};

static const struct protocol *protocol_named(void *arg, const char *name)
{
    struct fold *f = arg;
    const struct protocol_state *p = map_get(&f->rig.book.protocols, name);
    return p ? p->protocol : NULL;
}

static void on_row(void *arg, const struct view_row *row)
{
    struct fold *f = arg;
    f->rows++;
    view_sheet_add(f->sheet, row);
}

static void read_entry(struct fold *f, size_t i, struct entry *e)
{
    assert_int_equal(entry_read(e, &f->arena, f->rig.log[i].text, f->rig.log[i].len), 0);
    e->idx = i;
}

static void fold_all(struct fold *f)
{
    for (; f->next < f->rig.n; f->next++) {
        struct entry e;
        read_entry(f, f->next, &e);
        assert_int_equal(view_entry(f->view, &e), 0);
    }
}

static void begin(struct fold *f)
{
    struct view_config cfg = {.protocol = protocol_named, .row = on_row, .arg = f};
    *f = (struct fold){0};
    arena_init(&f->arena, 0);
    view_story_play(&f->rig);
    f->view = view_new(&cfg);
    f->sheet = view_sheet_new();
}

static void end(struct fold *f)
{
    view_free(f->view);
    view_sheet_free(f->sheet);
    arena_fini(&f->arena);
    rig_fini(&f->rig);
}

/* A column of the i-th row as text; "-" for null. */
static const char *cell(struct fold *f, enum view_id table, size_t i, const char *column)
{
    const struct view_table *t = &view_tables[table];
    struct view_row r;
    assert_true(i < view_sheet_count(f->sheet, table));
    view_sheet_get(f->sheet, table, i, &r);
    for (size_t c = 0; c < t->ncolumns; c++) {
        if (strcmp(t->column[c].name, column) != 0)
            continue;
        if (!(r.given & 1u << c))
            return "-";
        if (t->column[c].type <= VIEW_DECIMAL)
            return r.value[c].text;
        return arena_printf(&f->arena, "%lld", (long long)r.value[c].num);
    }
    fail_msg("no column %s", column);
    return NULL;
}

/* The row whose column says that, and nothing else before it. */
static size_t row_with(struct fold *f, enum view_id table, const char *column, const char *value)
{
    for (size_t i = 0; i < view_sheet_count(f->sheet, table); i++)
        if (strcmp(cell(f, table, i, column), value) == 0)
            return i;
    fail_msg("no row of %s with %s %s", view_tables[table].name, column, value);
    return 0;
}

#define is(table, i, column, value) assert_string_equal(cell(&f, table, i, column), value)

/* ---- what the book knows ---- */

static void test_view_batch_stands_where_the_book_has_it(void **state)
{
    struct fold f;
    size_t pos = 0;
    (void)state;
    begin(&f);
    fold_all(&f);
    assert_int_equal(view_sheet_count(f.sheet, VIEW_BATCH), f.rig.book.batches.count);
    for (struct batch *x; (x = map_next(&f.rig.book.batches, &pos));) {
        size_t i = row_with(&f, VIEW_BATCH, "batch", x->id), open = 0;
        for (size_t k = 0; k < x->ndevs; k++)
            open += !x->dev[k].closed;
        is(VIEW_BATCH, i, "state", x->state);
        is(VIEW_BATCH, i, "is_open", x->closed ? "0" : "1");
        is(VIEW_BATCH, i, "deviations", open ? arena_printf(&f.arena, "%zu", open) : x->ndevs ? "0" : "-");
        assert_int_equal(atoll(cell(&f, VIEW_BATCH, i, "holds")), (long long)batch_open_holds(x));
        assert_int_equal(atoll(cell(&f, VIEW_BATCH, i, "entries")),
                         (long long)book_stream(&f.rig.book, x->stream)->sseq);
    }
    end(&f);
}

static void test_view_batch_tells_who_decided_and_when_it_was_provided(void **state)
{
    struct fold f;
    (void)state;
    begin(&f);
    fold_all(&f);
    size_t i = row_with(&f, VIEW_BATCH, "batch", "KA-0001"),
           k2 = row_with(&f, VIEW_BATCH, "batch", "KA-0002");
    is(VIEW_BATCH, i, "disposition", "released");
    is(VIEW_BATCH, i, "decided_by", "QM");
    is(VIEW_BATCH, i, "protocol", "sample");
    is(VIEW_BATCH, k2, "disposition", "-");
    is(VIEW_BATCH, k2, "provided", "-");
    is(VIEW_BATCH, k2, "closed", "-");
    /* a station's list after an outage carries the true time */
    const struct occ *o = batch_occ(rig_batch(&f.rig, "KA-0001"),
                                    protocol_step(rig_batch(&f.rig, "KA-0001")->protocol, "provide"));
    is(VIEW_BATCH, i, "provided", arena_printf(&f.arena, "%lld", (long long)o->done));
    end(&f);
}

static void check_step(struct fold *fold, const struct batch *x, int step, size_t k)
{
    struct fold f = *fold; /* for `is` */
    const struct occ *o = x->step[step].occ[k];
    const char *id = x->protocol->step[step].id;
    size_t i = 0;
    while (strcmp(cell(&f, VIEW_BATCH_STEP, i, "batch"), x->id) != 0 ||
           strcmp(cell(&f, VIEW_BATCH_STEP, i, "step"), id) != 0 ||
           (size_t)atoll(cell(&f, VIEW_BATCH_STEP, i, "occ")) != k + 1)
        i++;
    is(VIEW_BATCH_STEP, i, "state", o->skipped ? "skipped" : o->done ? "done" : "begun");
    is(VIEW_BATCH_STEP, i, "begun", arena_printf(&f.arena, "%lld", (long long)o->begun));
    is(VIEW_BATCH_STEP, i, "done", o->done ? arena_printf(&f.arena, "%lld", (long long)o->done) : "-");
    is(VIEW_BATCH_STEP, i, "performer", o->performer->id);
    is(VIEW_BATCH_STEP, i, "recorder", o->recorder ? o->recorder->id : "-");
    is(VIEW_BATCH_STEP, i, "witness", o->witness ? o->witness->id : "-");
    fold->arena = f.arena;
}

static void test_view_steps_are_those_of_the_book(void **state)
{
    struct fold f;
    size_t pos = 0, n = 0;
    (void)state;
    begin(&f);
    fold_all(&f);
    for (struct batch *x; (x = map_next(&f.rig.book.batches, &pos));)
        for (int s = 0; s < (int)x->protocol->nsteps; s++)
            for (size_t k = 0; k < x->step[s].nocc; k++, n++)
                check_step(&f, x, s, k);
    assert_int_equal(view_sheet_count(f.sheet, VIEW_BATCH_STEP), n);
    end(&f);
}

static void test_view_containers_are_those_of_the_book(void **state)
{
    struct fold f;
    size_t pos = 0;
    (void)state;
    begin(&f);
    fold_all(&f);
    assert_int_equal(view_sheet_count(f.sheet, VIEW_CONTAINER), f.rig.book.containers.count);
    for (struct container *c; (c = map_next(&f.rig.book.containers, &pos));) {
        size_t i = row_with(&f, VIEW_CONTAINER, "container", c->id);
        is(VIEW_CONTAINER, i, "state", container_state_name(c->state));
        is(VIEW_CONTAINER, i, "batch", c->batch->id);
        is(VIEW_CONTAINER, i, "label", c->label);
    }
    end(&f);
}

static void test_view_deviations_and_holds_tell_their_life(void **state)
{
    struct fold f;
    (void)state;
    begin(&f);
    fold_all(&f);
    size_t d = row_with(&f, VIEW_DEVIATION, "deviation", "KA-0001-DV1"),
           h = row_with(&f, VIEW_HOLD, "hold", "KA-0001-H1");
    is(VIEW_DEVIATION, d, "cause", "value.action");
    is(VIEW_DEVIATION, d, "step", "spin");
    is(VIEW_DEVIATION, d, "field", "warmth");
    is(VIEW_DEVIATION, d, "grade", "minor");
    is(VIEW_DEVIATION, d, "opened_by", "OP1");
    is(VIEW_DEVIATION, d, "closed_by", "QM");
    assert_string_not_equal(cell(&f, VIEW_DEVIATION, d, "closed"), "-");
    is(VIEW_DEVIATION, row_with(&f, VIEW_DEVIATION, "step", "wipe"), "closed", "-");
    is(VIEW_HOLD, h, "cause", "lot.used-expired");
    is(VIEW_HOLD, h, "lifted_by", "QM");
    is(VIEW_DEVIATION, row_with(&f, VIEW_DEVIATION, "deviation", cell(&f, VIEW_HOLD, h, "deviation")), "hold",
       "1");
    end(&f);
}

/* ---- readings ---- */

static void test_view_measurements_are_exact_with_unit_and_limits(void **state)
{
    static const char *const want[][7] = {
        /* field, value, unit, limits, derived, reading, bound */
        {"gross", "15.0", "g", "ok", "0", "first", "-"},
        {"gross", "15.0", "g", "ok", "0", "first", "-"},
        {"gross", "15.0", "g", "ok", "0", "second", "-"},
        {"tare", "8.0", "g", "ok", "0", "single", "-"},
        {"net", "7.0", "g", "alert", "1", "single", "-"},
        {"warmth", "35.0", "°C", "action", "0", "first", "-"},
        {"warmth", "35.0", "°C", "action", "0", "second", "-"},
        {"count", "1.20", "10^6/mL", "ok", "0", "single", "-"},
        {"toxin", "0.05", "EU/mL", "ok", "0", "single", "<"},
    };
    static const char *const column[] = {"field", "value", "unit", "limits", "derived", "reading", "bound"};
    struct fold f;
    (void)state;
    begin(&f);
    fold_all(&f);
    assert_int_equal(view_sheet_count(f.sheet, VIEW_MEASUREMENT), sizeof(want) / sizeof(*want));
    for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
        for (size_t c = 0; c < sizeof(column) / sizeof(*column); c++)
            is(VIEW_MEASUREMENT, i, column[c], want[i][c]);
    end(&f);
}

static void test_view_lots_and_things_are_those_read(void **state)
{
    static const char *const lot[][4] = {{"TB1", "-", "stage", "accepted"},
                                         {"IL1", "7", "draw", "accepted"},
                                         {"TB-OLD", "-", "account", "hold"}};
    struct fold f;
    (void)state;
    begin(&f);
    fold_all(&f);
    assert_int_equal(view_sheet_count(f.sheet, VIEW_LOT_USE), 3);
    for (size_t i = 0; i < 3; i++) {
        is(VIEW_LOT_USE, i, "lot", lot[i][0]);
        is(VIEW_LOT_USE, i, "unit", lot[i][1]);
        is(VIEW_LOT_USE, i, "use", lot[i][2]);
        is(VIEW_LOT_USE, i, "outcome", lot[i][3]);
    }
    size_t shelf = row_with(&f, VIEW_THING_USE, "thing", "SH-1");
    is(VIEW_THING_USE, shelf, "kind", "place");
    is(VIEW_THING_USE, shelf, "use", "occupy");
    is(VIEW_THING_USE, shelf, "station", "B21");
    is(VIEW_THING_USE, row_with(&f, VIEW_THING_USE, "thing", "CF-1"), "use", "-");
    end(&f);
}

static void test_view_refusals_name_code_and_person(void **state)
{
    struct fold f;
    (void)state;
    begin(&f);
    fold_all(&f);
    is(VIEW_REFUSAL, row_with(&f, VIEW_REFUSAL, "code", "value.differs"), "batch", "KA-0001");
    is(VIEW_REFUSAL, row_with(&f, VIEW_REFUSAL, "code", "value.differs"), "person", "OP2");
    is(VIEW_REFUSAL, row_with(&f, VIEW_REFUSAL, "code", "session.wrong-secret"), "person", "OP3");
    is(VIEW_REFUSAL, row_with(&f, VIEW_REFUSAL, "code", "session.wrong-secret"), "batch", "-");
    is(VIEW_REFUSAL, row_with(&f, VIEW_REFUSAL, "code", "decision.hold"), "step", "decision");
    end(&f);
}

static void test_view_sessions_end_by_sign_out_and_with_the_day(void **state)
{
    static const char *const want[][2] = {
        {"OP1", "day"}, {"OP2", "day"}, {"OP3", "day"}, {"OP1", "out"}, {"OP1", "-"}};
    struct fold f;
    (void)state;
    begin(&f);
    fold_all(&f);
    assert_int_equal(view_sheet_count(f.sheet, VIEW_SESSION), 5);
    for (size_t i = 0; i < 5; i++) {
        is(VIEW_SESSION, i, "person", want[i][0]);
        is(VIEW_SESSION, i, "station", "B21");
        is(VIEW_SESSION, i, "ended", want[i][1]);
        assert_int_equal(strcmp(cell(&f, VIEW_SESSION, i, "closed"), "-") == 0, strcmp(want[i][1], "-") == 0);
    }
    end(&f);
}

static void test_view_signed_act_tells_its_meaning(void **state)
{
    struct fold f;
    struct entry e;
    (void)state;
    begin(&f);
    fold_all(&f);
    read_entry(&f, 0, &e);
    e.idx = f.rig.n;
    e.stream = "lot/TB1";
    e.kind = "lot.released";
    struct json *act = json_set_str(&f.arena, json_object(&f.arena), "key", "K");
    e.act = json_set_str(&f.arena, act, "signed", "{\"meaning\":\"出荷可\"}");
    assert_int_equal(view_entry(f.view, &e), 0);
    is(VIEW_SIGNED_ACT, 0, "meaning", "出荷可");
    is(VIEW_SIGNED_ACT, 0, "stream", "lot/TB1");
    is(VIEW_SIGNED_ACT, 0, "batch", "-");
    is(VIEW_SIGNED_ACT, 0, "key", "K");
    end(&f);
}

/* The old row stays; the new one says what it corrects, and what was derived from it comes again. */
static void test_view_correction_adds_rows(void **state)
{
    struct fold f;
    struct entry e;
    (void)state;
    begin(&f);
    fold_all(&f);
    size_t n = view_sheet_count(f.sheet, VIEW_MEASUREMENT),
           steps = view_sheet_count(f.sheet, VIEW_BATCH_STEP);
    size_t lots = view_sheet_count(f.sheet, VIEW_LOT_USE);
    read_entry(&f, 0, &e);
    e.idx = f.rig.n;
    e.stream = "batch/KA-0001";
    e.kind = "correction";
    const char *body =
        "{\"derived\":[{\"field\":\"net\",\"occ\":1,\"step\":\"weigh\",\"unit\":\"g\",\"value\":\"12.0\"}],"
        "\"field\":\"tare\",\"occ\":1,\"old\":\"8.0\",\"step\":\"weigh\",\"unit\":\"g\",\"value\":\"3.0\"}";
    assert_int_equal(json_parse(&f.arena, body, strlen(body), &e.body, NULL), 0);
    assert_int_equal(view_entry(f.view, &e), 0);
    assert_int_equal(view_sheet_count(f.sheet, VIEW_MEASUREMENT), n + 2);
    is(VIEW_MEASUREMENT, n, "value", "3.0");
    is(VIEW_MEASUREMENT, n, "reading", "corrected");
    is(VIEW_MEASUREMENT, n, "corrects", "8.0");
    is(VIEW_MEASUREMENT, n + 1, "field", "net");
    is(VIEW_MEASUREMENT, n + 1, "value", "12.0");
    is(VIEW_MEASUREMENT, n + 1, "limits", "ok"); /* the old one was beyond the alert limit */
    is(VIEW_MEASUREMENT, n + 1, "derived", "1");
    assert_int_equal(view_sheet_count(f.sheet, VIEW_BATCH_STEP), steps);
    e.idx++;
    body = "{\"field\":\"lot\",\"occ\":1,\"old\":\"TB-OLD\",\"step\":\"account\",\"value\":\"TB1\"}";
    assert_int_equal(json_parse(&f.arena, body, strlen(body), &e.body, NULL), 0);
    assert_int_equal(view_entry(f.view, &e), 0);
    is(VIEW_LOT_USE, lots, "lot", "TB1");
    is(VIEW_LOT_USE, lots, "corrects", "TB-OLD");
    end(&f);
}

static void test_view_skipped_step_changes_no_state(void **state)
{
    struct fold f;
    (void)state;
    begin(&f);
    for (; f.next < f.rig.n; f.next++) {
        struct entry e;
        read_entry(&f, f.next, &e);
        assert_int_equal(view_entry(f.view, &e), 0);
        if (strcmp(e.kind, "step.skipped") == 0)
            is(VIEW_BATCH, row_with(&f, VIEW_BATCH, "batch", "KA-0001"), "state", "ordered");
    }
    end(&f);
}

static void test_view_rows_hold_no_personal_value(void **state)
{
    struct fold f;
    (void)state;
    begin(&f);
    fold_all(&f);
    for (enum view_id t = 0; t < VIEW_TABLES; t++)
        for (size_t i = 0; i < view_sheet_count(f.sheet, t); i++)
            for (size_t c = 0; c < view_tables[t].ncolumns; c++)
                assert_null(strstr(cell(&f, t, i, view_tables[t].column[c].name), RIG_NAME));
    end(&f);
}

/* ---- what it remembers ---- */

static void test_view_unknown_batch_gives_nothing_until_told(void **state)
{
    struct fold f;
    struct entry e;
    size_t i = 0;
    (void)state;
    begin(&f);
    do
        read_entry(&f, i++, &e);
    while (strcmp(e.stream, "batch/KA-0001") != 0 || e.sseq < 2);
    assert_int_equal(view_entry(f.view, &e), CPF_E_NOTFOUND);
    assert_int_equal(f.rows, 0);
    view_know_batch(f.view, "KA-0001", "nothing@1");
    assert_int_equal(view_entry(f.view, &e), CPF_E_NOTFOUND);
    assert_int_equal(f.rows, 0);
    view_reset(f.view);
    view_know_batch(f.view, "KA-0001", "sample@1");
    assert_int_equal(view_entry(f.view, &e), 0);
    assert_true(f.rows > 0);
    end(&f);
}

static void test_view_told_sessions_end_like_its_own(void **state)
{
    struct fold f;
    struct entry e;
    (void)state;
    begin(&f);
    view_know_session(f.view, 77, "B21", "OP1");
    view_know_session(f.view, 78, "ST1", "OP1");
    view_know_session(f.view, 79, "B21", "OP2");
    read_entry(&f, 0, &e);
    e.stream = "day/B21/2026-11-02";
    e.kind = "session.closed";
    e.body = json_set_str(&f.arena, json_object(&f.arena), "person", "OP1");
    assert_int_equal(view_entry(f.view, &e), 0);
    assert_int_equal(view_sheet_count(f.sheet, VIEW_SESSION), 1);
    is(VIEW_SESSION, 0, "idx", "77");
    is(VIEW_SESSION, 0, "ended", "out");
    is(VIEW_SESSION, 0, "station", "-"); /* the row is there already */
    /* signed in here, and so no longer there */
    e.kind = "session.opened";
    e.idx = 90;
    assert_int_equal(view_entry(f.view, &e), 0);
    is(VIEW_SESSION, row_with(&f, VIEW_SESSION, "idx", "78"), "ended", "elsewhere");
    is(VIEW_SESSION, row_with(&f, VIEW_SESSION, "idx", "90"), "ended", "-");
    end(&f);
}

static void test_view_sessions_end_with_their_station(void **state)
{
    struct fold f;
    struct entry e;
    (void)state;
    begin(&f);
    view_know_session(f.view, 77, "B21", "OP1");
    view_know_session(f.view, 78, "ST1", "OP2");
    view_know_session(f.view, 79, "B21", "OP3");
    read_entry(&f, 0, &e);
    e.stream = "station/B21";
    e.kind = "station.revoked";
    e.body = json_set_str(&f.arena, json_object(&f.arena), "station", "B21");
    assert_int_equal(view_entry(f.view, &e), 0);
    assert_int_equal(view_sheet_count(f.sheet, VIEW_SESSION), 2);
    is(VIEW_SESSION, row_with(&f, VIEW_SESSION, "idx", "77"), "ended", "revoked");
    is(VIEW_SESSION, row_with(&f, VIEW_SESSION, "idx", "79"), "ended", "revoked");
    end(&f);
}

/* The rows do not depend on where a fold was cut and begun again with what the rows know. */
static void test_view_continued_fold_gives_the_same_rows(void **state)
{
    struct fold f, g;
    (void)state;
    begin(&f);
    fold_all(&f);
    begin(&g);
    for (; g.next < g.rig.n; g.next++) {
        struct entry e;
        view_reset(g.view);
        view_know_batch(g.view, "KA-0001", "sample@1");
        view_know_batch(g.view, "KA-0002", "sample@1");
        for (size_t i = 0; i < view_sheet_count(g.sheet, VIEW_SESSION); i++)
            if (strcmp(cell(&g, VIEW_SESSION, i, "closed"), "-") == 0)
                view_know_session(g.view, atoll(cell(&g, VIEW_SESSION, i, "idx")),
                                  cell(&g, VIEW_SESSION, i, "station"), cell(&g, VIEW_SESSION, i, "person"));
        read_entry(&g, g.next, &e);
        assert_int_equal(view_entry(g.view, &e), 0);
    }
    for (enum view_id t = 0; t < VIEW_TABLES; t++) {
        assert_int_equal(view_sheet_count(f.sheet, t), view_sheet_count(g.sheet, t));
        for (size_t i = 0; i < view_sheet_count(f.sheet, t); i++)
            for (size_t c = 0; c < view_tables[t].ncolumns; c++)
                assert_string_equal(cell(&f, t, i, view_tables[t].column[c].name),
                                    cell(&g, t, i, view_tables[t].column[c].name));
    }
    end(&f);
    end(&g);
}

/* ---- the sheet ---- */

static struct view_row step_row(const char *step, int64_t begun, const char *performer)
{
    struct view_row r = {.table = VIEW_BATCH_STEP, .given = 7 | 1u << 4 | 1u << 6 | 1u << 10};
    r.value[0].text = "KA-0001";
    r.value[1].text = step;
    r.value[2].num = 1;
    r.value[4].num = begun;
    r.value[6].text = performer;
    r.value[10].num = 1;
    return r;
}

static void test_view_sheet_merges_by_key(void **state)
{
    struct view_sheet *s = view_sheet_new();
    struct view_row a = step_row("kit", 10, "OP1"), b = step_row("kit", 20, "OP2"),
                    c = step_row("fill", 30, "OP1"), r;
    (void)state;
    view_sheet_add(s, &a);
    view_sheet_add(s, &b);
    view_sheet_add(s, &c);
    assert_int_equal(view_sheet_count(s, VIEW_BATCH_STEP), 2);
    assert_int_equal(view_sheet_total(s), 2);
    view_sheet_get(s, VIEW_BATCH_STEP, view_sheet_find(s, &a), &r);
    assert_int_equal(r.value[4].num, 10);        /* the first */
    assert_string_equal(r.value[6].text, "OP2"); /* the newest */
    assert_int_equal(r.value[10].num, 2);        /* the sum */
    assert_false(r.given & 1u << 5);
    view_sheet_clear(s);
    assert_int_equal(view_sheet_total(s), 0);
    assert_int_equal(view_sheet_find(s, &a), SIZE_MAX);
    view_sheet_free(s);
}

static void test_view_sheet_finds_each_of_many(void **state)
{
    struct view_sheet *s = view_sheet_new();
    char step[32];
    (void)state;
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 5000; i++) {
            snprintf(step, sizeof(step), "step-%d", i);
            struct view_row r = step_row(step, i, "OP1");
            view_sheet_add(s, &r);
            assert_int_equal(view_sheet_find(s, &r), i);
        }
    assert_int_equal(view_sheet_count(s, VIEW_BATCH_STEP), 5000);
    view_sheet_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_view_batch_stands_where_the_book_has_it),
        cmocka_unit_test(test_view_batch_tells_who_decided_and_when_it_was_provided),
        cmocka_unit_test(test_view_steps_are_those_of_the_book),
        cmocka_unit_test(test_view_containers_are_those_of_the_book),
        cmocka_unit_test(test_view_deviations_and_holds_tell_their_life),
        cmocka_unit_test(test_view_measurements_are_exact_with_unit_and_limits),
        cmocka_unit_test(test_view_lots_and_things_are_those_read),
        cmocka_unit_test(test_view_refusals_name_code_and_person),
        cmocka_unit_test(test_view_sessions_end_by_sign_out_and_with_the_day),
        cmocka_unit_test(test_view_signed_act_tells_its_meaning),
        cmocka_unit_test(test_view_correction_adds_rows),
        cmocka_unit_test(test_view_skipped_step_changes_no_state),
        cmocka_unit_test(test_view_rows_hold_no_personal_value),
        cmocka_unit_test(test_view_unknown_batch_gives_nothing_until_told),
        cmocka_unit_test(test_view_told_sessions_end_like_its_own),
        cmocka_unit_test(test_view_sessions_end_with_their_station),
        cmocka_unit_test(test_view_continued_fold_gives_the_same_rows),
        cmocka_unit_test(test_view_sheet_merges_by_key),
        cmocka_unit_test(test_view_sheet_finds_each_of_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
