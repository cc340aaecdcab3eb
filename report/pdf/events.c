/* Deviations and holds, corrections, refusals, exposures. */
#include <string.h>

#include "pdf/record.h"

static const char *who(struct page *g, const struct entry *e)
{
    const char *id = record_said(g->r, e)->actor.performed;
    return id ? pdf_escape(g->pdf, id) : "システム system";
}

static const char *by_at(struct page *g, const struct entry *e)
{
    return e ? pdf_markup(g->pdf, "%s　%s", page_when(g, e), who(g, e)) : "–";
}

static const char *hold_line(struct page *g, const struct record_hold *h)
{
    const char *placed = by_at(g, h->placed);
    if (h->seen.shown.ja)
        placed = pdf_markup(g->pdf, "%s　内容 what was seen：%s", placed, pdf_both(g->pdf, h->seen.shown));
    return pdf_markup(g->pdf, "<b>保留</b> hold %s：%s　%s", page_short(g, h->id), placed,
                      h->lifted ? pdf_markup(g->pdf, "→ <b>解除</b> lifted %s　理由 because：%s",
                                             by_at(g, h->lifted), pdf_both(g->pdf, h->why.shown))
                                : "<span foreground='" PDF_RED "'><b>→ 継続中 in force</b></span>");
}

static void hold_lines(struct page *g, const char *dev, const char **text)
{
    const struct record *r = g->r;
    for (size_t i = 0; i < r->nholds; i++) {
        const struct record_hold *h = &r->hold[i];
        if (h->dev && strcmp(h->dev, dev) == 0)
            *text = pdf_markup(g->pdf, "%s\n%s", *text, hold_line(g, h));
    }
}

static const char *measure_line(struct page *g, const struct record_action *a)
{
    char day[11];
    clock_day_format(a->due, day);
    const char *t = pdf_markup(g->pdf, "<b>%s</b> %s：%s　担当 owner %s　期限 due %s",
                               a->effect ? "効果の確認" : "処置", a->effect ? "check of effect" : "measure",
                               pdf_both(g->pdf, a->what.shown), pdf_escape(g->pdf, a->owner), day);
    if (a->overdue)
        t = pdf_markup(g->pdf, "%s　<span foreground='" PDF_RED "'><b>期限超過</b> overdue</span>", t);
    if (a->withdrawn)
        return pdf_markup(g->pdf, "<s>%s</s>　<b>取下げ</b> withdrawn：%s　理由 because：%s", t,
                          by_at(g, a->withdrawn), pdf_both(g->pdf, a->result.shown));
    return a->verified ? pdf_markup(g->pdf, "%s　<b>確認</b> verified：%s　結果 found：%s", t,
                                    by_at(g, a->verified), pdf_both(g->pdf, a->result.shown))
                       : pdf_markup(g->pdf, "%s　<b>未確認</b> not verified", t);
}

static const char *assessment(struct page *g, const struct record_deviation *d)
{
    const char *t = "<span foreground='" PDF_RED "'><b>未評価</b> not assessed</span>";
    if (d->assessed)
        t = pdf_markup(g->pdf, "<b>評価</b> assessed：%s　理由 because：%s", by_at(g, d->assessed),
                       pdf_both(g->pdf, d->assessed_why.shown));
    if (d->late)
        t = pdf_markup(g->pdf, "%s\n<b>期限内に評価されず</b> not assessed in time：%s", t,
                       page_when(g, d->late));
    if (d->confirmed)
        return pdf_markup(g->pdf, "%s\n<b>評価の確認</b> confirmed：%s", t, by_at(g, d->confirmed));
    return d->awaits
               ? pdf_markup(g->pdf,
                            "%s\n<span foreground='" PDF_RED "'><b>評価は未確認</b> not confirmed</span>", t)
               : t;
}

static const char *closing(struct page *g, const struct record_deviation *d)
{
    if (!d->closed)
        return "<span foreground='" PDF_RED "'><b>未完了</b> open</span>";
    const char *t = pdf_markup(g->pdf, "<b>完了</b> closed：%s　理由 because：%s", by_at(g, d->closed),
                               pdf_both(g->pdf, d->closed_why.shown));
    if (d->despite.shown.ja)
        t = pdf_markup(g->pdf, "%s　処置を残した理由 despite：%s", t, pdf_both(g->pdf, d->despite.shown));
    return d->told ? pdf_markup(g->pdf, "%s　連絡した施設管理者 facility manager told：%s", t,
                                pdf_escape(g->pdf, d->told))
                   : t;
}

