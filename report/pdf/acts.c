/* Signed acts, what was known when, people, law. */
#include <string.h>

#include "core/entry/deviation.h"
#include "base/clock.h"
#include "pdf/record.h"

static const char *role_of(struct page *g, const char *person)
{
    for (size_t i = 0; i < g->r->npeople; i++)
        if (person && strcmp(g->r->person[i].id, person) == 0)
            return pdf_both(g->pdf, g->r->person[i].roles);
    return "–";
}

/* What the form said, a line a field. */
static const char *values_of(struct page *g, const struct record_act *a)
{
    const struct record *r = g->r;
    const char *list = "";
    for (size_t i = 0; i < r->nsteps; i++)
        for (size_t k = 0; r->step[i].act == a && k < r->step[i].nvalues; k++) {
            const struct record_value *v = &r->step[i].value[k];
            list = k && v[-1].field == v->field
                       ? pdf_markup(g->pdf, "%s, %s", list, page_value(g, v))
                       : pdf_markup(g->pdf, "%s\n%s：%s", list, pdf_both(g->pdf, v->field->title),
                                    page_value(g, v));
        }
    return list;
}

/* Which deviation, hold or value a signed record that is no step is about. */
static const char *about(struct page *g, const struct record_act *a)
{
    const struct body *b = &record_said(g->r, a->entry)->body;
    const struct deviation_assessed *assessed = kind_value(b, KIND_DEVIATION_ASSESSED);
    const struct deviation_confirmed *confirmed = kind_value(b, KIND_DEVIATION_CONFIRMED);
    const struct deviation_closed *closed = kind_value(b, KIND_DEVIATION_CLOSED);
    const struct hold_lifted *lifted = kind_value(b, KIND_HOLD_LIFTED);
    const char *id = assessed    ? assessed->dev
                     : confirmed ? confirmed->dev
                     : closed    ? closed->dev
                     : lifted    ? lifted->hold
                                 : NULL;
    if (assessed && assessed->document)
        return pdf_markup(g->pdf, " %s（%s）", pdf_escape(g->pdf, page_short(g, id)),
                          pdf_escape(g->pdf, assessed->document));
    if (id)
        return pdf_markup(g->pdf, " %s", pdf_escape(g->pdf, page_short(g, id)));
    if (kind_value(b, KIND_STEP_SIGNED) || !a->step)
        return "";
    return pdf_markup(g->pdf, " %s", page_step(g, a->step));
}

static void act_row(struct page *g, struct pdf_table *t, const struct record_act *a)
{
    static const char *const signature[] = {"別の鍵\nearlier key: see cpf-verify", "○検証済み\nverifies",
                                            "<span foreground='" PDF_RED
                                            "'><b>×不正</b>\ndoes not verify</span>"};
    const struct record *r = g->r;
    struct text dept =
        word(&r->words, "dept", word_name(&dept_words, (int)record_said(r, a->entry)->actor.dept));
    const char *cell[] = {
        record_time(r, a->entry->at),
        pdf_markup(g->pdf, "%s\n%s\n%s", page_person(g, a->person), pdf_both(g->pdf, dept),
                   role_of(g, a->person)),
        pdf_markup(g->pdf, "<b>%s</b>%s%s", pdf_both(g->pdf, a->what), about(g, a), values_of(g, a)),
        pdf_markup(g->pdf, "「%s」\n<span size='82%%' foreground='" PDF_GREY "'>%s</span>",
                   pdf_escape(g->pdf, a->meaning), pdf_escape(g->pdf, a->meaning_en)),
        pdf_markup(g->pdf, "%s\n<span size='80%%' foreground='" PDF_GREY "'>鍵 key %s</span>",
                   signature[a->signature], pdf_escape(g->pdf, a->key))};
    pdf_table_row(t, cell, a->signature == ACT_BAD ? PDF_ALARM : PDF_PLAIN);
}

