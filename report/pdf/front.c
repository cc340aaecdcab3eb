/* The exceptions page and the cover. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "core/code/code.h"
#include "core/entry/facility.h"
#include "pdf/record.h"

#define LINES 12 /* told on the first page at most; the rest is counted */

struct exception {
    struct page *g;
    struct text name, none; /* `none`: what it means that there is none */
    size_t n, lines;        /* lines: room for so many */
    bool alarm;             /* to be seen at once, if there is one */
    const char *list;
};

static void add(struct exception *x, const char *markup)
{
    if (x->n++ < x->lines)
        x->list = x->list ? pdf_markup(x->g->pdf, "%s\n%s", x->list, markup) : markup;
}

/* Drawn, or only measured. */
static double row(struct pdf_table *t, struct exception *x, bool draw)
{
    struct pdf *p = x->g->pdf;
    const char *body = x->list;
    if (x->n == 0)
        body = pdf_both(p, x->none);
    else if (x->n > x->lines)
        body = pdf_markup(p, "%s%s<span foreground='" PDF_GREY "'>ほか %zu 件 and %zu more</span>",
                          body ? body : "", body ? "\n" : "", x->n - x->lines, x->n - x->lines);
    const char *cell[] = {pdf_both(p, x->name), pdf_markup(p, "<b>%zu</b>", x->n), body};
    if (draw)
        pdf_table_row(t, cell, x->n && x->alarm ? PDF_ALARM : PDF_PLAIN);
    return pdf_table_height(t, cell);
}

/* ---- what is counted ---- */

static void deviations(struct exception *x)
{
    const struct record *r = x->g->r;
    for (size_t i = 0; i < r->ndevs; i++) {
        const struct record_deviation *d = &r->dev[i];
        struct text grade =
            d->grade ? word(&r->words, "grade", d->grade) : (struct text){"未評価", "not assessed"};
        struct text state = d->closed   ? (struct text){"完了", "closed"}
                            : d->awaits ? (struct text){"評価は未確認", "not confirmed"}
                                        : (struct text){"未完了", "open"};
        add(x,
            pdf_markup(x->g->pdf, "%s %s（%s・%s）", page_short(x->g, d->id), pdf_both(x->g->pdf, d->cause),
                       pdf_both(x->g->pdf, grade), pdf_both(x->g->pdf, state)));
    }
}

static void holds(struct exception *x)
{
    const struct record *r = x->g->r;
    for (size_t i = 0; i < r->nholds; i++) {
        const struct record_hold *h = &r->hold[i];
        add(x, pdf_markup(x->g->pdf, "%s %s（%s）", page_short(x->g, h->id), pdf_both(x->g->pdf, h->cause),
                          h->lifted ? pdf_markup(x->g->pdf, "解除 lifted %s", record_minute(r, h->lifted->at))
                                    : "<b>継続中 in force</b>"));
    }
}

static void outside(struct exception *x)
{
    const struct record *r = x->g->r;
    for (size_t i = 0; i < r->nsteps; i++)
        for (size_t k = 0; k < r->step[i].nvalues; k++) {
            const struct record_value *v = &r->step[i].value[k];
            if (v->mark && !v->again && !v->dropped)
                add(x, pdf_markup(x->g->pdf, "%s：%s %s　%s", pdf_both(x->g->pdf, v->field->title),
                                  page_value(x->g, v), page_mark(x->g, v->mark),
                                  page_step(x->g, r->step[i].step->id)));
        }
}

static void late(struct exception *x)
{
    const struct record *r = x->g->r;
    for (size_t i = 0; i < r->nentries; i++) {
        const struct entry *e = &r->entry[i];
        /* one command is one late entry, whatever came of it; what was refused, or was there, is none */
        bool counts =
            !e->has_of && !kind_name_has(e->kind, KIND_REFUSAL) && !kind_is(e->kind, KIND_STEP_AGAIN);
        if (e->late && counts)
            add(x,
                pdf_markup(x->g->pdf, "%s → 記録 recorded %s（%s）", record_minute(r, e->occurred),
                           record_minute(r, e->at), pdf_both(x->g->pdf, word(&r->words, "late", e->late))));
    }
}

