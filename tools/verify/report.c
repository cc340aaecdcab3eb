/* For people: the verdict first, then why, then what is proved. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/enc.h"
#include "verify_int.h"

struct out {
    const struct verify *v;
    struct buf *b;
    bool ja;
};

static const char *pick(const struct out *o, const char *ja, const char *en)
    __attribute__((format_arg(2), format_arg(3)));
static const char *pick(const struct out *o, const char *ja, const char *en)
{
    return o->ja ? ja : en;
}

static const char *time_text(int64_t ms, char ret[CLOCK_TEXT])
{
    if (ms)
        clock_format(ms, ret);
    else
        strcpy(ret, "-");
    return ret;
}

/* ---- the verdict ---- */

static void put_failures(struct out *o)
{
    const struct verify *v = o->v;
    for (size_t i = 0; i < v->nfailures; i++) {
        const struct verify_failure *f = &v->failure[i];
        buf_printf(o->b, "  [%s] %s: %s", f->rule, *f->file ? f->file : "ZIP", o->ja ? f->ja : f->en);
        if (f->detail)
            buf_printf(o->b, " (%s)", f->detail);
        buf_addc(o->b, '\n');
    }
    if (v->nmore)
        buf_printf(o->b, pick(o, "  ほか %zu 件\n", "  and %zu more\n"), v->nmore);
}

static void put_verdict(struct out *o)
{
    const struct verify *v = o->v;
    if (v->class == VERIFY_OK) {
        buf_puts(o->b,
                 v->root_given
                     ? pick(o, "合格: 記録はすべて確認できた\n", "VERIFIED: every entry holds\n")
                     : pick(o, "合格: 束の中の根鍵によれば、記録はすべて確認できた。根鍵を見比べること\n",
                            "VERIFIED by the root key that came with the bundle: every entry "
                            "holds, if that is the right one\n"));
        return;
    }
    if (v->class == VERIFY_LESSER) {
        buf_printf(
            o->b,
            pick(o, "限定合格: ここにあるものは確認できたが、次のことは証明されていない (終了コード %d)\n",
                 "VERIFIED IN PART: what is here holds, but this is not proved (exit status %d)\n"),
            (int)v->class);
        put_failures(o);
        return;
    }
    buf_printf(o->b, pick(o, "不合格: %zu 件 (終了コード %d)\n", "FAILED: %zu failures (exit status %d)\n"),
               v->nfailures + v->nmore, (int)v->class);
    put_failures(o);
}

/* ---- what it rests on ---- */

static void put_label(struct out *o, const char *ja, const char *en)
{
    static const int width = 14; /* Japanese characters are two columns wide, and three bytes long */
    int columns = o->ja ? (int)(strlen(ja) / 3) * 2 : (int)strlen(en);
    buf_printf(o->b, "%s%*s", o->ja ? ja : en, width - columns, "");
}

static void put_log(struct out *o)
{
    const struct verify *v = o->v;
    put_label(o, "記録簿", "log");
    buf_printf(o->b, pick(o, "%s、%" PRIu64 " 件、根 ", "%s, size %" PRIu64 ", root "), v->checkpoint.origin,
               v->checkpoint.size);
    enc_b64(o->b, v->checkpoint.root, HASH_LEN);
    buf_addc(o->b, '\n');
}

static void put_root(struct out *o)
{
    const struct verify *v = o->v;
    if (!v->have_root)
        return;
    put_label(o, "根鍵", "root key");
    note_key_format(&v->root, o->b);
    buf_puts(o->b,
             v->root_given
                 ? pick(o, "(手元のもの)\n", " (the one you gave)\n")
                 : pick(o, "\n              束の中の鍵である。束の外で得た根鍵と見比べること(--root)。\n",
                        "\n              It came with the bundle: compare it with one that did "
                        "not (--root).\n"));
    if (!v->have_keys)
        return;
    put_label(o, "鍵の一覧", "key manifest");
    buf_printf(o->b, pick(o, "第 %" PRIu64 " 版\n", "serial %" PRIu64 "\n"), v->keys.serial);
}

