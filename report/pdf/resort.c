/*
 * The page of last resort (GET /v1/last-resort) on paper: for somebody who is alone at night, with no screen.
 * It is given what the recorder holds at that moment; no patient is named.
 */
#include "pdf/resort.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "pdf/page.h"
#include "pdf/pdf.h"

struct sheet {
    struct pdf *pdf;
    const json_t *page;
};

static struct text both(const json_t *o, const char *name)
{
    const json_t *t = json_object_get(o, name);
    if (json_is_string(t))
        return (struct text){json_string_value(t), json_string_value(t)};
    return (struct text){page_str(t, "ja"), page_str(t, "en")};
}

static const char *said(struct sheet *s, const json_t *o, const char *name)
{
    struct text t = both(o, name);
    return *t.ja ? pdf_both_lines(s->pdf, t) : "";
}

static const char *plain(struct sheet *s, const json_t *o, const char *name)
{
    return pdf_escape(s->pdf, page_str(o, name));
}

static const char *when(struct sheet *s, const json_t *o, const char *name)
{
    char local[17];
    int64_t ms;
    if (clock_parse_rfc3339(page_str(o, name), &ms) != 0)
        return "";
    clock_format_local(ms, local);
    return pdf_markup(s->pdf, "%s", local);
}

/* ---- cells ---- */

/* What its label says, and below it in words what it is. */
static const char *called(struct sheet *s, const json_t *o, const char *id, const char *words)
{
    const char *in_words = said(s, o, words);
    return *in_words ? pdf_markup(s->pdf, "<b>%s</b>\n%s", plain(s, o, id), in_words)
                     : pdf_markup(s->pdf, "<b>%s</b>", plain(s, o, id));
}

static const char *next_of(struct sheet *s, const json_t *x)
{
    const json_t *n = json_object_get(x, "next");
    const char *latest = when(s, n, "latest");
    if (!n)
        return "";
    return pdf_markup(s->pdf, "%s\n%s%s%s", said(s, n, "title"), when(s, n, "at"), *latest ? " – " : "",
                      *latest ? pdf_markup(s->pdf, "<b>%s</b>", latest) : "");
}

static void batch_band(struct sheet *s, struct pdf_table *t, const json_t *x)
{
    const json_t *culture = json_object_get(x, "culture");
    const char *day = culture ? pdf_markup(s->pdf, "　D%lld", (long long)json_integer_value(culture)) : "";
    const char *hold = json_integer_value(json_object_get(x, "holds")) ? "　<span foreground='" PDF_RED
                                                                         "'><b>保留中</b> on hold</span>"
                                                                       : "";
    pdf_table_band(t, pdf_markup(s->pdf, "<b>%s</b>%s　%s%s", plain(s, x, "batch"), day,
                                 pdf_both(s->pdf, both(x, "state")), hold));
}

static void batch_rows(struct sheet *s, struct pdf_table *t, const json_t *x)
{
    const json_t *list = json_object_get(x, "containers"), *loose = json_object_get(x, "loose"), *c;
    size_t i;
    const char *others = "", *taken = "";
    batch_band(s, t, x);
    json_array_foreach((json_t *)list, i, c)
    {
        const char *place =
            pdf_markup(s->pdf, "%s%s", called(s, c, "place", "kind"),
                       json_is_true(json_object_get(c, "rescued")) ? "\n<span foreground='" PDF_RED
                                                                     "'>退避・未確認 rescued, not seen</span>"
                                                                   : "");
        const char *cell[] = {
            plain(s, c, "container"), said(s, c, "label"),           place,
            plain(s, c, "room"),      i ? "〃" : said(s, x, "last"), i ? "〃" : next_of(s, x)};
        pdf_table_row(t, cell, PDF_PLAIN);
    }
    json_array_foreach((json_t *)loose, i, c) others =
        pdf_markup(s->pdf, "%s%s%s", others, i ? "\n" : "", called(s, c, "container", "label"));
    json_array_foreach(json_object_get(x, "taken"), i, c) taken =
        pdf_markup(s->pdf, "%s%s%s", taken, i ? "\n" : "", called(s, c, "thing", "kind"));
    static const char nowhere[] =
        "位置の記録なし\n<span size='82%' foreground='" PDF_GREY "'>no place recorded</span>";
    const char *cell[] = {
        others,
        nowhere,
        *taken
            ? pdf_markup(s->pdf, "使用中 <span size='82%%' foreground='" PDF_GREY "'>taken</span>\n%s", taken)
            : NULL,
        NULL,
        json_array_size(list) ? "〃" : said(s, x, "last"),
        json_array_size(list) ? "〃" : next_of(s, x)};
    if (*others || *taken)
        pdf_table_row(t, cell, PDF_PLAIN);
}

