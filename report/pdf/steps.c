/* Each step as it was done, in order of time; then what was not done, and why. */
#include <string.h>

#include "base/clock.h"
#include "pdf/record.h"

/* Values of one field that were read one after the other share a row. */
struct run {
    const struct record_value *first, *last;
    size_t n;
    const char *text;
    enum record_mark mark;
};

static bool same_run(const struct record_value *a, const struct record_value *b)
{
    return a->field == b->field && a->first == b->first && a->again == b->again && a->dropped == b->dropped &&
           a->asked == b->asked && a->beside == b->beside && !a->corrected && !b->corrected &&
           a->typed == b->typed;
}

/* A lot with its expiry, the day it was good for when it was used. */
static const char *value_text(struct page *g, const struct record_value *v)
{
    const struct record *r = g->r;
    const char *shown = page_value(g, v);
    for (size_t i = 0; v->field->kind == FIELD_LOT && v->raw && i < r->nlots; i++)
        if (strcmp(r->lot[i].id, v->raw) == 0 && r->lot[i].expiry)
            return pdf_markup(g->pdf, "%s <span size='82%%' foreground='%s'>期限 exp. %s</span>", shown,
                              r->lot[i].expired_when_used ? PDF_RED : PDF_GREY, r->lot[i].expiry);
    return shown;
}

static size_t take_run(struct page *g, const struct record_step *s, size_t from, struct run *ret)
{
    const struct record_value *v = &s->value[from];
    *ret = (struct run){.first = v, .last = v, .text = value_text(g, v), .mark = v->mark, .n = 1};
    size_t i = from + 1;
    for (; i < s->nvalues && same_run(v, &s->value[i]); i++) {
        ret->last = &s->value[i];
        ret->n++;
        ret->text = pdf_markup(g->pdf, "%s, %s", ret->text, value_text(g, &s->value[i]));
        ret->mark = s->value[i].mark > ret->mark ? s->value[i].mark : ret->mark;
    }
    return i;
}

static const char *add(struct page *g, const char *list, const char *more)
{
    return *list ? pdf_markup(g->pdf, "%s %s", list, more) : more;
}

static const char *remarks(struct page *g, const struct record_step *s, const struct run *r)
{
    const struct record_value *v = r->first;
    const char *list = page_mark(g, r->mark);
    if (v->first)
        list = add(g, list, "1回目 1st");
    if (v->asked)
        list = add(g, list, "1回目（再入力を求めた） 1st, asked once more");
    if (v->beside)
        list = add(g, list, "2回目・相違、1回目を採用 2nd, differs, the 1st stands");
    else if (v->again)
        list = add(g, list, "2回目 2nd");
    if (v->dropped)
        list = add(g, list, "不一致・不採用 differed, not used");
    if (v->derived)
        list = add(g, list, "算出 derived");
    if (v->field->reported)
        list = add(g, list, "◇報告 reported");
    if (v->typed)
        list = add(g, list, "手入力 typed");
    const char *by = record_who(g->r, v->entry);
    if (s->performer && strchr(s->performer, ' ') && by)
        list = add(g, list, pdf_escape(g->pdf, by));
    return list;
}

static const char *planned(struct page *g, const struct field *f)
{
    const char *limits = pdf_escape(g->pdf, record_limits(g->r, f));
    const char *unit = f->unit && strcmp(f->unit, "1") != 0 ? f->unit : "";
    if (!f->plan)
        return f->valid_days ? pdf_markup(g->pdf, "有効 valid %d日 d", f->valid_days) : limits;
    return pdf_markup(g->pdf, "計画 plan %s %s%s%s", pdf_escape(g->pdf, f->plan), pdf_escape(g->pdf, unit),
                      *limits ? "\n" : "", limits);
}

static void value_rows(struct page *g, struct pdf_table *t, const struct record_step *s)
{
    struct run r;
    for (size_t i = 0; i < s->nvalues;) {
        i = take_run(g, s, i, &r);
        const char *from = page_clock(g, r.first->at, s->begun), *to = page_clock(g, r.last->at, s->begun);
        const char *cell[] = {pdf_both(g->pdf, r.first->field->title), planned(g, r.first->field), r.text,
                              strcmp(from, to) != 0 ? pdf_markup(g->pdf, "%s–%s", from, to) : from,
                              remarks(g, s, &r)};
        pdf_table_row(t, cell, r.mark == MARK_ACTION ? PDF_ALARM : PDF_PLAIN);
    }
}

