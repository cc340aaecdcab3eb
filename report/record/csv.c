/* The record as CSV: one row a recorded value, and one for each entry that gives none, in order of the log.
 */
#include <inttypes.h>
#include <string.h>

#include "core/entry/batch.h"
#include "core/entry/deviation.h"
#include "core/entry/refusal.h"
#include "record/int.h"

/* RFC 4180; what a spreadsheet would take for a formula is text. */
static void cell(struct buf *b, const char *s)
{
    bool number = s && *s == '-' && s[1] && s[strspn(s + 1, "0123456789.") + 1] == '\0';
    if (b->len && b->data[b->len - 1] != '\n' && b->len > 3)
        buf_addc(b, ',');
    if (!s || !*s)
        return;
    buf_addc(b, '"');
    if (strchr("=+-@\t\r", *s) && !number)
        buf_addc(b, '\'');
    for (; *s; s++) {
        if (*s == '"')
            buf_addc(b, '"');
        buf_addc(b, *s);
    }
    buf_addc(b, '"');
}

static void row_end(struct buf *b)
{
    buf_puts(b, "\r\n");
}

static void first_cell(struct buf *b, uint64_t n)
{
    buf_printf(b, "%" PRIu64, n);
}

static void entry_cells(const struct record *r, struct buf *b, const struct entry *e)
{
    first_cell(b, e->sseq);
    cell(b, record_time(r, e->at));
    cell(b, e->occurred ? record_time(r, e->occurred) : "");
    cell(b, e->late);
    cell(b, e->kind);
    const struct actor *actor = &record_said(r, e)->actor;
    cell(b, record_who(r, e));
    cell(b, actor->recorded);
    cell(b, actor->witnessed);
    cell(b, actor->station);
}

static void step_cells(struct buf *b, const struct step *s)
{
    cell(b, s ? s->id : "");
    cell(b, s ? s->title.ja : "");
    cell(b, s ? s->title.en : "");
}

static void value_row(const struct record *r, struct buf *b, const struct record_step *s,
                      const struct record_value *v)
{
    entry_cells(r, b, v->entry);
    step_cells(b, s->step);
    cell(b, v->field->id);
    cell(b, v->field->title.ja);
    cell(b, v->field->title.en);
    cell(b, v->field->plan);
    cell(b, record_limits(r, v->field));
    cell(b, v->raw ? v->raw : v->shown.ja);
    cell(b, v->unit);
    cell(b, v->shown.ja);
    cell(b, v->shown.en);
    cell(b, v->mark == MARK_ACTION ? "action" : v->mark == MARK_ALERT ? "alert" : "");
    cell(b, v->derived ? "derived" : v->field->reported ? "reported" : v->typed ? "typed" : "");
    cell(b, v->corrected ? v->now.shown.ja : "");
    cell(b, outcome_name(record_said(r, v->entry)->judged.outcome));
    row_end(b);
}

/* What an entry without a value is about: its code in words, and the id of a thing. */
struct subject {
    const char *code, *thing;
    const struct json *args;
};

static struct subject subject_of(const struct record *r, const struct entry *e)
{
    const struct body *b = &record_said(r, e)->body;
    const struct judged *j = &record_said(r, e)->judged;
    const struct deviation_opened *dev = kind_value(b, KIND_DEVIATION_OPENED);
    const struct deviation_assessed *assessed = kind_value(b, KIND_DEVIATION_ASSESSED);
    const struct deviation_confirmed *confirmed = kind_value(b, KIND_DEVIATION_CONFIRMED);
    const struct deviation_closed *closed = kind_value(b, KIND_DEVIATION_CLOSED);
    const struct hold_placed *placed = kind_value(b, KIND_HOLD_PLACED);
    const struct hold_lifted *lifted = kind_value(b, KIND_HOLD_LIFTED);
    const struct batch_reopened *reopened = kind_value(b, KIND_BATCH_REOPENED);
    const struct refused *f = kind_value(b, KIND_REFUSED);
    const struct exposure_linked *x = kind_value(b, KIND_EXPOSURE_LINKED);
    const struct step_input *in = kind_value(b, KIND_STEP_INPUT);
    if (reopened && reopened->cause)
        return (struct subject){reopened->cause, NULL, NULL};
    if (dev)
        return (struct subject){dev->cause, dev->dev, dev->args};
    if (placed)
        return (struct subject){placed->cause, placed->dev ? placed->dev : placed->hold, NULL};
    return (struct subject){j->code,
                            assessed    ? assessed->dev
                            : confirmed ? confirmed->dev
                            : closed    ? closed->dev
                            : lifted    ? lifted->hold
                            : f         ? f->container
                            : x         ? x->container ? x->container : x->lot
                            : in        ? in->text
                                        : NULL,
                            j->args};
}