static void skipped(struct exception *x)
{
    const struct record *r = x->g->r;
    for (size_t i = 0; i < r->nsteps; i++)
        if (r->step[i].status == STEP_SKIPPED || r->step[i].status == STEP_BEGUN)
            add(x, pdf_markup(x->g->pdf, "%s：%s", page_step(x->g, r->step[i].step->id),
                              pdf_both(x->g->pdf, record_status_text(r, r->step[i].status))));
}

static void owed(struct exception *x, enum step_state status)
{
    const struct record *r = x->g->r;
    for (size_t i = 0; i < r->nnone; i++)
        if (r->none[i].status == status)
            add(x, pdf_markup(x->g->pdf, "%s　期限 due %s", page_step(x->g, r->none[i].step->id),
                              pdf_both(x->g->pdf, record_due_text(r, &r->none[i]))));
}

static void corrections(struct exception *x)
{
    const struct record *r = x->g->r;
    for (size_t i = 0; i < r->ncorrections; i++)
        add(x, pdf_markup(x->g->pdf, "%s：%s → %s", pdf_both(x->g->pdf, r->correction[i].field->title),
                          pdf_escape(x->g->pdf, r->correction[i].old.ja),
                          pdf_escape(x->g->pdf, r->correction[i].now.ja)));
}

static void refusals(struct exception *x)
{
    const struct record *r = x->g->r;
    for (size_t i = 0; i < r->nrefusals; i++)
        add(x, pdf_markup(x->g->pdf, "%s %s", record_minute(r, r->refusal[i].entry->at),
                          pdf_both(x->g->pdf, r->refusal[i].what)));
}

static void materials(struct exception *x)
{
    const struct record *r = x->g->r;
    for (size_t i = 0; i < r->nlots; i++)
        if (r->lot[i].expired_when_used || r->lot[i].state != LOT_RELEASED)
            add(x, pdf_markup(x->g->pdf, "ロット lot %s %s", pdf_escape(x->g->pdf, r->lot[i].id),
                              r->lot[i].expired_when_used ? "使用時に期限切れ expired when used"
                                                          : "合格品でない not released"));
    for (size_t i = 0; i < r->nthings; i++)
        if (r->thing[i].overdue_when_used)
            add(x, pdf_markup(x->g->pdf, "%s 使用時に校正期限切れ calibration overdue when used",
                              pdf_escape(x->g->pdf, r->thing[i].id)));
}

static void balances(struct exception *x)
{
    const struct record *r = x->g->r;
    for (size_t i = 0; i < r->nlabels; i++) {
        const struct record_label *l = &r->label[i];
        if (l->off)
            add(x, pdf_markup(
                       x->g->pdf, "%s：発行 issued %zu、貼付 attached %zu、廃棄 void %zu、未使用 waiting %zu",
                       pdf_both(x->g->pdf, l->label->title), l->issued, l->attached, l->unused, l->waiting));
    }
    for (size_t i = 0; i < r->nunits; i++)
        if (r->unit[i].off)
            add(x, pdf_markup(x->g->pdf,
                              "ロット lot %s%s%s：準備 staged %zu、使用 drawn %zu、空容器 empty read %zu",
                              pdf_escape(x->g->pdf, r->unit[i].lot->id), r->unit[i].unit ? " #" : "",
                              r->unit[i].unit ? pdf_escape(x->g->pdf, r->unit[i].unit) : "",
                              r->unit[i].staged, r->unit[i].drawn, r->unit[i].accounted));
    for (size_t i = 0; i < r->nbalances; i++)
        if (r->balance[i].over || r->balance[i].under)
            add(x, pdf_markup(x->g->pdf, "%s", page_step(x->g, r->balance[i].step->step->id)));
}

static void exposures(struct exception *x)
{
    const struct record *r = x->g->r;
    for (size_t i = 0; i < r->nexposures; i++) /* what was stopped is counted as refused */
        if (!kind_is(r->exposure[i].entry->kind, KIND_REFUSED))
            add(x, pdf_markup(x->g->pdf, "%s %s", record_minute(r, r->exposure[i].entry->at),
                              pdf_both(x->g->pdf, r->exposure[i].what)));
}