/* A field of a finished step that has no value says why. */
static struct text absent(const struct record *r, const struct record_step *s, const struct field *f)
{
    if (f->conditional) {
        char limit[DEC_TEXT];
        dec_format(f->differ, limit);
        const struct field *a = &r->protocol->step[f->differ_a.step].field[f->differ_a.field];
        const struct field *b = &r->protocol->step[f->differ_b.step].field[f->differ_b.field];
        return (struct text){
            arena_printf(r->words.a, "該当なし：%s と %s の差が %s %% 以内", a->title.ja, b->title.ja, limit),
            arena_printf(r->words.a, "not applicable: %s and %s within %s %%", a->title.en, b->title.en,
                         limit)};
    }
    if (f->kind == FIELD_DERIVED)
        return (struct text){"該当なし：算出の条件を満たさない（増加がない等）",
                             "not applicable: not computable (no growth)"};
    if (f->n < 0)
        return (struct text){"該当なし：対象の容器なし", "not applicable: no container left"};
    (void)s;
    return (struct text){"該当なし：任意の項目", "not applicable: optional"};
}

static void absent_rows(struct page *g, struct pdf_table *t, const struct record_step *s)
{
    for (size_t i = 0; s->status == STEP_DONE && i < s->step->nfields; i++) {
        const struct field *f = &s->step->field[i];
        bool there = false;
        for (size_t k = 0; k < s->nvalues; k++)
            there |= s->value[k].field == f;
        if (there)
            continue;
        const char *cell[] = {pdf_both(g->pdf, f->title), "", pdf_both(g->pdf, absent(g->r, s, f)), "", ""};
        pdf_table_row(t, cell, PDF_PLAIN);
    }
}

/* ---- the head of a step ---- */

static const char *status(struct page *g, const struct record_step *s)
{
    const char *text = pdf_both(g->pdf, record_status_text(g->r, s->status));
    return s->status == STEP_DONE ? pdf_markup(g->pdf, "○%s　%s", text, page_after(s))
                                  : pdf_markup(g->pdf, "<span foreground='" PDF_RED "'><b>×%s</b></span>　%s",
                                               text, page_after(s));
}

static const char *people(struct page *g, const struct record_step *s)
{
    const char *who =
        pdf_markup(g->pdf,
                   "作業者 <span size='82%%'>performed</span> <b>%s</b>　記録者 <span size='82%%'>"
                   "recorded</span> <b>%s</b>",
                   pdf_escape(g->pdf, s->performer ? s->performer : "system"),
                   pdf_escape(g->pdf, s->recorder ? s->recorder : "system"));
    if (s->witness)
        who = pdf_markup(g->pdf, "%s　確認者 <span size='82%%'>witnessed</span> <b>%s</b>", who,
                         pdf_escape(g->pdf, s->witness));
    else if (s->step->witness)
        who = pdf_markup(g->pdf, "%s　<span foreground='" PDF_RED "'>確認者なし no witness yet</span>", who);
    const char *kind =
        s->step->nwhere == 1 ? pdf_both(g->pdf, word(&g->r->words, "station", s->step->where[0])) : "";
    return pdf_markup(g->pdf, "%s　端末 <span size='82%%'>station</span> %s %s", who,
                      s->station ? pdf_escape(g->pdf, s->station) : "–", kind);
}

static const char *times(struct page *g, const struct record_step *s)
{
    const struct record *r = g->r;
    const char *t =
        s->begun == s->done
            ? pdf_markup(g->pdf, "実施 <span size='82%%'>done</span> <b>%s</b>", record_time(r, s->done))
            : pdf_markup(g->pdf,
                         "開始 <span size='82%%'>begun</span> <b>%s</b>　終了 <span size='82%%'>done</span> "
                         "<b>%s</b>",
                         record_time(r, s->begun), s->done ? page_clock(g, s->done, s->begun) : "–");
    if (s->first_at != s->begun || s->late)
        t = pdf_markup(g->pdf, "%s　<b>遅れて記録 recorded late</b> %s（発生 occurred %s、%s）", t,
                       record_time(r, s->first_at), record_time(r, s->occurred),
                       pdf_both(g->pdf, word(&r->words, "late", s->late)));
    if (s->planned.ja)
        t = pdf_markup(g->pdf, "%s\n計画 <span size='82%%'>planned</span> %s", t,
                       pdf_both(g->pdf, s->planned));
    return t;
}

static const char *extras(struct page *g, const struct record_step *s)
{
    const char *x = "";
    for (size_t i = 0; i < s->ndevs; i++)
        x = add(g, *x ? x : pdf_markup(g->pdf, "\n<span foreground='" PDF_RED "'>■逸脱 deviation</span>"),
                page_short(g, s->dev[i]));
    if (s->act)
        x = pdf_markup(
            g->pdf,
            "%s\n署名 <span size='82%%'>signed</span> 「%s」 <span size='82%%' foreground='" PDF_GREY
            "'>%s</span>",
            x, pdf_escape(g->pdf, s->act->meaning), pdf_escape(g->pdf, s->act->meaning_en));
    if (s->why.ja)
        x = pdf_markup(g->pdf, "%s\n理由 <span size='82%%'>because</span> %s", x, pdf_both(g->pdf, s->why));
    return x;
}