static void put_policy(struct out *o)
{
    const struct verify *v = o->v;
    size_t votes = 0, witnesses = 0;
    if (!v->have_policy)
        return;
    for (size_t i = 0; i < v->policy.nmembers; i++) {
        witnesses += !v->policy.member[i].group;
        votes += v->vote.time[i] > 0;
    }
    put_label(o, "方針", "policy");
    buf_puts(o->b, v->policy_given ? pick(o, "手元のもの", "the one you gave")
                   : v->policy_pinned
                       ? pick(o, "根鍵が定めたもの", "the one that the root key names")
                       : pick(o, "束のもの(根鍵は定めていない)", "the bundle's; the root key names none"));
    buf_printf(o->b, pick(o, "、立会い %zu / %zu\n", "; cosigned by %zu of %zu witnesses\n"), votes,
               witnesses);
}

static void put_anchors(struct out *o)
{
    const struct verify *v = o->v;
    char from[CLOCK_TEXT];
    for (size_t i = 0; i < v->nanchors; i++) {
        const struct anchor *a = &v->anchor[i];
        if (a->stamp)
            put_label(o, "時刻認証", "time stamp");
        else
            put_label(o, "立会い", "witness");
        buf_printf(o->b, pick(o, "%s に %" PRIu64 " 件 (%s)\n", "at %s: size %" PRIu64 " (%s)\n"),
                   time_text(a->until, from), a->size, a->who);
    }
    if (v->nanchors)
        return;
    put_label(o, "時刻認証", "time stamp");
    buf_puts(o->b,
             pick(o, "なし。時刻は記録簿の時計だけによる。\n", "none: the times are the log's own word\n"));
}

static void put_complete(struct out *o)
{
    const struct verify *v = o->v;
    char at[CLOCK_TEXT];
    put_label(o, "記録", "entries");
    buf_printf(o->b, pick(o, "%zu 件", "%zu"), v->nentries);
    if (v->closed)
        buf_printf(o->b, pick(o, "、%" PRIu64 " 番で締められた", ", closed by entry %" PRIu64), v->closed_at);
    else
        buf_puts(o->b, pick(o, "、締められていない", ", not closed"));
    if (v->have_map)
        buf_printf(o->b,
                   pick(o, "、第 %" PRIu64 " 回の一覧 (%s) の時点で %" PRIu64 " 番まで全部ある",
                        ", complete as of map %" PRIu64 " (%s): entries up to %" PRIu64),
                   v->map.map, time_text(v->map_record->e.at, at), v->map.count);
    buf_addc(o->b, '\n');
    if (v->have_map && v->have_checkpoint && v->checkpoint.size > v->map_record->e.idx + 1) {
        put_label(o, "", "");
        buf_printf(o->b,
                   pick(o,
                        "この一覧の後に記録簿は %" PRIu64
                        " 件増えた。その中にこの対象の記録がないことは示されない。\n",
                        "behind this map the log grew by %" PRIu64
                        " entries; that none of them is of this record is not shown\n"),
                   v->checkpoint.size - v->map_record->e.idx - 1);
    }
    put_label(o, "無効範囲", "void ranges");
    buf_printf(o->b,
               v->voids_counted
                   ? pick(o, "%zu 件(一覧の時点で全部)\n", "%zu, all there were as of the map\n")
                   : pick(o, "%zu 件(これで全部とは証明されていない)\n", "%zu, not proved to be all\n"),
               v->nvoids);
}

static void put_people(struct out *o)
{
    const struct verify *v = o->v;
    put_label(o, "個人情報", "personal data");
    if (v->info.disclosures)
        buf_printf(o->b,
                   pick(o, "%zu 件が確かめられ、%zu 件は消去済み\n", "%zu values checked, %zu erased\n"),
                   v->ndisclosures, v->nredacted);
    else
        buf_puts(o->b, pick(o, "この束には含まれない\n", "not in this bundle\n"));
    put_label(o, "本人の署名", "signatures");
    buf_printf(o->b, pick(o, "%zu 件\n", "%zu acts signed by persons\n"), v->nacts);
}

