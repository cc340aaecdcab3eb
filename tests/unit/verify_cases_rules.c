/* What a courier, the database's owner or a daemon that was taken over could do where nobody looked: doubles
 * in support/, entries behind a closing, keys from anywhere, README.txt, report.json; and what is left
 * unproved. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "verify_cases.h"

/* ---- support/ ---- */

static void support_name(const char *end, unsigned n, char ret[BUNDLE_NAME])
{
    snprintf(ret, BUNDLE_NAME, "support/%05u.%s", n, end);
}

static void copy_file(struct bundle_rig *r, const char *from, const char *to)
{
    const struct buf *b = rig_file(r, from);
    char *text = arena_strndup(&r->a, b->data, b->len);
    rig_put(r, to, text);
}

static void copy_support(struct bundle_rig *r, unsigned from, unsigned to)
{
    static const char *const ends[] = {"json", "tlog-proof"};
    for (size_t i = 0; i < 2; i++) {
        char a[BUNDLE_NAME], b[BUNDLE_NAME];
        support_name(ends[i], from, a);
        support_name(ends[i], to, b);
        copy_file(r, a, b);
    }
}

/* Left out, and those behind it move up. */
void drop_support(struct bundle_rig *r, unsigned n)
{
    char name[BUNDLE_NAME];
    for (;; n++) {
        support_name("json", n + 1, name);
        if (!rig_has(r, name))
            break;
        copy_support(r, n + 1, n);
    }
    support_name("json", n, name);
    rig_drop(r, name);
    support_name("tlog-proof", n, name);
    rig_drop(r, name);
}

/* Two void ranges, 3 and 4: the first gives way to the second once more, so that the count is right. */
static void void_twice(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    copy_support(r, 4, 3);
}

static void void_gone(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    drop_support(r, 3);
}

static void support_swapped(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    copy_support(r, 1, 9);
    copy_support(r, 2, 1);
    copy_support(r, 9, 2);
    drop_support(r, 9);
}

static void support_doubled(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    copy_support(r, 3, 4);
}

static void support_number_left_out(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_rename(r, "support/00003.json", "support/00004.json");
    rig_rename(r, "support/00003.tlog-proof", "support/00004.tlog-proof");
}

/* ---- persons ---- */

static void change_left_out(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    drop_support(r, 3);
}

static void change_and_rows_left_out(struct bundle_rig *r, struct verify_options *o)
{
    change_left_out(r, o);
    rig_drop(r, "rows/00001.json");
    rig_drop(r, "rows/00002.json");
}

static void person_left_out(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    drop_support(r, 2);
    rig_drop(r, "rows/00002.json");
}

static void no_rows(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_drop(r, "rows/00001.json");
    rig_drop(r, "rows/00002.json");
}

static void row_twice(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    copy_file(r, "rows/00001.json", "rows/00002.json");
}

static void row_count(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "rows/00002.json", "\"count\":1", "\"count\":2");
}

static void row_of_other_map(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "rows/00001.json", "\"map\":12", "\"map\":11");
}

static void rows_without_map(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_drop(r, "map.json");
}

/* ---- a closed batch, reopened since ---- */

static void drop_entries_from(struct bundle_rig *r, unsigned from, unsigned to)
{
    char name[BUNDLE_NAME];
    for (unsigned n = from; n <= to; n++) {
        snprintf(name, sizeof(name), "entries/%05u.json", n);
        rig_drop(r, name);
        snprintf(name, sizeof(name), "proofs/%05u.tlog-proof", n);
        rig_drop(r, name);
    }
    char was[40], now[40];
    snprintf(was, sizeof(was), "\"count\":%u", to);
    snprintf(now, sizeof(now), "\"count\":%u", from - 1);
    rig_edit(r, "bundle.json", was, now);
}

/* Cut behind its first closing: closed, and nobody need know. */
static void cut_reopening(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    drop_entries_from(r, 10, 11);
}

static void cut_reopening_and_map(struct bundle_rig *r, struct verify_options *o)
{
    cut_reopening(r, o);
    rig_drop(r, "map.json");
    no_rows(r, o);
}

static void no_map(struct bundle_rig *r, struct verify_options *o)
{
    rig_drop(r, "map.json");
    no_rows(r, o);
}

/* ---- README.txt ---- */

static void readme_edited(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "README.txt", "|| fail MANIFEST.sha256", "|| true");
}