/* First what speaks against the product. */
static void since(struct exception *x)
{
    const struct record *r = x->g->r;
    for (int alarm = 1; alarm >= 0; alarm--)
        for (size_t i = 0; i < r->nchanges; i++) {
            const struct record_change *c = &r->change[i];
            x->alarm |= c->alarm;
            if (c->alarm == alarm && (alarm || c->kind != CHANGE_STEP))
                add(x, pdf_markup(x->g->pdf, "%s%s：%s → %s", alarm ? "■" : "", pdf_both(x->g->pdf, c->what),
                                  pdf_both(x->g->pdf, c->then), pdf_both(x->g->pdf, c->now)));
        }
}

static void redactions(struct exception *x)
{
    const struct record *r = x->g->r;
    for (size_t i = 0; i < r->nredactions; i++)
        for (size_t k = 0; k < r->redaction[i].nnames; k++)
            add(x, pdf_markup(x->g->pdf, "%s：%s",
                              page_personal(x->g, r->redaction[i].of, r->redaction[i].name[k]),
                              pdf_both(x->g->pdf, r->redaction[i].reason)));
}

static void lost(struct exception *x)
{
    const struct record *r = x->g->r;
    for (size_t i = 0; i < r->nsteps; i++)
        for (size_t k = 0; k < r->step[i].nvalues; k++)
            if (r->step[i].value[k].hidden == LOST)
                add(x, pdf_markup(x->g->pdf, "<b>%s</b> %s",
                                  pdf_both(x->g->pdf, r->step[i].value[k].field->title),
                                  page_step(x->g, r->step[i].step->id)));
}

static void signatures(struct exception *x)
{
    const struct record *r = x->g->r;
    for (size_t i = 0; i < r->nacts; i++)
        if (r->act[i].signature == ACT_BAD)
            add(x, pdf_markup(x->g->pdf, "<b>%s %s</b>", pdf_escape(x->g->pdf, r->act[i].person),
                              pdf_both(x->g->pdf, r->act[i].what)));
}

static void typed(struct exception *x)
{
    const struct record *r = x->g->r;
    for (size_t i = 0; i < r->nsteps; i++)
        for (size_t k = 0; k < r->step[i].nvalues; k++)
            if (r->step[i].value[k].typed)
                add(x, pdf_markup(x->g->pdf, "%s %s", page_value(x->g, &r->step[i].value[k]),
                                  page_step(x->g, r->step[i].step->id)));
}

static void pending(struct exception *x)
{
    owed(x, STEP_PENDING);
}

static void open_steps(struct exception *x)
{
    owed(x, STEP_OPEN);
}

static const struct {
    struct text name, none;
    void (*count)(struct exception *x);
    bool alarm;
} kinds[] = {
    {{"逸脱", "Deviations"}, {"逸脱の記録なし", "none was opened"}, deviations, true},
    {{"保留", "Holds"}, {"保留の記録なし", "none was placed"}, holds, true},
    {{"基準外の値・所見", "Values and findings out of limits"},
     {"すべて基準内", "all within limits"},
     outside,
     true},
    {{"不実施・途中の工程", "Steps left out or unfinished"}, {"なし", "none"}, skipped, true},
    {{"結果待ち", "Results pending"}, {"未着の結果なし", "none is awaited"}, pending, true},
    {{"未実施の工程", "Steps still to do"}, {"なし", "none"}, open_steps, false},
    {{"決定の後に判明したこと（★）", "Known only after the decision (★)"},
     {"なし（決定前を含む）", "none, or no decision yet"},
     since,
     false},
    {{"遅延入力", "Late entries"}, {"すべて作業時に記録", "all recorded at the time"}, late, true},
    {{"訂正", "Corrections"}, {"訂正された値なし", "no value was corrected"}, corrections, true},
    {{"拒否された操作", "Refused attempts"}, {"なし", "none"}, refusals, false},
    {{"手入力のコード", "Codes typed in"}, {"すべてスキャン", "all were scanned"}, typed, false},
    {{"原材料・機器の不適合", "Material or equipment not in order"},
     {"すべて合格・期限内・校正内", "all released, in date, calibrated"},
     materials,
     true},
    {{"ラベル・容器・ロット・量の収支", "Balances of labels, containers, lots, amounts"},
     {"すべて一致", "all agree"},
     balances,
     true},
    {{"他の製造番号との接触", "Contact with other batches"}, {"記録なし", "none recorded"}, exposures, true},
    {{"確認できない署名", "Signatures that do not verify"}, {"なし", "none"}, signatures, true},
    {{"個人情報の消去", "Personal values erased"}, {"なし", "none"}, redactions, true},
    {{"失われた値", "Values lost"}, {"なし", "none"}, lost, true},
};