/* The review of the audit trail is a line of its own (PI 041-1). */
static void trail(struct page *g)
{
    const struct record *r = g->r;
    pdf_heading(g->pdf, 2, (struct text){"監査証跡の照査", "Review of the audit trail"});
    for (size_t i = 0; i < r->nacts; i++) {
        const struct record_act *a = &r->act[i];
        if (!a->audit_trail)
            continue;
        const char *values = values_of(g, a);
        pdf_text(g->pdf, 8,
                 pdf_markup(g->pdf,
                            "○ %s　%s（%s）が照査し、署名した <span size='82%%' foreground='" PDF_GREY
                            "'>reviewed and signed</span>：%s",
                            record_time(r, a->entry->at), page_person(g, a->person), role_of(g, a->person),
                            values + (*values != 0)));
        pdf_space(g->pdf, 4);
        return;
    }
    pdf_text(g->pdf, 8,
             "<b>まだ照査されていない</b> <span size='82%' foreground='" PDF_GREY
             "'>not reviewed yet</span>");
    pdf_space(g->pdf, 4);
}

void page_acts(struct page *g)
{
    static const struct pdf_column column[] = {{13, {"日時", "Signed at"}},
                                               {17, {"氏名（職員番号）", "Name (staff id)"}},
                                               {25, {"行為", "Act"}},
                                               {28, {"署名の意味", "Meaning"}},
                                               {17, {"署名", "Signature"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    pdf_heading(g->pdf, 1, (struct text){"18. 署名された行為", "Signed acts"});
    pdf_text(
        g->pdf, 7,
        pdf_markup(g->pdf,
                   "各人の鍵（Ed25519）による署名。%s <span size='82%%' foreground='" PDF_GREY
                   "'>Each signed with the person's own Ed25519 key. %s</span>",
                   r->words.staff ? "氏名は施設の職員名簿による（記録簿には職員番号のみ）。"
                                  : "職員は職員番号で示す（職員名簿の添付なし、または個人情報なしの写し）。",
                   r->words.staff ? "Names are from the facility's register of staff; the log has the ids."
                                  : "Staff are named by ids: no register is attached, or this copy is "
                                    "without personal data."));
    pdf_space(g->pdf, 3);
    if (r->nacts == 0)
        page_none(g, (struct text){"署名はまだない", "nothing was signed yet"});
    pdf_table_begin(&t, g->pdf, column, 5, 7.2);
    for (size_t i = 0; i < r->nacts; i++)
        act_row(g, &t, &r->act[i]);
    pdf_table_end(&t);
    trail(g);
}

/* ---- people, law ---- */

void page_people(struct page *g)
{
    static const struct pdf_column column[] = {
        {20, {"職員", "Person"}}, {13, {"部門", "Department"}},
        {17, {"役割", "Roles"}},  {28, {"資格（有効期限）", "Qualifications"}},
        {8, {"記録", "Entries"}}, {14, {"署名鍵", "Key"}}};
    const struct record *r = g->r;
    struct pdf_table t;
    pdf_heading(g->pdf, 1, (struct text){"20. 関係した人", "People"});
    pdf_table_begin(&t, g->pdf, column, 6, 7.2);
    for (size_t i = 0; i < r->npeople; i++) {
        const struct record_person *x = &r->person[i];
        const char *cell[] = {
            page_person(g, x->id),
            pdf_both(g->pdf, word(&r->words, "dept", x->dept)),
            pdf_both(g->pdf, x->roles),
            pdf_both_lines(g->pdf, x->quals),
            pdf_markup(g->pdf, "%zu", x->acts),
            pdf_markup(g->pdf, "<span size='85%%'>%s</span>", pdf_escape(g->pdf, x->keyid))};
        pdf_table_row(&t, cell, PDF_PLAIN);
    }
    pdf_table_end(&t);
}

void page_law(struct page *g)
{
    const struct record *r = g->r;
    int64_t day = clock_day(r->batch->opened_at);
    pdf_heading(g->pdf, 1, (struct text){"21. 根拠条文", "Clauses met"});
    pdf_text(g->pdf, 7,
             "各記録が満たす条文（製造依頼の日に効力のある条文）。 <span size='82%' foreground='" PDF_GREY
             "'>Clauses that the entries of this record meet, as in force on the day of the order.</span>");
    pdf_space(g->pdf, 3);
    for (size_t i = 0; i < r->nclauses; i++) {
        pdf_text(g->pdf, 7,
                 pdf_markup(g->pdf, "・%s", pdf_both(g->pdf, words_clause(&r->words, r->clause[i], day))));
        pdf_space(g->pdf, 1);
    }
}
