/* Measurements with their limits, the growth curve, what the clinic reported. */
#include <math.h>
#include <string.h>

#include "pdf/curve.h"
#include "pdf/record.h"

static bool is_number(const struct record_value *v)
{
    return v->raw && (v->field->kind == FIELD_NUMBER || v->field->kind == FIELD_DERIVED);
}

void page_measures(struct page *g)
{
    static const struct pdf_column column[] = {{24, {"項目", "Item"}},     {13, {"値", "Value"}},
                                               {20, {"管理値", "Limits"}}, {11, {"判定", "Judged"}},
                                               {21, {"工程", "Step"}},     {11, {"時刻", "Time"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    pdf_heading(g->pdf, 1, (struct text){"5. 測定値", "Measurements"});
    pdf_text(
        g->pdf, 7,
        "管理値＝この範囲にあるべき値。処置を外れると逸脱、警報を外れると注意。■▲＝外れた値。★＝決定後。 "
        "<span size='82%' foreground='" PDF_GREY
        "'>Limits: the value has to lie within; beyond action: a deviation, beyond alert: a warning. ■▲ = "
        "out of limits; ★ = after the disposition.</span>");
    pdf_space(g->pdf, 3);
    pdf_table_begin(&t, g->pdf, column, 6, 7);
    for (size_t i = 0; i < r->nsteps; i++)
        for (size_t k = 0; k < r->step[i].nvalues; k++) {
            const struct record_value *v = &r->step[i].value[k];
            const char *limits = record_limits(r, v->field);
            if (!is_number(v))
                continue;
            const char *cell[] = {pdf_both(g->pdf, v->field->title),
                                  page_value(g, v),
                                  *limits ? pdf_escape(g->pdf, limits) : "定めなし none set",
                                  pdf_markup(g->pdf, "%s %s",
                                             v->mark   ? page_mark(g, v->mark)
                                             : *limits ? "基準内 within"
                                                       : "–",
                                             r->step[i].after ? "★" : ""),
                                  page_ref(g, &r->step[i]),
                                  page_clock(g, v->at, 0)};
            pdf_table_row(&t, cell, v->mark == MARK_ACTION ? PDF_ALARM : PDF_PLAIN);
        }
    pdf_table_end(&t);
}

/* ---- growth ---- */

static double number_of(const struct record_value *v)
{
    struct dec d;
    return v && dec_parse(v->now.raw, strlen(v->now.raw), &d) == 0 ? dec_double(d) : NAN;
}

static void points(struct page *g)
{
    static const struct pdf_column column[] = {{30, {"工程", "Step"}},        {16, {"時刻", "Time"}},
                                               {15, {"総生細胞数", "Total"}}, {13, {"生存率", "Viability"}},
                                               {12, {"増殖倍率", "Fold"}},    {14, {"倍加時間", "Doubling"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    pdf_table_begin(&t, g->pdf, column, 6, 7.5);
    for (size_t i = 0; i < r->npoints; i++) {
        const struct record_point *p = &r->point[i];
        const struct record_value *v[] = {p->total, p->viability, p->fold, p->doubling};
        const char *cell[6] = {page_step(g, p->step->step->id), record_minute(r, p->at)};
        bool alarm = false;
        for (int k = 0; k < 4; k++) {
            cell[k + 2] =
                !v[k] ? "–" : pdf_markup(g->pdf, "%s %s", page_value(g, v[k]), page_mark(g, v[k]->mark));
            alarm |= v[k] && v[k]->mark == MARK_ACTION;
        }
        pdf_table_row(&t, cell, alarm ? PDF_ALARM : PDF_PLAIN);
    }
    pdf_table_end(&t);
}

void page_curve(struct page *g)
{
    const struct record *r = g->r;
    struct curve_point *list;
    size_t n = 0;
    pdf_heading(g->pdf, 1, (struct text){"6. 増殖と生存率", "Growth and viability"});
    if (r->npoints == 0) {
        page_none(g, (struct text){"細胞数の測定がまだない", "no count yet"});
        return;
    }
    list = arena_alloc(pdf_arena(g->pdf), r->npoints * sizeof(*list));
    for (size_t i = 0; i < r->npoints; i++) {
        const struct record_point *p = &r->point[i];
        if (p->total)
            list[n++] = (struct curve_point){
                (double)(p->at - r->point[0].at) / 86400000.0, number_of(p->total), number_of(p->viability),
                p->total->mark == MARK_ACTION || p->viability->mark == MARK_ACTION};
    }
    pdf_need(g->pdf, 235);
    curve_draw(g->pdf, PDF_LEFT, pdf_y(g->pdf), PDF_INNER, 220, list, n);
    pdf_space(g->pdf, 228);
    points(g);
}

/* ---- reported by the clinic ---- */

void page_reported(struct page *g)
{
    static const struct pdf_column column[] = {{30, {"項目", "Item"}},
                                               {26, {"報告された内容", "Reported"}},
                                               {28, {"工程", "Step"}},
                                               {16, {"転記", "Transcribed"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    size_t n = 0;
    pdf_heading(g->pdf, 1,
                (struct text){"8. 医療機関から報告された事項", "Reported by the clinic, not observed"});
    pdf_table_begin(&t, g->pdf, column, 4, 7.5);
    for (size_t i = 0; i < r->nsteps; i++)
        for (size_t k = 0; k < r->step[i].nvalues; k++) {
            const struct record_value *v = &r->step[i].value[k];
            if (!v->field->reported)
                continue;
            const char *cell[] = {pdf_markup(g->pdf, "◇%s", pdf_both(g->pdf, v->field->title)),
                                  pdf_markup(g->pdf, "%s %s", page_value(g, v), page_mark(g, v->mark)),
                                  page_step(g, r->step[i].step->id),
                                  pdf_markup(g->pdf, "%s %s", record_minute(r, v->at),
                                             pdf_escape(g->pdf, record_who(g->r, v->entry)))};
            pdf_table_row(&t, cell, v->mark == MARK_ACTION ? PDF_ALARM : PDF_PLAIN);
            n++;
        }
    pdf_table_end(&t);
    if (n == 0)
        page_none(g, (struct text){"報告された事項がまだない", "nothing was reported yet"});
}