static const char *course(struct page *g, const struct record_deviation *d)
{
    const struct record *r = g->r;
    const char *t = pdf_markup(g->pdf, "<b>発生</b> opened：%s", by_at(g, d->opened));
    if (d->seen.shown.ja)
        t = pdf_markup(g->pdf, "%s　内容 what was seen：%s", t, pdf_both(g->pdf, d->seen.shown));
    if (d->slip)
        return pdf_markup(g->pdf, "%s\n<b>入力の取消しで完了</b> taken back as a slip, asked for again：%s",
                          t, by_at(g, d->slip));
    t = pdf_markup(g->pdf, "%s\n%s", t, assessment(g, d));
    hold_lines(g, d->id, &t);
    for (size_t i = 0; i < r->nactions; i++)
        if (strcmp(r->action[i].dev, d->id) == 0)
            t = pdf_markup(g->pdf, "%s\n%s", t, measure_line(g, &r->action[i]));
    if (d->reported)
        t = pdf_markup(g->pdf, "%s\n<b>施設管理者の確認</b> known to the facility manager：%s", t,
                       by_at(g, d->reported));
    return pdf_markup(g->pdf, "%s\n%s", t, closing(g, d));
}

void page_deviations(struct page *g)
{
    static const struct pdf_column column[] = {{10, {"番号", "No."}},
                                               {31, {"内容・工程", "What, step"}},
                                               {11, {"区分", "Grade"}},
                                               {48, {"経過", "Course"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    pdf_heading(g->pdf, 1, (struct text){"14. 逸脱・保留", "Deviations and holds"});
    if (r->ndevs + r->nholds == 0)
        page_none(g,
                  (struct text){"逸脱・保留は記録されていない", "no deviation was opened, no hold placed"});
    pdf_table_begin(&t, g->pdf, column, 4, 7.5);
    for (size_t i = 0; i < r->ndevs; i++) {
        const struct record_deviation *d = &r->dev[i];
        const char *cell[] = {pdf_markup(g->pdf, "<b>%s</b>", page_short(g, d->id)),
                              pdf_markup(g->pdf, "%s\n%s", pdf_both(g->pdf, d->cause), page_step(g, d->step)),
                              d->grade ? pdf_both(g->pdf, word(&r->words, "grade", d->grade)) : "–",
                              course(g, d)};
        pdf_table_row(&t, cell, d->closed ? PDF_PLAIN : PDF_ALARM);
    }
    for (size_t i = 0; i < r->nholds; i++) { /* those that no deviation placed */
        const struct record_hold *h = &r->hold[i];
        const char *cell[] = {pdf_markup(g->pdf, "<b>%s</b>", page_short(g, h->id)),
                              pdf_both(g->pdf, h->cause), "–", hold_line(g, h)};
        if (!h->dev)
            pdf_table_row(&t, cell, h->lifted ? PDF_PLAIN : PDF_ALARM);
    }
    pdf_table_end(&t);
}

static void redactions(struct page *g)
{
    static const struct pdf_column column[] = {{30, {"消去された項目・記録", "What, of which entry"}},
                                               {32, {"理由", "Reason"}},
                                               {38, {"時刻・実施者・承認者", "When, who, approved by"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    pdf_heading(g->pdf, 2, (struct text){"個人情報の消去", "Personal values erased"});
    if (r->nredactions == 0)
        page_none(g, (struct text){"消去された個人情報はない", "no personal value was erased"});
    pdf_table_begin(&t, g->pdf, column, 3, 7.5);
    for (size_t i = 0; i < r->nredactions; i++) {
        const struct record_redaction *x = &r->redaction[i];
        const char *names = "";
        for (size_t k = 0; k < x->nnames; k++)
            names = pdf_markup(g->pdf, "%s%s%s", names, k ? "、" : "", page_personal(g, x->of, x->name[k]));
        const char *cell[] = {
            pdf_markup(g->pdf, "%s\n記録 entry %llu", names, x->of ? (unsigned long long)x->of->sseq : 0),
            pdf_both(g->pdf, x->reason),
            pdf_markup(g->pdf, "%s　承認者 approved by %s", by_at(g, x->entry),
                       pdf_escape(g->pdf, x->approver))};
        pdf_table_row(&t, cell, PDF_BAND);
    }
    pdf_table_end(&t);
}

void page_corrections(struct page *g)
{
    static const struct pdf_column column[] = {{26, {"項目・工程", "Item, step"}},
                                               {24, {"前 → 後", "Old → new"}},
                                               {24, {"理由", "Reason"}},
                                               {26, {"時刻・訂正者・確認者", "When, who, witness"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    pdf_heading(g->pdf, 1, (struct text){"15. 訂正", "Corrections"});
    if (r->ncorrections == 0)
        page_none(g, (struct text){"訂正された値はない", "no value was corrected"});
    pdf_table_begin(&t, g->pdf, column, 4, 7.5);
    for (size_t i = 0; i < r->ncorrections; i++) {
        const struct record_correction *c = &r->correction[i];
        const char *derived =
            c->derived.ja ? pdf_markup(g->pdf, "\n再計算 recomputed：%s", pdf_both(g->pdf, c->derived)) : "";
        const char *cell[] = {
            pdf_markup(g->pdf, "%s\n%s", pdf_both(g->pdf, c->field->title), page_step(g, c->step->id)),
            pdf_markup(g->pdf, "<s>%s</s> → <b>%s</b>%s", pdf_both(g->pdf, c->old), pdf_both(g->pdf, c->now),
                       derived),
            pdf_both(g->pdf, c->reason.shown),
            pdf_markup(g->pdf, "%s　確認者 witness %s", by_at(g, c->entry),
                       pdf_escape(g->pdf, record_said(r, c->entry)->actor.witnessed))};
        pdf_table_row(&t, cell, PDF_PLAIN);
    }
    pdf_table_end(&t);
    redactions(g);
}

void page_refusals(struct page *g)
{
    static const struct pdf_column column[] = {{16, {"時刻", "When"}},
                                               {32, {"拒否の理由", "Why refused"}},
                                               {16, {"読んだもの", "What was read"}},
                                               {22, {"工程", "Step"}},
                                               {14, {"人・端末", "Who, where"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    pdf_heading(g->pdf, 1, (struct text){"16. 拒否された操作", "Refused attempts"});
    pdf_text(g->pdf, 7,
             "行われる前に止められた操作。何も変わっていない。 <span size='82%' foreground='" PDF_GREY
             "'>Stopped before anything was done; nothing changed.</span>");
    pdf_space(g->pdf, 3);
    if (r->nrefusals == 0)
        page_none(g, (struct text){"拒否された操作はない", "nothing was refused"});
    pdf_table_begin(&t, g->pdf, column, 5, 7.5);
    for (size_t i = 0; i < r->nrefusals; i++) {
        const struct record_refusal *f = &r->refusal[i];
        const char *cell[] = {page_when(g, f->entry), pdf_both(g->pdf, f->what),
                              f->understood.ja ? pdf_both(g->pdf, f->understood) : "様式・署名 form or act",
                              page_step(g, f->step),
                              pdf_markup(g->pdf, "%s %s", pdf_escape(g->pdf, record_who(r, f->entry)),
                                         pdf_escape(g->pdf, record_said(r, f->entry)->actor.station))};
        pdf_table_row(&t, cell, PDF_PLAIN);
    }
    pdf_table_end(&t);
}

void page_exposures(struct page *g)
{
    static const struct pdf_column column[] = {{16, {"時刻", "When"}},
                                               {24, {"向き", "Which way"}},
                                               {26, {"内容", "What"}},
                                               {16, {"物", "Thing"}},
                                               {18, {"相手の製造番号", "Other batch"}}};
    static const struct text way[] = {
        [EXPOSURE_IN] = {"→ 他の製造番号のものがこの製造番号の作業に", "theirs came to this batch's work"},
        [EXPOSURE_OUT] = {"← この製造番号のものが他の製造番号の作業に", "ours came to another batch's work"},
        [EXPOSURE_SHARED] = {"↔ 同じものを両方に使用", "one thing used for both"},
        [EXPOSURE_TO] = {"← 同じものを使用：この製造番号の陽性が相手に及ぶ",
                         "one thing for both: our positive concerns theirs"},
        [EXPOSURE_FROM] = {"→ 同じものを使用：相手の陽性がこの製造番号に及ぶ",
                           "one thing for both: their positive concerns ours"},
    };
    const struct record *r = g->r;
    struct pdf_table t;
    pdf_heading(g->pdf, 1, (struct text){"17. 他の製造番号との接触（両方向）", "Exposure, both ways"});
    if (r->nexposures == 0)
        page_none(g, (struct text){"他の製造番号との接触は記録されていない",
                                   "no contact with another batch was recorded"});
    pdf_table_begin(&t, g->pdf, column, 5, 7.5);
    for (size_t i = 0; i < r->nexposures; i++) {
        const struct record_exposure *x = &r->exposure[i];
        bool refused = kind_is(x->entry->kind, KIND_REFUSED);
        const char *cell[] = {page_when(g, x->entry), pdf_both(g->pdf, way[x->way]),
                              pdf_markup(g->pdf, "%s%s", pdf_both(g->pdf, x->what),
                                         refused ? "\n<b>止められた（接触なし）</b> stopped, no contact"
                                                 : "\n<b>接触あり</b> contact"),
                              pdf_both(g->pdf, x->thing.shown), pdf_both(g->pdf, x->other.shown)};
        pdf_table_row(&t, cell, refused ? PDF_PLAIN : PDF_ALARM);
    }
    pdf_table_end(&t);
}
