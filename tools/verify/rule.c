/* The rules, their classes and what they demand, in two languages; and the list of failures. */
#include <stdarg.h>
#include <string.h>

#include "base/enc.h"
#include "verify_int.h"

/* clang-format off */
static const struct verify_failure rules[RULES] = {
#define R(name, id, klass, j, e) [name] = {.rule = id, .class = klass, .ja = j, .en = e}
    R(ZIP_STRUCTURE, "zip.structure", VERIFY_CONTAINER,
      "ZIPの構造が一義的でなければならない(隙間・重なり・追記・ZIP64は不可)",
      "the ZIP must say one thing only: no gaps, overlaps, comments, appended bytes or ZIP64"),
    R(ZIP_COUNT, "zip.count", VERIFY_CONTAINER, "ファイル数が多すぎる", "too many members"),
    R(ZIP_SIZE, "zip.size", VERIFY_CONTAINER, "ファイルまたは全体が大きすぎる", "a member, or all together, is too large"),
    R(ZIP_BOMB, "zip.bomb", VERIFY_CONTAINER, "展開比が大きすぎる(爆弾)", "unpacks to far more than it is: a bomb"),
    R(ZIP_PATH, "zip.path", VERIFY_CONTAINER, "名前が絶対パスまたは外を指す", "an absolute name, or one that leads elsewhere"),
    R(ZIP_DUPLICATE, "zip.duplicate", VERIFY_CONTAINER, "同じ名前、または大文字小文字だけが違う名前が二つある", "one name twice, or two that differ in case alone"),
    R(ZIP_KIND, "zip.kind", VERIFY_CONTAINER, "通常のファイルでない(リンク・フォルダー等)", "not a plain file: a link, a folder, a device, or other attributes"),
    R(ZIP_ENCRYPTED, "zip.encrypted", VERIFY_CONTAINER, "暗号化されている", "encrypted"),
    R(ZIP_METHOD, "zip.method", VERIFY_CONTAINER, "deflate以外の格納方法", "packed by something else than deflate"),
    R(ZIP_DATA, "zip.data", VERIFY_CONTAINER, "データが壊れている", "the data is damaged"),

    R(LAYOUT_UNKNOWN, "layout.unknown", VERIFY_LAYOUT, "束の様式にないファイル", "a file that the format does not know"),
    R(LAYOUT_MISSING, "layout.missing", VERIFY_LAYOUT, "必要なファイルがない", "a file that must be there is missing"),
    R(MANIFEST_FORM, "manifest.form", VERIFY_LAYOUT, "MANIFEST.sha256 の書式が正しくない", "MANIFEST.sha256 is not of its form"),
    R(MANIFEST_DIGEST, "manifest.digest", VERIFY_LAYOUT, "SHA-256 が MANIFEST.sha256 と違う", "the file is not the one that MANIFEST.sha256 lists"),
    R(MANIFEST_ABSENT, "manifest.absent", VERIFY_LAYOUT, "MANIFEST.sha256 にあるファイルがない", "listed in MANIFEST.sha256, but not there"),
    R(MANIFEST_UNLISTED, "manifest.unlisted", VERIFY_LAYOUT, "MANIFEST.sha256 にないファイル", "not listed in MANIFEST.sha256"),
    R(INFO_FORM, "info.form", VERIFY_LAYOUT, "bundle.json の書式が正しくない", "bundle.json is not of its form"),
    R(INFO_SAYS, "info.says", VERIFY_LAYOUT, "bundle.json が束の中身と違う", "bundle.json says something else than the bundle holds"),

    R(README_OTHER, "readme.other", VERIFY_LAYOUT, "README.txt がどの版の cpf-report の書いたものとも違う", "README.txt is not what any version of cpf-report writes"),

    R(ROOT_FORM, "root.form", VERIFY_KEYS, "根鍵が読めない", "the root key cannot be read"),
    R(ROOT_OTHER, "root.other", VERIFY_KEYS, "根鍵が手元のものと違う", "the root key is not the one you hold"),
    R(KEYS_FORM, "keys.form", VERIFY_KEYS, "鍵の一覧の書式が正しくない", "the key manifest is not of its form"),
    R(KEYS_SIGNATURE, "keys.signature", VERIFY_KEYS, "鍵の一覧に根鍵の正しい署名がない", "the key manifest is not signed by the root key"),
    R(KEYS_ORIGIN, "keys.origin", VERIFY_KEYS, "鍵の一覧が別の記録簿のもの", "the key manifest is another log's"),
    R(CHECKPOINT_FORM, "checkpoint.form", VERIFY_KEYS, "チェックポイントの書式が正しくない", "the checkpoint is not of its form"),
    R(CHECKPOINT_ORIGIN, "checkpoint.origin", VERIFY_KEYS, "チェックポイントが別の記録簿のもの", "the checkpoint is another log's"),
    R(CHECKPOINT_SIGNATURE, "checkpoint.signature", VERIFY_KEYS, "チェックポイントの署名が正しくない", "the checkpoint's signature does not verify"),
    R(CHECKPOINT_KEY, "checkpoint.key", VERIFY_KEYS, "鍵の一覧にある鍵の署名がない", "no key of the manifest signed the checkpoint"),
    R(CHECKPOINT_RANGE, "checkpoint.range", VERIFY_KEYS, "署名した鍵がその件数では有効でない(失効または交代)", "the key that signed does not count at this size: revoked, or not yet in use"),

    R(POLICY_FORM, "policy.form", VERIFY_QUORUM, "方針の書式が正しくない", "the policy is not of its form"),
    R(POLICY_PIN, "policy.pin", VERIFY_QUORUM, "根鍵が定めた方針でない", "not the policy that the root key names"),
    R(POLICY_LOG, "policy.log", VERIFY_QUORUM, "方針にある記録簿の署名がない", "no log of the policy signed the checkpoint"),
    R(QUORUM_MISSING, "quorum.missing", VERIFY_QUORUM, "方針が求める数の立会い署名がない", "the witnesses that the policy demands did not all cosign"),
    R(COSIGNATURE_BAD, "cosignature.bad", VERIFY_QUORUM, "立会い署名が正しくない", "a witness's cosignature does not verify"),

    R(STAMP_TRUST, "stamp.trust", VERIFY_STAMP, "時刻認証局の証明書が読めない", "certificates or CRLs of time-stamping authorities cannot be read"),
    R(STAMP_FORM, "stamp.form", VERIFY_STAMP, "タイムスタンプの書式が正しくない、または発行されていない", "not a granted time stamp"),
    R(STAMP_NOTE, "stamp.note", VERIFY_STAMP, "押された文書が束のチェックポイントでない", "what was stamped is not a checkpoint of this bundle"),
    R(STAMP_IMPRINT, "stamp.imprint", VERIFY_STAMP, "タイムスタンプが別のバイト列に対するもの", "the stamp is over other bytes"),
    R(STAMP_SIGNER, "stamp.signer", VERIFY_STAMP, "根鍵が名指した時刻認証局でない", "not by an authority that the root key names, or with certificates that nobody knows"),
    R(STAMP_CERTIFICATE, "stamp.certificate", VERIFY_STAMP, "時刻認証局の証明書がその時有効でない", "the authority's certificate was not valid then, or was revoked"),
    R(STAMP_SIGNATURE, "stamp.signature", VERIFY_STAMP, "タイムスタンプの署名が正しくない", "the stamp's signature or chain does not verify"),
    R(STAMP_MISSING, "stamp.missing", VERIFY_STAMP, "期限内のタイムスタンプがない", "no time stamp within the time that the root key demands"),
    R(STAMP_AT, "stamp.at", VERIFY_STAMP, "記録の時刻がタイムスタンプと矛盾する(遡った記録)", "the time told contradicts the anchors: back-dated, or a wrong clock"),

    R(ENTRY_FORM, "entry.form", VERIFY_PROOF, "記録のバイト列が様式に反する", "the bytes are not an entry"),
    R(ENTRY_NAME, "entry.name", VERIFY_PROOF, "記録がそのファイル名のものでない", "not the entry that the file's name says"),
    R(PROOF_MISSING, "proof.missing", VERIFY_PROOF, "証明がない", "there is no proof"),
    R(PROOF_FORM, "proof.form", VERIFY_PROOF, "証明の書式が正しくない", "the proof is not of its form"),
    R(PROOF_CHECKPOINT, "proof.checkpoint", VERIFY_PROOF, "証明が別のチェックポイントに対するもの", "the proof is for another checkpoint than checkpoint.txt"),
    R(PROOF_INCLUSION, "proof.inclusion", VERIFY_PROOF, "記録がその位置に含まれない(改変されている)", "the entry is not in the log at that place: it was changed"),
    R(SUPPORT_STREAM, "support.stream", VERIFY_PROOF, "この束に属さないストリームの記録", "an entry of a stream that does not belong here"),

    R(SUPPORT_ORDER, "support.order", VERIFY_PROOF, "support/ の記録が記録簿の順に一度ずつ並んでいない(重複・入替え・欠番)", "support/ does not hold each entry once, in the order of the log: doubled, moved, or a number left out"),

    R(STREAM_GAP, "stream.gap", VERIFY_STREAM, "記録が抜けている(sseq)", "an entry was left out (sseq)"),
    R(STREAM_PREV, "stream.prev", VERIFY_STREAM, "一つ前の記録に続いていない(prev)", "does not follow the entry before it (prev)"),
    R(STREAM_ORDER, "stream.order", VERIFY_STREAM, "記録簿での順がストリームの順と違う", "its place in the log is not behind the entry before it"),
    R(STREAM_COUNT, "stream.count", VERIFY_STREAM, "締めの記録の件数が違う", "the count of the closing entry is not that of the stream"),
    R(STREAM_CLOSED, "stream.closed", VERIFY_STREAM, "締めた後に再開(batch.reopened)なしで記録がある、または締めていないのに再開されている", "an entry behind batch.closed without batch.reopened, or a batch reopened that was not closed"),
    R(STREAM_OPEN, "stream.open", VERIFY_STREAM, "締められておらず、一覧(batch-map)の証明もない", "neither closed nor proved complete by a batch map"),
    R(MAP_FORM, "map.form", VERIFY_STREAM, "map.json の書式が正しくない", "map.json is not of its form"),
    R(MAP_ENTRY, "map.entry", VERIFY_STREAM, "map.json の一覧の記録がない", "the log.batch-map entry of map.json is missing or does not fit"),
    R(MAP_ROW, "map.row", VERIFY_STREAM, "この行は一覧に含まれない", "the row is not in that map"),
    R(MAP_COUNT, "map.count", VERIFY_STREAM, "一覧が数えた記録が束と違う", "the map counted other entries than the bundle holds"),

    R(PERSON_ROW, "person.row", VERIFY_STREAM, "rows/ の行が map.json と同じ一覧にある個人のストリームのものでない", "not a row of a person's stream in the map of map.json"),
    R(PERSON_COUNT, "person.count", VERIFY_STREAM, "署名者の登録の記録が足りない(鍵の変更が抜けている恐れ)", "not all entries of a signer's stream are here: a change of key may have been left out"),
    R(SPOOL_MISSING, "spool.missing", VERIFY_LESSER, "端末自身の時刻とされた記録の、端末の署名がここにない(時刻は記録簿だけが示す)", "the station's signature of an entry with the station's own time is not here: the log alone vouches for that time"),

    R(DISCLOSURE_FOREIGN, "disclosure.foreign", VERIFY_PERSONAL, "記録にない個人情報", "a value that no entry of the bundle has"),
    R(DISCLOSURE_DIGEST, "disclosure.digest", VERIFY_PERSONAL, "個人情報が記録のダイジェストと違う", "not the value whose digest stands in the entry"),
    R(DISCLOSURE_MISSING, "disclosure.missing", VERIFY_PERSONAL, "個人情報がなく、消去の記録(redacted)もない", "a value is gone and no redacted entry says so"),
    R(DISCLOSURE_REDACTED, "disclosure.redacted", VERIFY_PERSONAL, "消去された筈の個人情報がある", "a value is still here that a redacted entry says was erased"),
    R(DISCLOSURE_NONE, "disclosure.none", VERIFY_PERSONAL, "個人情報なしの束に個人情報がある", "the bundle says that it holds no personal values, but does"),
    R(REDACTED_FORM, "redacted.form", VERIFY_PERSONAL, "消去の記録が指すものがない", "a redacted entry names what is not there"),

    R(REDACTED_APPROVER, "redacted.approver", VERIFY_PERSONAL, "消去を承認した第二の人がいない、または署名者本人である", "nobody approved the erasure, or the signer did"),

    R(VOID_FORM, "void.form", VERIFY_VOID, "log.void の範囲が正しくない", "a log.void entry does not name the run right before it"),
    R(VOID_ENTRY, "void.entry", VERIFY_VOID, "無効と宣言された位置の記録", "the entry lies where the log declared its entries void"),
    R(VOID_COUNT, "void.count", VERIFY_VOID, "log.void の記録が足りない、または多い", "not all log.void entries are here, or more than there were"),

    R(CONSISTENCY_FORM, "consistency.form", VERIFY_KNOWN, "整合性証明の書式が正しくない", "a consistency proof is not of its form, or for another checkpoint"),
    R(CONSISTENCY_NOTE, "consistency.note", VERIFY_KNOWN, "以前のチェックポイントが正しくない", "an earlier checkpoint is not signed by a key that counts, or another log's"),
    R(CONSISTENCY_PROOF, "consistency.proof", VERIFY_KNOWN, "以前のチェックポイントと矛盾する(履歴が二つある)", "contradicts an earlier checkpoint: there are two histories"),
    R(KNOWN_FORM, "known.form", VERIFY_KNOWN, "手元のチェックポイントが読めない", "the checkpoint that you hold cannot be read"),
    R(KNOWN_ORIGIN, "known.origin", VERIFY_KNOWN, "手元のチェックポイントは別の記録簿のもの", "the checkpoint that you hold is another log's"),
    R(KNOWN_FORK, "known.fork", VERIFY_KNOWN, "手元のチェックポイントと矛盾する(履歴が二つある)", "contradicts the checkpoint that you hold: there are two histories"),
    R(KNOWN_NEWER, "known.newer", VERIFY_KNOWN, "束が手元のチェックポイントより古い", "the bundle is older than the checkpoint that you hold"),
    R(KNOWN_UNPROVEN, "known.unproven", VERIFY_KNOWN, "手元のチェックポイントとの整合性証明がない", "no proof of consistency with the checkpoint that you hold"),

    R(ACT_MISSING, "act.missing", VERIFY_ACT, "署名すべき記録に本人の署名がない", "an entry that must be signed by a person is not"),
    R(ACT_KEY, "act.key", VERIFY_ACT, "本人の鍵として登録された鍵でない", "not by a key that was enrolled for this person then"),
    R(ACT_WEAK, "act.weak", VERIFY_ACT, "弱い公開鍵", "a weak public key"),
    R(ACT_SIGNATURE, "act.signature", VERIFY_ACT, "本人の署名が正しくない", "the person's signature does not verify"),
    R(ACT_SAYS, "act.says", VERIFY_ACT, "署名された内容が記録と違う", "what was signed is not what the entry says"),
    R(ACT_TWICE, "act.twice", VERIFY_ACT, "同じ署名行為が二度記録されている", "one signed act stands in the record twice"),
    R(SPOOL_KEY, "spool.key", VERIFY_ACT, "端末の鍵として登録された鍵がない", "no key was enrolled for this station then"),
    R(SPOOL_SIGNATURE, "spool.signature", VERIFY_ACT, "端末の控えの署名が正しくない", "the station's signature of its own list does not verify"),
    R(SPOOL_SAYS, "spool.says", VERIFY_ACT, "端末の控えにいう時刻・端末が記録と違う", "the station's list says another time or station than the entry, or its time was not believed"),

    R(REPORT_FORM, "report.form", VERIFY_REPORT, "report.json の書式が正しくない", "report.json is not of its form"),
    R(REPORT_SAYS, "report.says", VERIFY_REPORT, "report.json が記録と違う", "report.json says something else than the entries"),

    R(REPORT_BASIS, "report.basis", VERIFY_REPORT, "report.json のいう文言・設定(basis)が記録簿のものと違う", "report.json names other words and settings (basis) than the log has in force, or says something else of them"),
    R(REPORT_WORDS, "report.words", VERIFY_REPORT, "記録書が、記録簿にあるものと異なる文言・様式・名簿・条文・版で作成された", "the reports were made with other words, forms, staff, clauses or program than the log has in force"),

    R(CLOSED_UNMAPPED, "closed.unmapped", VERIFY_LESSER, "締めた後に再開されていないことは、締めを数えた一覧(batch-map)がないので証明されていない", "no batch map that counts the closing: nothing proves that the batch was not reopened since"),
    R(PERSON_UNMAPPED, "person.unmapped", VERIFY_LESSER, "署名者の登録の記録が全部ここにあることは証明されていない(鍵の変更が抜けている恐れ)", "nothing proves that all entries of the signer's stream are here: a change of key may have been left out"),
#undef R
};
/* clang-format on */