static void none(struct sheet *s, const char *ja, const char *en)
{
    pdf_text(s->pdf, 8,
             pdf_markup(s->pdf, "%s　<span size='82%%' foreground='" PDF_GREY "'>%s</span>", ja, en));
    pdf_space(s->pdf, 4);
}

static void cells(struct sheet *s)
{
    static const struct pdf_column column[] = {
        {24, {"容器", "Container"}},
        {15, {"内容", "What"}},
        {17, {"位置", "Position"}},
        {8, {"室", "Room"}},
        {16, {"直近の工程", "Last step"}},
        {20, {"予定の工程・時期（指示ではない）", "Due, from – until (no instruction)"}}};
    const json_t *list = json_object_get(s->page, "batches"), *x;
    struct pdf_table t;
    size_t i;
    pdf_heading(s->pdf, 1, (struct text){"1. すべての細胞の所在", "Where all cells are"});
    if (!json_array_size(list)) {
        none(s, "この施設に細胞はありません。", "there are no cells in this facility");
        return;
    }
    pdf_table_begin(&t, s->pdf, column, 6, 7.5);
    json_array_foreach((json_t *)list, i, x) batch_rows(s, &t, x);
    pdf_table_end(&t);
}

/* ---- what to do, whom to ring ---- */

static void alone(struct sheet *s)
{
    const json_t *list = json_object_get(s->page, "alone"), *line;
    size_t i;
    pdf_heading(s->pdf, 1, (struct text){"2. 一人でしてよいこと", "What one may do alone"});
    json_array_foreach((json_t *)list, i, line)
    {
        struct text t = {page_str(line, "ja"), page_str(line, "en")};
        pdf_text(s->pdf, 8.5, pdf_markup(s->pdf, "%zu. %s", i + 1, pdf_both_lines(s->pdf, t)));
        pdf_space(s->pdf, 2);
    }
}

static void ring(struct sheet *s)
{
    static const struct pdf_column column[] = {{24, {"役割", "Role"}},
                                               {30, {"氏名", "Name"}},
                                               {12, {"ID", "ID"}},
                                               {24, {"電話", "Telephone"}},
                                               {14, {"本日", "Today"}}};
    const json_t *list = json_object_get(s->page, "ring"), *p;
    struct pdf_table t;
    size_t i;
    pdf_heading(s->pdf, 1, (struct text){"3. 電話する相手", "Whom to ring"});
    pdf_table_begin(&t, s->pdf, column, 5, 8.5);
    json_array_foreach((json_t *)list, i, p)
    {
        const char *phone = *both(p, "phone").ja ? pdf_escape(s->pdf, both(p, "phone").ja) : "……………………";
        const char *cell[] = {said(s, p, "role"), said(s, p, "name"), plain(s, p, "person"),
                              pdf_markup(s->pdf, "<b>%s</b>", phone),
                              json_is_true(json_object_get(p, "away")) ? "<span foreground='" PDF_RED
                                                                         "'><b>不在</b> away</span>"
                                                                       : ""};
        pdf_table_row(&t, cell, PDF_PLAIN);
    }
    pdf_table_end(&t);
}