static void readme_of_another(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_edit(r, "README.txt", "NK-2026-0007", "NK-2026-0008");
}

static void readme_longer(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    buf_puts(rig_file(r, "README.txt"), "\n");
}

/* ---- report.json ---- */

/* As cpf-report would tell this batch, of the two entries that somebody might want to read otherwise. */
static void report(struct bundle_rig *r, const char *performed, const char *entries, const char *holds)
{
    const struct entry *order = rig_entry(r, 1), *act = rig_entry(r, 8);
    struct buf b, note;
    char at[2][CLOCK_TEXT];
    buf_init(&b);
    buf_init(&note);
    struct json s = {.type = JSON_STRING};
    clock_format(order->at, at[0]);
    clock_format(act->at, at[1]);
    rig_checkpoint(r, r->n, r->log, &note);
    s.str = note.data;
    s.len = note.len;
    buf_printf(
        &b,
        "{\"acts\":[{\"entry\":{\"at\":\"%s\",\"dept\":\"quality\",\"idx\":%llu,\"performed\":\"%s\","
        "\"sseq\":8},\"key\":\"%s\",\"kind\":\"step.signed\",\"person\":\"P-02\",\"signature\":\"good\"}],"
        "\"batch\":\"NK-2026-0007\",\"checkpoint\":",
        at[1], (unsigned long long)act->idx, performed, json_get_str(act->act, "key"));
    json_write(&b, &s);
    buf_printf(
        &b,
        ",\"deviations\":[],\"disclosures\":true,\"entries\":%s,\"holds\":[%s],\"origin\":\"" RIG_ORIGIN
        "\",\"redactions\":[],\"steps\":[{\"values\":[{\"entry\":{\"at\":\"%s\",\"idx\":%llu,"
        "\"performed\":\"system\",\"sseq\":1}}]}]}\n",
        entries, holds, at[0], (unsigned long long)order->idx);
    rig_put(r, "report.json", b.data);
    buf_fini(&b);
    buf_fini(&note);
}

void report_right(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    report(r, "P-02", "9", "");
}

static void report_other_person(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    report(r, "P-01", "9", "");
}

static void report_fewer(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    report(r, "P-02", "8", "");
}

static void report_hold(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    report(r, "P-02", "9", "{\"hold\":\"h1\"}");
}

static void report_bad_act(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    report(r, "P-02", "9", "");
    rig_edit(r, "report.json", "\"kind\":\"step.signed\"", "\"kind\":\"batch.closed\"");
}

static void report_time(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    report(r, "P-02", "9", "");
    rig_edit(r, "report.json", "2026-04-01T", "2026-03-31T");
}

static void report_batch(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    report(r, "P-02", "9", "");
    rig_edit(r, "report.json", "NK-2026-0007", "NK-2026-0009");
}

static void report_no_json(struct bundle_rig *r, struct verify_options *o)
{
    (void)o;
    rig_put(r, "report.json", "{ }\n");
}