/* Of what the reports say that they were made with: whether the log has it, is a rule (basis.c). */
static void put_basis(struct out *o)
{
    static const struct {
        const char *state, *ja, *en;
    } told[] = {
        {"none", "記録簿に登録がない(以前の版の記録簿)", "not in the log: a log of an earlier version"},
        {"unaccepted", "記録簿にあるが、まだ承認されていない", "in the log, and not accepted yet"},
        {"accepted", "記録簿にあり、管理部門と品質部門が承認した",
         "in the log, accepted by management and quality"},
        {"setup", "記録簿にあり、初期設定による", "in the log, by its set-up"}};
    put_label(o, "文言・設定", "words");
    for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++)
        if (o->v->basis && strcmp(told[i].state, o->v->basis) == 0)
            buf_printf(o->b, "%s", o->ja ? told[i].ja : told[i].en);
    buf_addc(o->b, '\n');
}

/* Words are the facility's own, and a PDF is a picture: neither is in the log. */
static void put_reports(struct out *o)
{
    const struct verify *v = o->v;
    bool json = verify_member(v, BUNDLE_REPORT_JSON);
    if (!json && !verify_member(v, BUNDLE_REPORT) && !verify_member(v, BUNDLE_REPORT_CSV))
        return;
    put_label(o, "帳票", "reports");
    buf_puts(
        o->b,
        pick(o,
             "report.* は読むためのもので、何も証明しない。正は entries/ である: "
             "文言は施設の語彙で、記録簿にはそのファイルのダイジェストだけがある\n",
             "report.* are for reading and prove nothing; what counts is in entries/: their words are the "
             "facility's own, and the log has digests of its word lists alone\n"));
    if (!json)
        return;
    put_label(o, "", "");
    buf_puts(
        o->b,
        pick(o, "report.json の記録・時刻・人・署名・件数は entries/ と照らした。値と文言は照らしていない\n",
             "entries, times, persons, signatures and counts in report.json were compared with entries/; "
             "values "
             "and words were not\n"));
    put_basis(o);
}

/* ---- the entries and their brackets ---- */

static void put_records(struct out *o)
{
    const struct verify *v = o->v;
    char at[CLOCK_TEXT], after[CLOCK_TEXT], before[CLOCK_TEXT];
    buf_puts(
        o->b,
        pick(o,
             "\n「未収載」はその時点で記録簿になく、「収載済」はその時点であったと第三者の時計が証明する。\n"
             "番号  位置      記録簿の時刻              未収載                    収載済                    "
             "種別\n",
             "\nSomebody else's clock proves: not in the log yet at `without`, in the log at `with`.\n"
             "sseq  index     told by the log           without                   with                      "
             "kind\n"));
    for (size_t i = 0; i < v->nentries; i++) {
        const struct record *r = &v->entry[i];
        if (!r->read)
            continue;
        buf_printf(o->b, "%-5" PRIu64 " %-9" PRIu64 " %-25s %-25s %-25s %s%s%s\n", r->e.sseq, r->e.idx,
                   time_text(r->e.at, at), time_text(r->after, after), time_text(r->before, before),
                   r->e.kind, r->act == ACT_GOOD ? pick(o, " 署名", " signed") : "",
                   r->proven ? "" : pick(o, " 証明なし", " NOT PROVED"));
    }
}

static void put_all(struct out *out)
{
    struct out o = *out;
    const struct verify *v = o.v;
    put_verdict(&o);
    if (!v->have_info)
        return;
    buf_addc(o.b, '\n');
    put_label(&o, "対象", "about");
    enc_shown(o.b, v->info.stream, strlen(v->info.stream));
    buf_addc(o.b, '\n');
    if (v->have_checkpoint)
        put_log(&o);
    put_root(&o);
    put_policy(&o);
    put_anchors(&o);
    put_complete(&o);
    put_people(&o);
    put_reports(&o);
    put_records(&o);
}

/* Names come from the bundle: what would steer the terminal is written out, wherever it stands. */
void verify_report_text(const struct verify *v, bool ja, struct buf *ret)
{
    struct buf b;
    buf_init(&b);
    put_all(&(struct out){v, &b, ja});
    enc_shown_lines(ret, b.data, b.len);
    buf_fini(&b);
}