/* ---- what is missing ---- */

static void silence(struct sheet *s)
{
    static const struct pdf_column column[] = {{22, {"無いもの", "What is missing"}},
                                               {16, {"製造番号", "Batch"}},
                                               {28, {"工程", "Step"}},
                                               {18, {"対象", "Of"}},
                                               {16, {"いつから", "Since"}}};
    const json_t *list = json_object_get(s->page, "silence"), *x;
    struct pdf_table t;
    size_t i;
    pdf_heading(s->pdf, 1, (struct text){"4. あるべきなのに無いもの", "What should exist and does not"});
    if (!json_array_size(list)) {
        none(s, "ありません。", "nothing");
        return;
    }
    pdf_table_begin(&t, s->pdf, column, 5, 7.5);
    json_array_foreach((json_t *)list, i, x)
    {
        const char *cell[] = {said(s, x, "words"), plain(s, x, "batch"), said(s, x, "title"),
                              called(s, x, "thing", "of"), when(s, x, "since")};
        pdf_table_row(&t, cell, PDF_PLAIN);
    }
    pdf_table_end(&t);
}

/* Who has the role, by name, and why not. */
static const char *reasons(struct sheet *s, const json_t *g)
{
    const char *all = said(s, g, "words");
    const json_t *why = json_object_get(g, "why"), *y;
    size_t i;
    json_array_foreach((json_t *)why, i, y)
    {
        const char *name = *both(y, "name").ja ? pdf_both(s->pdf, both(y, "name")) : plain(s, y, "person");
        all = pdf_markup(s->pdf, "%s\n%s：%s", all, name, pdf_both(s->pdf, both(y, "words")));
    }
    return all;
}

static void gaps(struct sheet *s)
{
    static const struct pdf_column column[] = {
        {20, {"日", "Day"}}, {20, {"製造番号", "Batch"}}, {32, {"工程", "Step"}}, {28, {"不足", "Lack"}}};
    const json_t *list = json_object_get(s->page, "gaps"), *g;
    struct pdf_table t;
    size_t i;
    pdf_heading(s->pdf, 1, (struct text){"5. 今後21日の人の不足", "Who is missing in 21 days"});
    if (!json_array_size(list)) {
        none(s, "ありません。", "nobody");
        return;
    }
    pdf_table_begin(&t, s->pdf, column, 4, 7.5);
    json_array_foreach((json_t *)list, i, g)
    {
        const json_t *d = json_object_get(g, "culture");
        const char *day = d ? pdf_markup(s->pdf, "　D%lld", (long long)json_integer_value(d)) : "";
        const char *cell[] = {pdf_markup(s->pdf, "%s（%s）%s", plain(s, g, "on"),
                                         pdf_escape(s->pdf, both(g, "weekday").ja), day),
                              plain(s, g, "batch"), said(s, g, "title"), reasons(s, g)};
        pdf_table_row(&t, cell, PDF_PLAIN);
    }
    pdf_table_end(&t);
}

static void draw(void *arg)
{
    struct sheet *s = arg;
    if (json_is_true(json_object_get(s->page, "stopped")))
        pdf_text(s->pdf, 11,
                 "<span foreground='" PDF_RED "'><b>施設は停止中です。</b> The facility is stopped.</span>");
    cells(s);
    alone(s);
    ring(s);
    silence(s);
    gaps(s);
}

int report_resort(struct scan *scan, const struct report_request *q, struct buf *ret, char **ret_error)
{
    struct sheet s = {.page = json_object_get(q->all, "page")};
    struct pdf_info info = {.title = {"非常時対応票（最後の手段）", "Page of last resort"},
                            .batch = page_str(s.page, "facility"),
                            .facility = both(s.page, "name").ja,
                            .subject = "last resort"};
    (void)scan;
    return pdf_of_page(&info, q, &s.pdf, draw, &s, ret, ret_error);
}
