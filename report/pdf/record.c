#include "base/log.h"
#include "core/entry/facility.h"
#include "pdf/record.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

void page_none(struct page *g, struct text because)
{
    pdf_text(g->pdf, 8,
             pdf_markup(g->pdf,
                        "<b>該当なし</b>：%s　<span size='82%%' foreground='" PDF_GREY
                        "'>not applicable: %s</span>",
                        pdf_escape(g->pdf, because.ja), pdf_escape(g->pdf, because.en)));
    pdf_space(g->pdf, 5);
}

const char *page_short(const struct page *g, const char *id)
{
    size_t n = strlen(g->r->id);
    return id && strncmp(id, g->r->id, n) == 0 && id[n] == '-' ? id + n + 1 : id;
}

const char *page_value(struct page *g, const struct record_value *v)
{
    struct text shown = v->shown;
    if (v->field->kind == FIELD_CONTAINER)
        shown = text_both(page_short(g, v->raw));
    const char *now = pdf_both(g->pdf, shown);
    if (v->corrected)
        return pdf_markup(g->pdf, "<s>%s</s> → <b>%s</b>（訂正 corrected）", now,
                          pdf_both(g->pdf, v->now.shown));
    return v->dropped ? pdf_markup(g->pdf, "<s>%s</s>", now) : now;
}

const char *page_mark(struct page *g, enum record_mark m)
{
    (void)g;
    return m == MARK_ACTION  ? "<span foreground='" PDF_RED "'><b>■処置</b> action</span>"
           : m == MARK_ALERT ? "<span foreground='#8a5a00'><b>▲警報</b> alert</span>"
                             : "";
}

const char *page_clock(struct page *g, int64_t ms, int64_t beside)
{
    const char *t = record_time(g->r, ms);
    return !ms ? "" : beside && clock_day(ms) == clock_day(beside) ? t + 11 : t + 5;
}

const char *page_step(struct page *g, const char *id)
{
    int step = id ? protocol_step(g->r->protocol, id) : -1;
    if (step < 0)
        return "工程外 <span size='82%' foreground='" PDF_GREY "'>outside of a step</span>";
    return pdf_markup(g->pdf, "%s <span size='80%%' foreground='" PDF_GREY "'>[%s]</span>",
                      pdf_both(g->pdf, g->r->protocol->step[step].title), id);
}

const char *page_ref(struct page *g, const struct record_step *s)
{
    return pdf_markup(g->pdf, "%zu <span size='80%%' foreground='" PDF_GREY "'>%s</span>",
                      (size_t)(s - g->r->step) + 1, s->step->id);
}

const char *page_personal(struct page *g, const struct entry *e, const char *name)
{
    const char *id = e ? record_step_id(g->r, e, NULL) : NULL;
    int step = id ? protocol_step(g->r->protocol, id) : -1;
    int f = step >= 0 ? step_field(&g->r->protocol->step[step], name) : -1;
    return pdf_both(g->pdf, f >= 0 ? g->r->protocol->step[step].field[f].title
                                   : word(&g->r->words, "personal", name));
}

const char *page_person(struct page *g, const char *id)
{
    struct text name = words_person(&g->r->words, id);
    if (!name.ja)
        return pdf_markup(g->pdf, "<b>%s</b>", pdf_escape(g->pdf, id));
    return pdf_markup(g->pdf, "<b>%s</b>（%s）", pdf_both(g->pdf, name), pdf_escape(g->pdf, id));
}

const char *page_after(const struct record_step *s)
{
    return s->after ? "<span foreground='" PDF_AFTER "'><b>★決定後</b> <span size='82%'>after the "
                      "decision</span></span>"
                    : "";
}

const char *page_when(struct page *g, const struct entry *e)
{
    if (!e)
        return "–";
    if (!e->occurred)
        return record_time(g->r, e->at);
    struct text late = word(&g->r->words, "late", e->late);
    return pdf_markup(g->pdf, "%s（発生 <span size='82%%'>occurred</span> %s・%s）", record_time(g->r, e->at),
                      record_time(g->r, e->occurred), pdf_both(g->pdf, late));
}

static void draw(void *arg)
{
    struct page *g = arg;
    page_exceptions(g);
    page_cover(g);
    page_steps(g);
    page_undone(g);
    page_measures(g);
    page_curve(g);
    page_tests(g);
    page_reported(g);
    page_lots(g);
    page_things(g);
    page_containers(g);
    page_tree(g);
    page_balances(g);
    page_deviations(g);
    page_corrections(g);
    page_refusals(g);
    page_exposures(g);
    page_acts(g);
    page_known(g);
    page_people(g);
    page_law(g);
}

/* Log's size and time of making: no two copies have the same. */
static const char *own_issue(struct arena *a, const struct record *r, int64_t made)
{
    const char *t = record_time(r, made);
    return arena_printf(a, "%llu-%.4s%.2s%.2s-%.2s%.2s%.2s", (unsigned long long)r->checkpoint.size, t, t + 5,
                        t + 8, t + 11, t + 14, t + 17);
}

int pdf_record(const struct record *r, const struct pdf_order *o, struct buf *ret, char **ret_error)
{
    const struct facility_opened none = {0}, *f = r->book.facility ? r->book.facility : &none;
    struct arena a;
    arena_init(&a, 0);
    struct pdf_info info = {.title = {"製造記録書", "Batch record"},
                            .batch = r->id,
                            .issue = o->issue ? o->issue : own_issue(&a, r, o->made),
                            .facility =
                                arena_printf(&a, "%s %s %s", f->name_ja ? f->name_ja : "",
                                             f->name_en ? f->name_en : "", f->number ? f->number : ""),
                            .subject = arena_printf(&a, "%s %s", r->product.ja, r->product.en),
                            .note = r->note,
                            .note_len = r->note_len,
                            .made = o->made,
                            .made_text = record_time(r, o->made),
                            .notice = r->notice,
                            .training = log_is_training(r->origin)};
    struct page g = {.r = r, .order = o};
    int err = pdf_new(&info, &g.pdf, ret_error);
    if (!err)
        err = pdf_make(g.pdf, draw, &g, ret, ret_error);
    pdf_free(g.pdf);
    arena_fini(&a);
    return err;
}