/* ---- head of the first page ---- */

static const char *decision_text(struct page *g)
{
    const struct record *r = g->r;
    const struct entry *e = r->decided ? r->decided->decision : NULL;
    int64_t occ = 0;
    const char *id = e ? record_step_id(r, e, &occ) : NULL;
    const struct record_step *s = id ? record_step_of(r, id, occ) : NULL;
    const char *said = NULL;
    if (!s)
        return "<b>決定はまだ行われていない</b> <span size='82%'>not decided yet</span>";
    for (size_t i = 0; i < s->nvalues; i++)
        said = said ? said : pdf_both(g->pdf, s->value[i].shown);
    return pdf_markup(
        g->pdf, "<b>%s：%s</b>\n%s　%s　署名 signed %s", pdf_both(g->pdf, s->step->title), said ? said : "–",
        page_person(g, record_who(r, e)),
        pdf_both(g->pdf, word(&r->words, "dept", word_name(&dept_words, (int)record_said(r, e)->actor.dept))),
        record_time(r, e->at));
}

static const char *state_text(struct page *g)
{
    const struct record *r = g->r;
    return pdf_markup(
        g->pdf, "<b>%s</b>%s　（記録 %zu 件、%s 現在 <span size='82%%'>%zu entries, as of %s</span>）",
        pdf_both(g->pdf, word(&r->words, "state", r->batch->state)),
        batch_open_holds(r->batch) ? " <span foreground='" PDF_RED "'><b>■保留中 on hold</b></span>" : "",
        r->nentries, record_minute(r, r->entry[r->nentries - 1].at), r->nentries,
        record_minute(r, r->entry[r->nentries - 1].at));
}

static const char *words_text(struct page *g)
{
    struct text t = record_basis_text(g->r), alarm = record_basis_alarm(g->r);
    if (!alarm.ja)
        return pdf_both(g->pdf, t);
    return pdf_markup(g->pdf, "%s\n<span foreground='" PDF_RED "'><b>■%s</b></span>", pdf_both(g->pdf, t),
                      pdf_both(g->pdf, alarm));
}

/* Height of the table with so many lines of each kind: all of it is to stand on one page. */
static double all_kinds(struct page *g, struct pdf_table *t, size_t lines, bool draw)
{
    double h = 0;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        struct exception x = {
            .g = g, .name = kinds[i].name, .none = kinds[i].none, .lines = lines, .alarm = kinds[i].alarm};
        kinds[i].count(&x);
        h += row(t, &x, draw);
    }
    return h;
}