static void step_head(struct page *g, struct pdf_table *t, const struct record_step *s, size_t number)
{
    const char *occ = s->occ > 1 || s->step->repeat_max != 1
                          ? pdf_markup(g->pdf, "　%lld 回目 (no. %lld)", (long long)s->occ, (long long)s->occ)
                          : "";
    pdf_table_need(t, 64);
    pdf_table_band(
        t,
        pdf_markup(g->pdf,
                   "<span size='112%%'><b>%zu　%s</b></span>%s　%s　<span size='82%%' foreground='" PDF_GREY
                   "'>[%s] %s　記録 entries %llu–%llu</span>\n%s\n%s%s",
                   number, pdf_both(g->pdf, s->step->title), occ, status(g, s), s->step->id,
                   pdf_both(g->pdf, word(&g->r->words, "dept", word_name(&dept_words, (int)s->step->dept))),
                   (unsigned long long)s->first_sseq, (unsigned long long)s->last_sseq, times(g, s),
                   people(g, s), extras(g, s)));
}

void page_steps(struct page *g)
{
    static const struct pdf_column column[] = {{29, {"項目", "Item"}},
                                               {19, {"計画・管理値", "Plan, limits"}},
                                               {28, {"実績", "Actual"}},
                                               {12, {"時刻", "Time"}},
                                               {12, {"備考", "Remarks"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    pdf_heading(g->pdf, 1, (struct text){"3. 工程の記録", "Record of steps"});
    pdf_text(
        g->pdf, 7,
        "実施した順。容器番号は製造番号を省いて示す。「記録」は記録簿におけるこの製造番号の通し番号。"
        "管理値＝この範囲にあるべき値（処置：外れると逸脱、警報：外れると注意）。★＝取扱いの決定の後に記録。 "
        "<span size='82%' "
        "foreground='" PDF_GREY
        "'>In order of time; container numbers without the batch's own; “entries” are numbers in the "
        "batch's stream of the log. Limits: the value has to lie within (action: else a deviation; alert: "
        "else a warning). ★ = recorded after the disposition.</span>");
    pdf_space(g->pdf, 3);
    pdf_table_begin(&t, g->pdf, column, 5, 7);
    for (size_t i = 0; i < r->nsteps; i++) {
        step_head(g, &t, &r->step[i], i + 1);
        value_rows(g, &t, &r->step[i]);
        absent_rows(g, &t, &r->step[i]);
    }
    pdf_table_end(&t);
}

/* After a batch was stopped nearly all of them share one reason: told by section. */
static void undone_sections(struct page *g, struct pdf_table *t)
{
    const struct record *r = g->r;
    for (int section = 'A'; section <= 'Z'; section++) {
        const char *list = "";
        size_t n = 0;
        const struct record_step *first = NULL;
        for (size_t i = 0; i < r->nnone; i++) {
            const struct record_step *s = &r->none[i];
            if (!s->step->section || s->step->section[0] != section)
                continue;
            list = pdf_markup(g->pdf, "%s%s%s <span size='75%%' foreground='" PDF_GREY "'>%s</span>", list,
                              n++ ? "、" : "", pdf_escape(g->pdf, s->step->title.ja), s->step->id);
            first = first ? first : s;
        }
        if (!first)
            continue;
        const char *cell[] = {pdf_markup(g->pdf, "<b>%c</b>（%zu 工程 steps）", section, n), list,
                              pdf_markup(g->pdf, "該当なし：%s", pdf_both(g->pdf, first->why))};
        pdf_table_row(t, cell, PDF_PLAIN);
    }
}

static void undone_steps(struct page *g, struct pdf_table *t)
{
    const struct record *r = g->r;
    for (size_t i = 0; i < r->nnone; i++) {
        const struct record_step *s = &r->none[i];
        const char *cell[] = {page_step(g, s->step->id), pdf_both(g->pdf, record_status_text(r, s->status)),
                              pdf_both(g->pdf, s->why),
                              s->status == STEP_NOT_APPLICABLE ? "–"
                                                               : pdf_both(g->pdf, record_due_text(r, s))};
        pdf_table_row(t, cell, s->status == STEP_NOT_APPLICABLE ? PDF_PLAIN : PDF_BAND);
    }
}

void page_undone(struct page *g)
{
    static const struct pdf_column each[] = {
        {42, {"工程", "Step"}}, {14, {"状態", "State"}}, {28, {"理由", "Because"}}, {16, {"期限", "Due"}}};
    static const struct pdf_column grouped[] = {
        {14, {"区分", "Section"}}, {62, {"工程", "Steps"}}, {24, {"理由", "Because"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    pdf_heading(g->pdf, 1, (struct text){"4. 実施していない工程", "Steps not done"});
    if (r->nnone == 0)
        page_none(g, (struct text){"すべての工程が実施された", "every step was done"});
    pdf_table_begin(&t, g->pdf, r->batch->stopped ? grouped : each, r->batch->stopped ? 3 : 4, 7.5);
    if (r->batch->stopped)
        undone_sections(g, &t);
    else
        undone_steps(g, &t);
    pdf_table_end(&t);
}