const struct verify_failure *verify_rule(size_t i)
{
    return i < RULES ? &rules[i] : NULL;
}

/* What a bundle says must neither forge lines of a report nor break its encoding. */
static const char *plain(struct verify *v, const char *text)
{
    struct buf b;
    buf_init(&b);
    enc_shown(&b, text, strlen(text));
    const char *copy = arena_strdup(&v->own, b.data ? b.data : "");
    buf_fini(&b);
    return copy;
}

static const char *format_detail(struct verify *v, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
static const char *format_detail(struct verify *v, const char *fmt, va_list ap)
{
    char text[400];
    vsnprintf(text, sizeof(text), fmt, ap);
    return plain(v, text);
}

void verify_fail(struct verify *v, enum rule rule, const char *file, const char *detail, ...)
{
    struct verify_failure f = rules[rule];
    va_list ap;
    bool fails = v->class > VERIFY_LESSER;
    if (f.class > VERIFY_LESSER ? !fails || f.class < v->class : !fails)
        v->class = f.class;
    if (v->nfailures == VERIFY_FAILURES_MAX) {
        v->nmore++;
        return;
    }
    f.file = file ? plain(v, file) : "";
    if (detail) {
        va_start(ap, detail);
        f.detail = format_detail(v, detail, ap);
        va_end(ap);
    }
    v->failure[v->nfailures++] = f;
}