void page_exceptions(struct page *g)
{
    static const struct pdf_column column[] = {
        {30, {"区分", "Kind"}}, {8, {"件数", "No."}}, {62, {"内容", "What"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    pdf_text(g->pdf, 20,
             pdf_markup(g->pdf,
                        "<b>製造記録書</b> <span size='60%%' foreground='" PDF_GREY
                        "'>Batch record</span>　%s",
                        pdf_escape(g->pdf, r->id)));
    pdf_space(g->pdf, 4);
    pdf_fact(g->pdf, (struct text){"製品", "Product"}, pdf_both(g->pdf, r->product));
    pdf_fact(g->pdf, (struct text){"状態", "State"}, state_text(g));
    pdf_fact(g->pdf, (struct text){"取扱いの決定", "Disposition"}, decision_text(g));
    pdf_fact(g->pdf, (struct text){"文言・設定", "Words and settings"}, words_text(g));
    pdf_heading(g->pdf, 1, (struct text){"1. 例外事項", "Exceptions"});
    pdf_text(g->pdf, 7.5,
             "この頁には計画どおりでなかったことをすべて数える。詳細は後の章にある。 <span size='82%' "
             "foreground='" PDF_GREY
             "'>All that was not as planned is counted here; the sections behind tell it in full.</span>");
    pdf_space(g->pdf, 3);
    pdf_table_begin(&t, g->pdf, column, 3, 7.5);
    size_t lines = LINES;
    while (lines > 0 && all_kinds(g, &t, lines, false) > pdf_left(g->pdf) - 20)
        lines--;
    all_kinds(g, &t, lines, true);
    pdf_table_end(&t);
    pdf_page(g->pdf);
}

/* ---- cover ---- */

static void identity(struct page *g)
{
    const struct record *r = g->r;
    const struct record_step *s = &r->step[0];
    for (size_t i = 0; s->step->opens && i < s->nvalues; i++)
        pdf_fact(g->pdf, s->value[i].field->title, page_value(g, &s->value[i]));
}

static void statutory(struct page *g)
{
    static const struct pdf_column column[] = {
        {4, {"", ""}}, {30, {"事項", "Item"}}, {66, {"記載", "Entry"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    struct text law = words_clause(&r->words, "R111-1", clock_day(r->batch->opened_at));
    pdf_heading(g->pdf, 2, (struct text){"法定の記録事項", "Statutory items"});
    if (r->nitems == 0) {
        page_none(g, (struct text){"この製品の様式が定められていない", "no form is set for this product"});
        return;
    }
    pdf_text(g->pdf, 7, pdf_both(g->pdf, law));
    pdf_space(g->pdf, 2);
    pdf_table_begin(&t, g->pdf, column, 3, 8);
    for (size_t i = 0; i < r->nitems; i++) {
        const char *cell[] = {pdf_markup(g->pdf, "%zu", i + 1), pdf_both_lines(g->pdf, r->item[i].title),
                              pdf_both_lines(g->pdf, r->item[i].body)};
        pdf_table_row(&t, cell, r->item[i].missing ? PDF_BAND : PDF_PLAIN);
    }
    pdf_table_end(&t);
}

static const char *retention(struct page *g)
{
    const struct record *r = g->r;
    char until[11];
    if (!r->retention_years)
        return pdf_both(g->pdf,
                        (struct text){"この製品の保存期間は定められていない", "not set for this product"});
    if (!r->provided)
        return pdf_markup(g->pdf, "%d 年 years　%s", r->retention_years, pdf_both(g->pdf, r->retention_why));
    clock_day_format(clock_day(r->provided), until);
    return pdf_markup(g->pdf, "%d 年 years（%04d%s まで until）　%s", r->retention_years,
                      atoi(until) + r->retention_years, until + 4, pdf_both(g->pdf, r->retention_why));
}

void page_cover(struct page *g)
{
    const struct record *r = g->r;
    const struct facility_opened *f = r->book.facility;
    pdf_heading(g->pdf, 1, (struct text){"2. 表紙", "Cover"});
    pdf_fact(g->pdf, (struct text){"製造番号", "Batch"},
             pdf_markup(g->pdf, "<b>%s</b>", pdf_escape(g->pdf, r->id)));
    pdf_fact(g->pdf, (struct text){"状態", "State"}, state_text(g));
    pdf_fact(g->pdf, (struct text){"取扱いの決定", "Disposition"}, decision_text(g));
    pdf_fact(g->pdf, (struct text){"製造手順", "Protocol"},
             pdf_markup(g->pdf, "%s 第 %s 版 version %s", pdf_escape(g->pdf, r->protocol->id),
                        pdf_escape(g->pdf, r->protocol->version), pdf_escape(g->pdf, r->protocol->version)));
    struct text facility = {f ? f->name_ja : NULL, f ? f->name_en : NULL};
    if (!facility.ja)
        facility = text_both(facility.en ? facility.en : f ? f->id : NULL);
    pdf_fact(g->pdf, (struct text){"施設", "Facility"}, pdf_both(g->pdf, facility));
    identity(g);
    pdf_fact(g->pdf, (struct text){"記録の保存", "Retention"}, retention(g));
    pdf_fact(g->pdf, (struct text){"個人情報", "Personal data"},
             pdf_both(g->pdf, r->disclosures
                                  ? (struct text){"この写しに含む", "shown in this copy"}
                                  : (struct text){"この写しには含まない", "withheld from this copy"}));
    statutory(g);
    pdf_need(g->pdf, 200);
    pdf_heading(g->pdf, 2, (struct text){"目次", "Contents"});
    pdf_contents(g->pdf, 21);
}