/* clang-format off */
const struct doctored cases_rules[] = {
    {"two_void_ranges", {CLOSED, .voids = true, .twist = TWIST_TWO_VOIDS}, NULL, HOLDS},
    {"void_twice_for_another", {CLOSED, .voids = true, .twist = TWIST_TWO_VOIDS}, void_twice, VERIFY_PROOF, "support.order", "support/00004.json", false},
    {"void_one_of_two_gone", {CLOSED, .voids = true, .twist = TWIST_TWO_VOIDS}, void_gone, VERIFY_VOID, "void.count", "support/00004.json", false},
    {"support_swapped", {CLOSED}, support_swapped, VERIFY_PROOF, "support.order", "support/00002.json", false},
    {"support_doubled", {CLOSED}, support_doubled, VERIFY_PROOF, "support.order", "support/00004.json", false},
    {"support_number_left_out", {CLOSED}, support_number_left_out, VERIFY_PROOF, "support.order", "support/00004.json", false},

    {"key_replaced", {CLOSED, .twist = TWIST_KEY_REPLACED}, NULL, VERIFY_ACT, "act.key", "entries/00008.json", false},
    {"key_replaced_and_change_left_out", {CLOSED, .twist = TWIST_KEY_REPLACED}, change_left_out, VERIFY_STREAM, "person.count", "rows/00002.json", false},
    {"key_replaced_change_and_rows_left_out", {CLOSED, .twist = TWIST_KEY_REPLACED}, change_and_rows_left_out, VERIFY_LESSER, "person.unmapped", "entries/00008.json", false},
    {"key_from_another_kind", {CLOSED, .twist = TWIST_KEY_ELSEWHERE}, NULL, VERIFY_ACT, "act.key", "entries/00008.json", false},
    {"person_left_out_with_row", {CLOSED}, person_left_out, VERIFY_ACT, "act.key", "entries/00008.json", false},
    {"rows_left_out", {CLOSED}, no_rows, VERIFY_LESSER, "person.unmapped", "entries/00008.json", false},
    {"row_twice", {CLOSED}, row_twice, VERIFY_STREAM, "person.row", "rows/00002.json", false},
    {"row_edited", {CLOSED}, row_count, VERIFY_STREAM, "person.row", "rows/00002.json", false},
    {"row_of_another_map", {CLOSED}, row_of_other_map, VERIFY_STREAM, "person.row", "rows/00001.json", false},
    {"row_of_no_person", {CLOSED, .twist = TWIST_ROW_OTHER}, NULL, VERIFY_STREAM, "person.row", "rows/00002.json", false},
    {"rows_without_map", {CLOSED}, rows_without_map, VERIFY_STREAM, "person.row", "rows/00001.json", false},

    {"reopened", {CLOSED, .reopened = true}, NULL, HOLDS},
    {"reopened_for_an_erasure", {CLOSED, .reopened = true, .redact = true}, NULL, HOLDS},
    {"reopened_and_cut", {CLOSED, .reopened = true}, cut_reopening, VERIFY_STREAM, "map.count", "map.json", false},
    {"reopened_and_cut_with_the_map", {CLOSED, .reopened = true}, cut_reopening_and_map, VERIFY_LESSER, "closed.unmapped", "map.json", false},
    {"closed_without_map", {CLOSED}, no_map, VERIFY_LESSER, "closed.unmapped", "map.json", false},
    {"behind_the_closing", {CLOSED, .twist = TWIST_BEHIND}, NULL, VERIFY_STREAM, "stream.closed", "entries/00010.json", false},
    {"erased_in_a_closed_batch", {CLOSED, .redact = true, .twist = TWIST_ERASED_CLOSED}, NULL, VERIFY_STREAM, "stream.closed", "entries/00010.json", false},
    {"reopened_while_open", {CLOSED, .twist = TWIST_REOPENED_OPEN}, NULL, VERIFY_STREAM, "stream.closed", "entries/00009.json", false},
    {"erasure_approved_by_the_signer", {CLOSED, .redact = true, .twist = TWIST_SELF_APPROVED}, NULL, VERIFY_PERSONAL, "redacted.approver", "entries/00009.json", false},
    {"erasure_approved_by_nobody", {CLOSED, .redact = true, .twist = TWIST_UNAPPROVED}, NULL, VERIFY_PERSONAL, "redacted.approver", "entries/00009.json", false},

    {"readme_edited", {CLOSED}, readme_edited, VERIFY_LAYOUT, "readme.other", "README.txt", false},
    {"readme_of_another_batch", {CLOSED}, readme_of_another, VERIFY_LAYOUT, "readme.other", "README.txt", false},
    {"readme_longer", {CLOSED}, readme_longer, VERIFY_LAYOUT, "readme.other", "README.txt", false},

    {"report_right", {CLOSED}, report_right, HOLDS},
    {"report_of_another_person", {CLOSED}, report_other_person, VERIFY_REPORT, "report.says", "report.json", false},
    {"report_of_fewer_entries", {CLOSED}, report_fewer, VERIFY_REPORT, "report.says", "report.json", false},
    {"report_of_a_hold", {CLOSED}, report_hold, VERIFY_REPORT, "report.says", "report.json", false},
    {"report_of_another_kind", {CLOSED}, report_bad_act, VERIFY_REPORT, "report.says", "report.json", false},
    {"report_of_another_time", {CLOSED}, report_time, VERIFY_REPORT, "report.says", "report.json", false},
    {"report_of_another_batch", {CLOSED}, report_batch, VERIFY_REPORT, "report.says", "report.json", false},
    {"report_form", {CLOSED}, report_no_json, VERIFY_REPORT, "report.form", "report.json", false},
    {0},
};
/* clang-format on */
