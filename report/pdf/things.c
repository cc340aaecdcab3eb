/* Lots, equipment, containers, balances. */
#include <string.h>

#include "core/code/unit.h"
#include "pdf/record.h"

/* The steps where it was used, each once, the lot's unit behind it. */
static const char *uses(struct page *g, const struct record_use *use, size_t n)
{
    const char *list = "";
    for (size_t i = 0; i < n; i++) {
        bool before = false;
        for (size_t k = 0; k < i; k++)
            before |= use[k].step == use[i].step && use[k].value->unit == use[i].value->unit;
        if (before)
            continue;
        const struct record_value *v = use[i].value;
        const char *unit = v->field->kind == FIELD_LOT && v->unit
                               ? pdf_markup(g->pdf, "<span size='82%%' foreground='" PDF_GREY "'>#%s</span>",
                                            pdf_escape(g->pdf, v->unit))
                               : "";
        const char *how = "";
        if (v->field->kind == FIELD_LOT && v->field->lot_use != LOT_STAGE)
            how = v->field->lot_use == LOT_DRAW ? "●" : "◆";
        list = pdf_markup(g->pdf, "%s%s%s%s%s", list, *list ? "、" : "", how, page_ref(g, use[i].step), unit);
    }
    return list;
}

void page_lots(struct page *g)
{
    static const struct pdf_column column[] = {
        {23, {"材料", "Material"}},   {14, {"ロット", "Lot"}}, {17, {"製造元・製造番号", "Maker, its lot"}},
        {11, {"使用期限", "Expiry"}}, {8, {"判定", "Status"}}, {27, {"使用した工程", "Used in"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    pdf_heading(g->pdf, 1, (struct text){"9. 原材料・資材", "Materials and lots"});
    pdf_text(g->pdf, 7,
             "使用：無印＝トレーに準備、●＝使用、◆＝使用後に空容器を確認。#"
             "は開封した容器の番号。「他」は同じロットを開封した他の製造番号"
             "の数（番号は示さない）。 <span size='82%' foreground='" PDF_GREY
             "'>steps by their number in section 3; no mark = staged, ● = drawn, ◆ = read off the empty; # = "
             "unit opened; “others” = other "
             "batches that units of the "
             "lot were opened for.</span>");
    pdf_space(g->pdf, 3);
    if (r->nlots == 0)
        page_none(g, (struct text){"ロットの使用なし", "no lot was used"});
    pdf_table_begin(&t, g->pdf, column, 6, 7);
    for (size_t i = 0; i < r->nlots; i++) {
        const struct record_lot *l = &r->lot[i];
        const char *others = l->others ? pdf_markup(g->pdf, "\n他 others %zu", l->others) : "";
        const char *cell[] = {
            pdf_markup(g->pdf, "%s%s", pdf_both(g->pdf, l->material),
                       l->biological ? " <b>［生物由来 biological］</b>" : ""),
            pdf_markup(g->pdf, "%s%s", pdf_escape(g->pdf, l->id), others),
            pdf_markup(g->pdf, "%s\n%s", pdf_escape(g->pdf, l->maker), pdf_escape(g->pdf, l->maker_lot)),
            pdf_markup(g->pdf, "%s%s", pdf_escape(g->pdf, l->expiry),
                       l->expired_when_used ? "\n<span foreground='" PDF_RED
                                              "'><b>■期限切れ</b> expired</span>"
                                            : ""),
            pdf_both(g->pdf, word(&r->words, "lotstate", lot_state_name(l->state))),
            uses(g, l->use, l->nuses)};
        pdf_table_row(&t, cell, l->expired_when_used || l->state != LOT_RELEASED ? PDF_ALARM : PDF_PLAIN);
    }
    pdf_table_end(&t);
}

void page_things(struct page *g)
{
    static const struct pdf_column column[] = {{24, {"種類", "Kind"}},
                                               {15, {"番号", "Number"}},
                                               {10, {"部屋", "Room"}},
                                               {13, {"校正期限", "Calibrated to"}},
                                               {38, {"使用した工程", "Used in"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    pdf_heading(g->pdf, 1, (struct text){"10. 機器・場所", "Equipment and places"});
    if (r->nthings == 0)
        page_none(g, (struct text){"機器・場所の使用なし", "none was used"});
    pdf_text(g->pdf, 7,
             "使用した工程：3章の工程番号。 <span size='82%' foreground='" PDF_GREY
             "'>Steps by their number in section 3.</span>");
    pdf_space(g->pdf, 3);
    pdf_table_begin(&t, g->pdf, column, 5, 7);
    for (size_t i = 0; i < r->nthings; i++) {
        const struct record_thing *x = &r->thing[i];
        const char *due = x->calibrated ? x->calibrated : x->place ? "対象外 n/a" : "定めなし none set";
        const char *cell[] = {
            pdf_both(g->pdf, word(&r->words, "thing", x->kind)), pdf_escape(g->pdf, x->id),
            x->room ? pdf_escape(g->pdf, x->room) : "移動 mobile",
            pdf_markup(g->pdf, "%s%s", due, x->overdue_when_used ? " <b>■期限切れ overdue</b>" : ""),
            uses(g, x->use, x->nuses)};
        pdf_table_row(&t, cell, x->overdue_when_used ? PDF_ALARM : PDF_PLAIN);
    }
    pdf_table_end(&t);
}

/* ---- containers ---- */

static const char *parents(struct page *g, const struct record_container *c)
{
    const char *list = "";
    for (size_t i = 0; i < c->nparents; i++)
        list = pdf_markup(g->pdf, "%s%s%s", list, i ? ", " : "", page_short(g, c->parent[i]->id));
    return *list ? list : "–";
}

/* "12-18 07:36［192］": when, and in which step. */
static const char *moment(struct page *g, int64_t at, const struct record_step *s)
{
    if (!at)
        return "–";
    return s ? pdf_markup(g->pdf, "%s［%zu］", record_minute(g->r, at) + 5, (size_t)(s - g->r->step) + 1)
             : record_minute(g->r, at) + 5;
}

void page_containers(struct page *g)
{
    static const struct pdf_column column[] = {{7, {"番号", "No."}},     {20, {"種類", "Kind"}},
                                               {12, {"由来", "From"}},   {12, {"発行", "Issued"}},
                                               {16, {"充填", "Filled"}}, {16, {"使用・廃棄", "Gone"}},
                                               {17, {"現状", "Now"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    pdf_heading(g->pdf, 1, (struct text){"11. 容器", "Containers"});
    pdf_text(
        g->pdf, 7,
        "月-日 時刻、［］は3章の工程番号。容器の番号は製造番号を省く。 <span size='82%' foreground='" PDF_GREY
        "'>Month-day time, [number of the step in section 3].</span>");
    pdf_space(g->pdf, 3);
    if (r->ncontainers == 0)
        page_none(g, (struct text){"容器の発行なし", "no label was issued"});
    pdf_table_begin(&t, g->pdf, column, 7, 6.8);
    for (size_t i = 0; i < r->ncontainers; i++) {
        const struct record_container *c = &r->container[i];
        const char *now = pdf_both(g->pdf, word(&r->words, "container", container_state_name(c->state)));
        if (c->place && (c->state == CONTAINER_FILLED || c->state == CONTAINER_EMPTY))
            now = pdf_markup(g->pdf, "%s %s", now, pdf_escape(g->pdf, c->place));
        const char *cell[] = {page_short(g, c->id),
                              pdf_both(g->pdf, c->title),
                              parents(g, c),
                              moment(g, c->issued, NULL),
                              moment(g, c->filled, c->filled_in),
                              moment(g, c->gone, c->gone_in),
                              now};
        pdf_table_row(&t, cell, PDF_PLAIN);
    }
    pdf_table_end(&t);
}

/* ---- balances ---- */

static void labels(struct page *g)
{
    static const struct pdf_column column[] = {
        {24, {"ラベル", "Label"}},    {10, {"発行", "Issued"}},       {10, {"貼付", "Attached"}},
        {10, {"未使用廃棄", "Void"}}, {10, {"使用済み", "Consumed"}}, {10, {"廃棄", "Discarded"}},
        {8, {"搬出", "Left"}},        {8, {"現存", "Live"}},          {10, {"収支", "Balance"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    pdf_heading(g->pdf, 2, (struct text){"ラベルと容器の収支", "Labels and containers"});
    pdf_table_begin(&t, g->pdf, column, 9, 7);
    for (size_t i = 0; i < r->nlabels; i++) {
        const struct record_label *l = &r->label[i];
        const size_t n[] = {l->issued, l->attached, l->unused, l->consumed, l->discarded, l->left, l->live};
        const char *cell[9] = {pdf_markup(g->pdf, "%s %s", l->label->id, pdf_both(g->pdf, l->label->title))};
        for (int k = 0; k < 7; k++)
            cell[k + 1] = pdf_markup(g->pdf, "%zu", n[k]);
        cell[8] = l->off       ? "<b>×不一致</b> differ"
                  : l->waiting ? pdf_markup(g->pdf, "△未使用 %zu waiting", l->waiting)
                               : "○一致 ok";
        pdf_table_row(&t, cell, l->off ? PDF_ALARM : PDF_PLAIN);
    }
    pdf_table_end(&t);
}

static void units(struct page *g)
{
    static const struct pdf_column column[] = {{34, {"材料・ロット", "Material, lot"}},
                                               {16, {"開封した容器", "Unit opened"}},
                                               {10, {"準備", "Staged"}},
                                               {10, {"使用", "Drawn"}},
                                               {12, {"空容器の確認", "Empty read"}},
                                               {18, {"収支", "Balance"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    pdf_heading(g->pdf, 2, (struct text){"ロットの収支", "Lots"});
    if (r->nunits == 0)
        page_none(g, (struct text){"ロットの使用なし", "no lot was used"});
    pdf_table_begin(&t, g->pdf, column, 6, 7);
    for (size_t i = 0; i < r->nunits; i++) {
        const struct record_unit *u = &r->unit[i];
        const char *cell[] = {
            pdf_markup(g->pdf, "%s　%s", pdf_both(g->pdf, u->lot->material), pdf_escape(g->pdf, u->lot->id)),
            u->unit ? pdf_markup(g->pdf, "#%s", pdf_escape(g->pdf, u->unit)) : "ロット単位 by lot",
            pdf_markup(g->pdf, "%zu", u->staged),
            pdf_markup(g->pdf, "%zu", u->drawn),
            pdf_markup(g->pdf, "%zu", u->accounted),
            u->unknown                 ? "<b>×受入記録なし</b> never received"
            : u->off                   ? "<b>×不一致</b> differ"
            : u->waiting               ? "△空容器の確認待ち empty to be read"
            : u->again && u->unit      ? "○同一容器から反復 same unit again"
            : u->again                 ? "△準備より多い more than staged"
            : u->drawn || u->accounted ? "○一致 ok"
                                       : "○準備のみ staged only"};
        pdf_table_row(&t, cell, u->off ? PDF_ALARM : PDF_PLAIN);
    }
    pdf_table_end(&t);
}

static void amounts(struct page *g)
{
    static const struct pdf_column column[] = {{44, {"工程", "Step"}},
                                               {16, {"入", "In"}},
                                               {16, {"出", "Out"}},
                                               {10, {"許容", "Tolerance"}},
                                               {14, {"収支", "Balance"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    pdf_heading(g->pdf, 2, (struct text){"量の収支", "Amounts"});
    if (r->nbalances == 0)
        page_none(g, (struct text){"収支を求める工程が未実施", "no step with a balance was done"});
    pdf_table_begin(&t, g->pdf, column, 5, 7.5);
    for (size_t i = 0; i < r->nbalances; i++) {
        const struct record_balance *b = &r->balance[i];
        char in[DEC_TEXT], out[DEC_TEXT], tolerance[DEC_TEXT];
        dec_format(b->in, in);
        dec_format(b->out, out);
        dec_format(b->step->step->balance.tolerance, tolerance);
        const char *cell[] = {page_step(g, b->step->step->id),
                              pdf_escape(g->pdf, words_amount(&r->words, in, b->unit)),
                              pdf_escape(g->pdf, words_amount(&r->words, out, b->unit)),
                              pdf_markup(g->pdf, "± %s %%", tolerance),
                              b->over    ? "<b>×出が多い</b> more out"
                              : b->under ? "<b>×出が少ない</b> less out"
                                         : "○一致 ok"};
        pdf_table_row(&t, cell, b->over || b->under ? PDF_ALARM : PDF_PLAIN);
    }
    pdf_table_end(&t);
}

void page_balances(struct page *g)
{
    pdf_heading(g->pdf, 1, (struct text){"13. 収支", "Balances"});
    labels(g);
    units(g);
    amounts(g);
}