/* Entries without a value of a step: refusals, deviations, holds, witnesses, the closing. */
static void plain_row(const struct record *r, struct buf *b, const struct entry *e)
{
    const char *step = record_step_id(r, e, NULL);
    struct subject s = subject_of(r, e);
    int i = step ? protocol_step(r->protocol, step) : -1;
    struct text t = s.code ? words_code(&r->words, s.code, s.args, i) : text_both("");
    entry_cells(r, b, e);
    step_cells(b, i >= 0 ? &r->protocol->step[i] : NULL);
    for (int k = 0; k < 5; k++)
        cell(b, "");
    cell(b, s.thing);
    cell(b, "");
    cell(b, t.ja);
    cell(b, t.en);
    for (int k = 0; k < 3; k++)
        cell(b, "");
    cell(b, outcome_name(record_said(r, e)->judged.outcome));
    row_end(b);
}

static size_t value_rows(const struct record *r, struct buf *b, const struct entry *e)
{
    size_t n = 0;
    for (size_t i = 0; i < r->nsteps; i++) {
        const struct record_step *s = &r->step[i];
        for (size_t k = 0; e->sseq >= s->first_sseq && e->sseq <= s->last_sseq && k < s->nvalues; k++)
            if (s->value[k].entry == e) {
                value_row(r, b, s, &s->value[k]);
                n++;
            }
    }
    return n;
}

/* Behind all entries: it is none of the batch's. */
static void basis_row(const struct record *r, struct buf *b)
{
    struct text t = record_basis_text(r), alarm = record_basis_alarm(r);
    buf_puts(b, "\"\"");
    cell(b, r->basis.since ? record_time(r, r->basis.since) : "");
    cell(b, "");
    cell(b, "");
    cell(b, "basis");
    for (int k = 0; k < 12; k++)
        cell(b, "");
    cell(b, r->basis.digest);
    cell(b, "");
    cell(b, t.ja);
    cell(b, t.en);
    cell(b, alarm.ja);
    cell(b, "");
    cell(b, "");
    cell(b, record_basis_state(r));
    row_end(b);
}

void record_csv(const struct record *r, struct buf *ret)
{
    static const char *const head[] = {
        "番号 sseq",        "記録時刻 recorded", "発生時刻 occurred", "遅延 late",        "種類 kind",
        "作業者 performer", "記録者 recorder",   "確認者 witness",    "端末 station",     "工程 step",
        "工程名 title ja",  "title en",          "項目 field",        "項目名 field ja",  "field en",
        "計画 plan",        "管理値 limits",     "値 value",          "単位 unit",        "表示 shown ja",
        "shown en",         "基準外 outside",    "由来 origin",       "訂正後 corrected", "結果 outcome"};
    buf_puts(ret, "\xef\xbb\xbf");
    for (size_t i = 0; i < sizeof(head) / sizeof(*head); i++)
        buf_printf(ret, "%s%s", i ? "," : "", head[i]);
    row_end(ret);
    for (size_t i = 0; i < r->nentries; i++)
        if (value_rows(r, ret, &r->entry[i]) == 0)
            plain_row(r, ret, &r->entry[i]);
    basis_row(r, ret);
}
