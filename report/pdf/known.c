/* The two views: as known at a decision, as known today, and what lies between them. */
#include <string.h>

#include "pdf/record.h"

static const char *titles(struct page *g, const struct step *const *list, size_t n)
{
    const char *all = "";
    for (size_t i = 0; i < n; i++)
        all = pdf_markup(g->pdf, "%s%s%s <span size='80%%' foreground='" PDF_GREY "'>[%s]</span>", all,
                         i ? "、" : "", pdf_escape(g->pdf, list[i]->title.ja), list[i]->id);
    return n ? all : "なし none";
}

/* Each fact of a view, in words. */
#define FACTS 7
static void facts(struct page *g, const struct record_known *k, const char *ret[FACTS])
{
    struct pdf *p = g->pdf;
    ret[0] = pdf_both(p, k->state);
    ret[1] = pdf_markup(p, "%llu（完了した工程 steps done %zu）", (unsigned long long)k->entries, k->done);
    ret[2] = pdf_markup(p, "%zu（未完了 open %zu、うち重大 major %zu）", k->deviations, k->deviations_open,
                        k->majors_open);
    ret[3] = pdf_markup(p, "%zu", k->holds);
    ret[4] = pdf_markup(p, "%zu・%zu", k->refusals, k->corrections);
    ret[5] = titles(g, k->pending, k->npending);
    ret[6] = titles(g, k->open, k->nopen);
}

static const struct text fact_name[FACTS] = {
    {"状態", "State"},
    {"記録の数", "Entries"},
    {"逸脱", "Deviations"},
    {"継続中の保留", "Holds in force"},
    {"拒否・訂正", "Refusals, corrections"},
    {"結果待ち", "Results pending"},
    {"未実施の工程", "Steps still to do"},
};

static void beside(struct page *g, const struct record_known *then, const struct record_known *now)
{
    const struct pdf_column column[] = {
        {18, {"", ""}},
        {39,
         {arena_printf(pdf_arena(g->pdf), "決定時 %s", record_minute(g->r, then->at)), "at the decision"}},
        {39, {arena_printf(pdf_arena(g->pdf), "現在 %s", record_minute(g->r, now->at)), "today"}},
        {4, {"差", "≠"}}};
    const char *a[FACTS], *b[FACTS];
    struct pdf_table t;
    facts(g, then, a);
    facts(g, now, b);
    pdf_need(g->pdf, 150);
    pdf_text(g->pdf, 8.5,
             pdf_markup(g->pdf, "<b>%s　%s</b> <span size='82%%' foreground='" PDF_GREY "'>%s</span>",
                        record_time(g->r, then->at), page_step(g, record_step_id(g->r, then->decision, NULL)),
                        pdf_escape(g->pdf, record_who(g->r, then->decision))));
    pdf_space(g->pdf, 2);
    pdf_table_begin(&t, g->pdf, column, 4, 7.5);
    for (size_t i = 0; i < FACTS; i++) {
        bool same = strcmp(a[i], b[i]) == 0;
        const char *cell[] = {pdf_both(g->pdf, fact_name[i]), a[i], b[i], same ? "" : "★"};
        pdf_table_row(&t, cell, PDF_PLAIN);
    }
    pdf_table_end(&t);
    pdf_space(g->pdf, 6);
}

static const struct text change_name[] = {
    [CHANGE_RESULT] = {"結果", "result"},     [CHANGE_DEVIATION] = {"逸脱", "deviation"},
    [CHANGE_HOLD] = {"保留", "hold"},         [CHANGE_CORRECTION] = {"訂正", "correction"},
    [CHANGE_EXPOSURE] = {"接触", "exposure"}, [CHANGE_REDACTION] = {"消去", "redaction"},
    [CHANGE_STEP] = {"工程", "step"},
};

static void changes(struct page *g)
{
    static const struct pdf_column column[] = {{11, {"種類", "Kind"}},
                                               {31, {"項目", "What"}},
                                               {15, {"決定時", "At the decision"}},
                                               {28, {"現在", "Today"}},
                                               {15, {"記録", "Recorded"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    pdf_heading(
        g->pdf, 2,
        (struct text){"最後の決定の後に加わった知見（★）", "What the newest decision did not know (★)"});
    if (r->nchanges == 0)
        page_none(g,
                  (struct text){"決定の後に加わった記録はない", "nothing was recorded after the decision"});
    pdf_table_begin(&t, g->pdf, column, 5, 7.2);
    for (size_t i = 0; i < r->nchanges; i++) {
        const struct record_change *c = &r->change[i];
        const char *cell[] = {pdf_markup(g->pdf, "<span foreground='" PDF_AFTER "'>★</span>%s%s",
                                         pdf_both(g->pdf, change_name[c->kind]), c->alarm ? " <b>■</b>" : ""),
                              pdf_both(g->pdf, c->what), pdf_both(g->pdf, c->then),
                              pdf_markup(g->pdf, c->alarm ? "<b>%s</b>" : "%s", pdf_both(g->pdf, c->now)),
                              pdf_markup(g->pdf, "%s %s", record_minute(r, c->entry->at),
                                         pdf_escape(g->pdf, record_who(g->r, c->entry)))};
        pdf_table_row(&t, cell, c->alarm ? PDF_ALARM : PDF_PLAIN);
    }
    pdf_table_end(&t);
}

static void today(struct page *g)
{
    const struct record_known *k = &g->r->known[g->r->nknown - 1];
    const char *a[FACTS];
    facts(g, k, a);
    page_none(
        g, (struct text){"決定がまだないため、現在の知見のみ", "no decision yet: only what is known today"});
    for (size_t i = 0; i < FACTS; i++)
        pdf_fact(g->pdf, fact_name[i], a[i]);
}

void page_known(struct page *g)
{
    const struct record *r = g->r;
    pdf_heading(g->pdf, 1,
                (struct text){"19. 決定時の知見と現在の知見", "As known at the decision, and today"});
    if (!r->decided) {
        today(g);
        return;
    }
    pdf_text(
        g->pdf, 7,
        "★＝決定時と現在とで異なるもの。■＝製品に不利な結果、または決定の根拠に関わる変更。 <span "
        "size='82%' foreground='" PDF_GREY
        "'>★ = differs between the two views; ■ = speaks against the product, or changes what the decision "
        "rested on.</span>");
    pdf_space(g->pdf, 4);
    for (size_t i = 0; i + 1 < r->nknown; i++)
        beside(g, &r->known[i], &r->known[r->nknown - 1]);
    changes(g);
}
