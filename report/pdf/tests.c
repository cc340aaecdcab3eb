/* Tests by quality: sample, kit, instrument, result; what is still awaited is marked. */
#include <string.h>

#include "pdf/record.h"

/* What the quality department does to samples: its steps that are no signed act. */
static bool is_test(const struct step *s)
{
    return s->dept == DEPT_QUALITY && s->verb == VERB_NONE && s->nfields > 0 && !s->closes;
}

static bool is_result(const struct field *f)
{
    return f->kind == FIELD_NUMBER || f->kind == FIELD_CHOICE || f->kind == FIELD_DERIVED ||
           f->kind == FIELD_TEXT;
}

static const char *one_value(struct page *g, const struct record_value *v)
{
    if (is_result(v->field))
        return pdf_markup(g->pdf, "%s：<b>%s</b> %s", pdf_both(g->pdf, v->field->title), page_value(g, v),
                          page_mark(g, v->mark));
    return pdf_markup(g->pdf, "%s：%s", pdf_escape(g->pdf, v->field->title.ja), page_value(g, v));
}

/* Several of one field share its name. */
static const char *values(struct page *g, const struct record_step *s, bool results)
{
    const char *list = "";
    const struct field *last = NULL;
    for (size_t i = 0; i < s->nvalues; i++) {
        const struct record_value *v = &s->value[i];
        if (is_result(v->field) != results || v->dropped || v->again)
            continue;
        const char *one = v->field == last ? page_value(g, v) : one_value(g, v);
        const char *between = v->field == last ? ", " : "\n";
        list = *list ? pdf_markup(g->pdf, "%s%s%s", list, between, one) : one;
        last = v->field;
    }
    return list;
}

static void test_row(struct page *g, struct pdf_table *t, const struct record_step *s)
{
    const struct record *r = g->r;
    bool alarm = false;
    for (size_t i = 0; i < s->nvalues; i++)
        alarm |= s->value[i].mark == MARK_ACTION && !s->value[i].dropped;
    const char *state = pdf_both(g->pdf, record_status_text(r, s->status));
    if (s->status == STEP_PENDING || s->status == STEP_OPEN || s->status == STEP_BEGUN)
        state = pdf_markup(g->pdf, "<span foreground='" PDF_RED "'><b>△%s</b></span>\n期限 due %s", state,
                           pdf_both(g->pdf, record_due_text(r, s)));
    const char *who = !s->performer
                          ? "–"
                          : pdf_markup(g->pdf, "%s\n%s%s%s", record_minute(r, s->done ? s->done : s->begun),
                                       pdf_escape(g->pdf, s->performer), s->witness ? " / " : "",
                                       s->witness ? pdf_escape(g->pdf, s->witness) : "");
    if (s->after)
        state = pdf_markup(g->pdf, "%s\n%s", state, page_after(s));
    const char *cell[] = {page_step(g, s->step->id), who, values(g, s, false), values(g, s, true), state};
    pdf_table_row(t, cell, alarm ? PDF_ALARM : s->status == STEP_PENDING ? PDF_BAND : PDF_PLAIN);
}

void page_tests(struct page *g)
{
    static const struct pdf_column column[] = {{27, {"試験・作業", "Test"}},
                                               {14, {"実施・担当", "When, who"}},
                                               {22, {"検体・試薬・機器", "Sample, kit, instrument"}},
                                               {25, {"結果", "Result"}},
                                               {12, {"状態", "State"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    size_t n = 0;
    pdf_heading(g->pdf, 1, (struct text){"7. 試験検査", "Tests"});
    pdf_text(g->pdf, 7,
             "△＝結果待ち。★＝取扱いの決定の後に判明。担当の後の「/」は確認者。 <span size='82%' "
             "foreground='" PDF_GREY
             "'>△ = pending; ★ = known only after the disposition; behind “/”: the witness.</span>");
    pdf_space(g->pdf, 3);
    pdf_table_begin(&t, g->pdf, column, 5, 7);
    for (size_t i = 0; i < r->nsteps; i++)
        if (is_test(r->step[i].step)) {
            test_row(g, &t, &r->step[i]);
            n++;
        }
    for (size_t i = 0; i < r->nnone; i++)
        if (is_test(r->none[i].step) && r->none[i].status != STEP_NOT_APPLICABLE) {
            test_row(g, &t, &r->none[i]);
            n++;
        }
    pdf_table_end(&t);
    if (n == 0)
        page_none(g, (struct text){"試験はまだ行われていない", "no test yet"});
}
