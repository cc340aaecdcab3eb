/* Commands that sign: master data and quality's acts, each one POST /v1/records. */
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/bounds.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "lib/facility.h"
#include "lib/files.h"

#define SCAN_MOST (64UL * 1024 * 1024)

/* ── a person's and a station's secrets ────────────────────────────────── */

/* The new person's own PIN and password: two files, or asked twice each at the terminal. */
static char *new_secret(struct ctl *c, const char *option, const char *prompt)
{
    const char *file = args_get(&c->args, option);
    char *first, *second;
    if (file)
        return files_line(file);
    if (!say_tty())
        return NULL;
    fprintf(stderr, "%s\n", prompt);
    first = say_ask(say("  入力: ", "  enter: "), true);
    second = first ? say_ask(say("  もう一度: ", "  again: "), true) : NULL;
    if (first && (!second || strcmp(first, second) != 0)) {
        say_error("%s", say("二つの入力が異なります", "the two differ"));
        ctl_wipe(first);
        first = NULL;
    }
    ctl_wipe(second);
    return first;
}

/* A light seal opens in training only: elsewhere its owner could never sign. */
static int light_allowed(struct ctl *c)
{
    json_t *v = NULL;
    int code = args_flag(&c->args, "light-keys") ? ctl_call(c, "/v1/status", NULL, &v) : EXIT_FINE;
    if (!code && v && !json_is_true(json_object_get(v, "training"))) {
        say_error("%s",
                  say("--light-keys は訓練用の記録でだけ使えます", "--light-keys is for training logs only"));
        code = EXIT_USAGE;
    }
    json_decref(v);
    return code;
}

static int prepare_person(struct ctl *c, json_t *body)
{
    int refused = light_allowed(c);
    if (refused)
        return refused;
    char *pin = new_secret(c, "new-pin-file",
                           say("新しい職員の PIN（6 桁以上）", "The new person's PIN (6 digits or more)"));
    char *password = pin ? new_secret(c, "new-password-file",
                                      say("新しい職員のパスワード（12 文字以上）",
                                          "The new person's password (12 characters or more)"))
                         : NULL;
    char *why = NULL;
    int code = EXIT_USAGE;

    if (pin && password) {
        json_object_set_new(body, "pin", json_string(pin));
        json_object_set_new(body, "password", json_string(password));
        code = facility_person(body, args_flag(&c->args, "light-keys"), &why) ? EXIT_USAGE : EXIT_FINE;
        if (code)
            say_error("%s", why);
    } else {
        say_error("%s", say("PIN とパスワードが必要です（--new-pin-file, --new-password-file）",
                            "a PIN and a password are needed (--new-pin-file, --new-password-file)"));
    }
    free(why);
    ctl_wipe(pin);
    ctl_wipe(password);
    return code;
}

static int prepare_suspend(struct ctl *c, json_t *body)
{
    (void)c;
    return json_object_set_new(body, "suspended", json_true()) ? EXIT_USAGE : EXIT_FINE;
}

static int prepare_resume(struct ctl *c, json_t *body)
{
    (void)c;
    return json_object_set_new(body, "suspended", json_false()) ? EXIT_USAGE : EXIT_FINE;
}

/* The token is kept before the server knows its hash: one too many does no harm, one lost would. */
static int prepare_station(struct ctl *c, json_t *body)
{
    const char *id = json_string_value(json_object_get(body, "station"));
    char token[44];
    int err = facility_station(body, token);
    if (!err)
        err = facility_keep_token(c->dir, id, token);
    if (err) {
        say_error("%s: %s", id, cpf_strerror(err));
        return EXIT_USAGE;
    }
    fprintf(stderr, "%s %s\n", say("端末トークン（一度だけ表示）:", "station token (shown once):"), token);
    return EXIT_FINE;
}

/* Shown before it is known to the log: nobody else has it, and a quarter of an hour later it is worth
 * nothing. */
static int prepare_invitation(struct ctl *c, json_t *body)
{
    uint8_t hash[HASH_LEN];
    char code[20], digest[44];
    facility_make_password(code);
    hash_sha256(code, strlen(code), hash);
    enc_digest(hash, digest);
    fprintf(stderr, "%s %s\n%s %s/enrol#code=%s\n",
            say("登録コード（10 分以内・一回だけ有効）:", "enrolment code (10 minutes, one use):"), code,
            say("そのブラウザで開くアドレス:", "its address, for that browser:"), c->url, code);
    OPENSSL_cleanse(code, sizeof(code));
    return json_object_set_new(body, "once", json_string(digest)) ? EXIT_USAGE : EXIT_FINE;
}

/* The second person signs in at this station with the own PIN: typed here, or in a file. */
static int sign_in(struct ctl *c, const char *person, const char *badge, const char *file)
{
    json_t *answer = NULL;
    char *pin = NULL;
    if (file) {
        pin = files_line(file);
    } else if (say_tty()) {
        fprintf(stderr, say("%s 本人が PIN を入力してください\n", "%s types the PIN\n"), person);
        pin = say_ask(say("  PIN: ", "  PIN: "), true);
    }
    if (!pin) {
        say_error(say("%s の PIN が必要です", "the PIN of %s is needed"), person);
        return EXIT_USAGE;
    }
    json_t *request = json_pack("{s:o,s:s,s:s}", "id", ctl_id(), "badge", badge, "pin", pin);
    int code = ctl_call(c, "/v1/sessions", request, &answer);
    const char *outcome = code ? NULL : json_string_value(json_object_get(answer, "outcome"));

    if (!code && (!outcome || strcmp(outcome, "refused") == 0)) {
        ctl_print_answer(answer);
        code = EXIT_REFUSED;
    }
    ctl_wipe(pin);
    json_decref(request);
    json_decref(answer);
    return code;
}

/* Is somebody with that badge signed in at this station? */
static bool is_here(struct ctl *c, const char *badge)
{
    json_t *self = NULL, *p;
    size_t i;
    bool here = false;
    if (ctl_call(c, "/v1/stations/self", NULL, &self))
        return false;
    json_array_foreach(json_object_get(json_object_get(self, "next"), "people"), i, p)
    {
        char *other = ctl_code('P', json_string_value(json_object_get(p, "id")));
        here |= strcmp(other, badge) == 0;
        free(other);
    }
    json_decref(self);
    return here;
}

static int add_second(struct ctl *c, json_t *body, const char *person, const char *file)
{
    char *badge = ctl_code('P', person);
    bool here = is_here(c, badge);
    int code = sign_in(c, person, badge, file);
    json_object_set_new(body, "witness", json_string(badge));
    if (!code && !here)
        c->second = badge;
    else
        free(badge);
    return code;
}

/* The answer's code; NULL: there is none. */
static char *scan(struct ctl *c, const char *raw)
{
    json_t *request = json_pack("{s:o,s:s}", "id", ctl_id(), "raw", raw), *answer = NULL;
    const char *code = ctl_call(c, "/v1/scans", request, &answer)
                           ? NULL
                           : json_string_value(json_object_get(answer, "code"));
    char *copy = code ? xstrdup(code) : NULL;
    json_decref(request);
    json_decref(answer);
    return copy;
}

/* Who came for this one signature does not stay signed in: X-OUT, and the badge where others stand there. */
static void sign_second_out(struct ctl *c)
{
    char *out = c->second ? ctl_code('X', "OUT") : NULL, *code = out ? scan(c, out) : NULL;
    if (code && strcmp(code, "accepted.session-whose") == 0) {
        free(code);
        code = scan(c, c->second);
    }
    if (out && (!code || strncmp(code, "accepted.session-", 17) != 0))
        say_error(say("%s はサインインしたままです。サインアウトしてください",
                      "%s is still signed in here: sign out"),
                  c->second);
    free(out);
    free(code);
    free(c->second);
    c->second = NULL;
}

static int prepare_erasure(struct ctl *c, json_t *body)
{
    const char *person = args_get(&c->args, "approver"), *file = args_get(&c->args, "approver-pin-file");
    if (person)
        return add_second(c, body, person, file);
    say_error(say("--%s が必要です", "--%s is needed"), "approver");
    return EXIT_USAGE;
}

/* Whoever the table of rights wants beside the one who signs (cpfctl rights show). */
static int take_second(struct ctl *c, json_t *body)
{
    const char *person = args_get(&c->args, "second"), *file = args_get(&c->args, "second-pin-file");
    return person ? add_second(c, body, person, file) : EXIT_FINE;
}

/* What the custodians signed, instead of those who may. */
static int take_instruction(struct ctl *c, json_t *body)
{
    const char *file = args_get(&c->args, "custodians");
    struct buf note;
    buf_init(&note);
    int err = file ? file_read(file, BOUND_NOTE_BYTES, &note) : 0;
    if (err)
        say_error("%s: %s", file, file_strerror(err));
    else if (file)
        err = json_object_set_new(body, "custodians", json_string(note.data ? note.data : ""));
    buf_fini(&note);
    return err ? EXIT_USAGE : EXIT_FINE;
}

/* The person's own badge is read here. */
static int prepare_reset(struct ctl *c, json_t *body)
{
    char *badge = ctl_code('P', json_string_value(json_object_get(body, "person")));
    json_object_set_new(body, "present", json_string(badge));
    free(badge);
    int code = take_instruction(c, body);
    return code ? code : prepare_person(c, body);
}

/* The scan itself: its digest goes into the log, the file stays with its archive. */
static int prepare_scan(struct ctl *c, json_t *body)
{
    const char *file = args_get(&c->args, "scan");
    uint8_t hash[HASH_LEN];
    char digest[44];
    struct buf b;
    buf_init(&b);
    int err = file ? file_read(file, SCAN_MOST, &b) : CPF_E_INVAL;
    if (!err) {
        hash_sha256(b.data, b.len, hash);
        enc_digest(hash, digest);
        json_object_set_new(body, "sha256", json_string(digest));
    } else if (file) {
        say_error("%s: %s", file, file_strerror(err));
    } else {
        say_error(say("--%s が必要です", "--%s is needed"), "scan");
    }
    buf_fini(&b);
    return err ? EXIT_USAGE : EXIT_FINE;
}

/* ── the table ─────────────────────────────────────────────────────────── */

static int run_record(struct ctl *c, const struct ctl_command *cmd)
{
    const struct record *r = cmd->data;
    json_t *body = jansson_object(), *request = NULL, *answer = NULL, *shown = NULL;
    char *badge = NULL, *password = NULL;
    const char *outcome;
    int code;
    code = record_body(c, cmd, body);
    if (!code)
        code = ctl_connect(c);
    if (!code && r->judges)
        code = ctl_look(c, json_string_value(json_object_get(body, "batch")), &shown);
    if (!code)
        code = ctl_signer(c, &badge, &password);
    if (!code && r->prepare)
        code = r->prepare(c, body);
    if (!code)
        code = take_second(c, body);
    if (!code && args_unknown(&c->args))
        code = ctl_usage(cmd, say("知らないオプション: --%s", "unknown option --%s"), args_unknown(&c->args));
    if (code)
        goto out;
    request = json_pack("{s:o,s:s,s:O,s:s,s:s}", "id", ctl_id(), "kind", kind_text(r->kind), "body", body,
                        "badge", badge, "password", password);
    if (shown)
        json_object_set(request, "shown", shown);
    code = ctl_call(c, "/v1/records", request, &answer);
    if (code)
        goto out;
    if (c->json)
        ctl_print_json(answer);
    else
        ctl_print_answer(answer);
    outcome = json_string_value(json_object_get(answer, "outcome"));
    if (!outcome || strcmp(outcome, "refused") == 0)
        code = EXIT_REFUSED;
out:
    sign_second_out(c);
    json_decref(body);
    json_decref(shown);
    json_decref(request);
    json_decref(answer);
    free(badge);
    ctl_wipe(password);
    return code;
}

/* RECORD(kind, words...): no more than its shape. */
#define RECORD(k, ...)  (&(const struct record){.kind = (k), .word = {__VA_ARGS__}})
#define JUDGEMENT(k, w) (&(const struct record){.kind = (k), .word = {"batch", (w)}, .judges = true})
static const struct record room_reopen = {
    .kind = KIND_ROOM_REOPENED, .word = {"room"}, .needed = " result reason "};
static const struct record person_add = {
    .kind = KIND_PERSON_ENROLLED,
    .word = {"person"},
    .made = " key keyid cred locked suspended reset present reason remark ",
    .more = "[--new-pin-file FILE] [--new-password-file FILE] [--light-keys]",
    .prepare = prepare_person,
};
static const struct record person_change = {
    .kind = KIND_PERSON_CHANGED,
    .word = {"person"},
    .made = " key keyid locked suspended present custodians ",
};
#define SECRETS_ALONE " dept roles qualified key keyid locked suspended present document sha256 custodians "
static const struct record person_secret = {
    .kind = KIND_PERSON_CHANGED,
    .word = {"person"},
    .made = SECRETS_ALONE,
    .more = "[--new-pin-file FILE] [--new-password-file FILE] [--light-keys]",
    .prepare = prepare_person,
};
static const struct record person_reset = {
    .kind = KIND_PERSON_CHANGED,
    .word = {"person"},
    .made = SECRETS_ALONE,
    .needed = " reason ",
    .more = "[--custodians FILE] [--new-pin-file FILE] [--new-password-file FILE] [--light-keys]",
    .prepare = prepare_reset,
};
static const struct record person_suspend = {.kind = KIND_PERSON_CHANGED,
                                             .word = {"person"},
                                             .made = SECRETS_ALONE,
                                             .needed = " reason ",
                                             .prepare = prepare_suspend};
static const struct record person_resume = {.kind = KIND_PERSON_CHANGED,
                                            .word = {"person"},
                                            .made = SECRETS_ALONE,
                                            .needed = " reason ",
                                            .prepare = prepare_resume};
static const struct record station_add = {
    .kind = KIND_STATION_ENROLLED, .word = {"station"}, .made = " token key ", .prepare = prepare_station};
static const struct record station_invite = {
    .kind = KIND_STATION_INVITED, .word = {"station"}, .made = " once ", .prepare = prepare_invitation};
static const struct record protocol_register = {
    .kind = KIND_PROTOCOL_REGISTERED, .word = {"text"}, .file = true};
static const struct record personal_erase = {
    .kind = KIND_REDACTED,
    .word = {"idx"},
    .made = " witness ",
    .more = "--approver PERSON [--approver-pin-file FILE]",
    .prepare = prepare_erasure,
};

static const struct record form_return = {.kind = KIND_FORM_RETURNED,
                                          .word = {"form"},
                                          .made = " sha256 ",
                                          .more = "--scan FILE",
                                          .prepare = prepare_scan};
static const struct record form_check = {.kind = KIND_FORM_CHECKED,
                                         .word = {"form"},
                                         .made = " sha256 ",
                                         .more = "--scan FILE",
                                         .prepare = prepare_scan};

#define SIGNED(noun, verb, ja, en, more_ja, more_en, record)                                                 \
    {                                                                                                        \
        noun, verb, NULL, ja, en, more_ja, more_en, run_record, record                                       \
    }
const struct ctl_command ctl_record_commands[] = {
    SIGNED("person", "add", "職員を登録する", "enrol a person",
           "    署名鍵と PIN はこの端末で作られ、パスワードで封印されてから送られます。\n"
           "    --new-pin-file, --new-password-file  端末で尋ねる代わりに読むファイル\n"
           "    --light-keys                         訓練用の軽い封印",
           "    The key and the PIN are made here and sealed before anything is sent.\n"
           "    --new-pin-file, --new-password-file  files to read instead of asking\n"
           "    --light-keys                         light sealing, training only",
           &person_add),
    SIGNED("person", "change", "役割・資格を変更する", "change roles and qualifications", NULL, NULL,
           &person_change),
    SIGNED("person", "secret", "自分の PIN とパスワードを変更する", "change the own PIN and password",
           "    PERSON は --as の本人。今のパスワードで署名する",
           "    PERSON is whoever --as names: signed with the password of today", &person_secret),
    SIGNED("person", "reset",
           "失われた PIN・パスワードを作り直す（施設管理者と品質部門責任者、本人の立会い）",
           "make lost secrets anew: facility manager and quality manager, the person being here",
           "    新しい PIN とパスワードは本人がここで入力する。30 日間、署名のたびに照査に示される",
           "    The person types the new PIN and password here. For 30 days each review shows the signatures",
           &person_reset),
    SIGNED("person", "suspend", "職員を業務から外す", "take a person off work", NULL, NULL, &person_suspend),
    SIGNED("person", "resume", "業務に戻す", "bring a person back", NULL, NULL, &person_resume),
    SIGNED("person", "unlock", "利用停止を解く", "end a lock-out", NULL, NULL,
           RECORD(KIND_PERSON_UNLOCKED, "person")),
    SIGNED("person", "away", "不在の日を届け出る（--back yes は取消し）",
           "say on which days somebody is away (--back yes: there after all)",
           "    今後の予定に不足が出ないかは cpfctl rota で分かる",
           "    cpfctl rota tells whether somebody is missing now", RECORD(KIND_PERSON_AWAY, "person")),
    SIGNED("station", "add", "端末を登録する（トークンは一度だけ表示）",
           "enrol a station; its token is shown once", NULL, NULL, &station_add),
    SIGNED("station", "invite", "タブレットの登録コードを発行する（10 分・一回）",
           "a one-time code for a tablet that makes its own key", NULL, NULL, &station_invite),
    SIGNED("station", "revoke", "端末を失効させる", "revoke a station", NULL, NULL,
           RECORD(KIND_STATION_REVOKED, "station")),
    SIGNED(
        "station", "open", "封をした予備端末を開封する（その端末で、使う本人が）",
        "break the seal of the spare station: at it, by whoever uses it",
        "    --replaces は使えない端末、--called は電話した品質部門責任者か代行。24 時間、作業台の記録だけ",
        "    --replaces: the station that does not work; --called: whom of quality you have rung",
        RECORD(KIND_STATION_SPARE_OPENED, "station")),
    SIGNED("station", "confirm", "予備端末の使用を確認し、再び封をする（使った人以外）",
           "confirm what the spare station was used for; it is sealed again", NULL, NULL,
           RECORD(KIND_STATION_SPARE_CONFIRMED, "station")),
    SIGNED("clock", "confirm", "記録装置の時計が正しいことを確認する",
           "confirm that the recorder's clock is right",
           "    NOW：別の時計で読んだ時刻（例 2026-11-27T22:30:00+09:00）",
           "    NOW: as read on another clock, e.g. 2026-11-27T22:30:00+09:00",
           RECORD(KIND_CLOCK_CONFIRMED, NULL)),
    SIGNED(
        "basis", "accept",
        "効力を持つ文言・設定（文言・様式・条文・職員名簿・設定・版）を承認する。管理部門と品質部門から一"
        "人ずつ",
        "accept the words and settings in force: one of management and one of quality, each for himself",
        "    BASIS は cpfctl basis show が示す値。権限表が緩くなるときは、その一つずつを --weakened で挙げる",
        "    BASIS: as cpfctl basis show tells it. What another table of rights weakens is named,\n"
        "    --weakened \"ACT WORD\" each",
        RECORD(KIND_BASIS_ACCEPTED, NULL)),
    SIGNED("room", "add", "作業室を登録する", "add a room", NULL, NULL, RECORD(KIND_ROOM_ADDED, "room")),
    SIGNED("room", "block", "作業室を使用停止にする", "block a room", NULL, NULL,
           RECORD(KIND_ROOM_BLOCKED, "room")),
    SIGNED("room", "permit", "使用停止中の作業室での一回の作業を許可する（品質部門）",
           "permit one session of a batch in a blocked room (quality)", NULL, NULL,
           RECORD(KIND_ROOM_CONDITIONAL, "batch", "room")),
    SIGNED("room", "reopen", "作業室を再開する", "reopen a room", NULL, NULL, &room_reopen),
    SIGNED("equipment", "add", "機器を登録する", "add equipment", NULL, NULL,
           RECORD(KIND_EQUIPMENT_ADDED, "equipment")),
    SIGNED("equipment", "change", "機器の状態を変更する", "change equipment", NULL, NULL,
           RECORD(KIND_EQUIPMENT_CHANGED, "equipment")),
    SIGNED("place", "add", "保管位置を登録する", "add a place", NULL, NULL,
           RECORD(KIND_PLACE_ADDED, "place")),
    SIGNED(
        "rescue", "move", "一人で未開封の容器を退避する（逸脱として記録）",
        "move unopened containers alone; a deviation by itself",
        "    容器と二つの位置はラベルのコードのまま（スキャン）。--called は電話した品質部門責任者か代行",
        "    Containers and both places as their labels are scanned; --called: whom of quality you have rung",
        RECORD(KIND_CONTAINER_RESCUED, "batch")),
    SIGNED("container", "lost", "容器の破損・紛失を記録する（逸脱。二人で）",
           "record that a container broke or was lost; a deviation, by two",
           "    --how は broken（破損）か missing（紛失）。作業台では X-BROKEN か X-LOST を読む",
           "    --how: broken or missing. At the bench: scan X-BROKEN or X-LOST",
           RECORD(KIND_CONTAINER_LOST, "batch", "container")),
    SIGNED("label", "reprint", "容器のラベルを再印刷する（二人で）",
           "print a container's label again, by two", NULL, NULL,
           RECORD(KIND_LABEL_REPRINTED, "batch", "container")),
    SIGNED("label", "void", "使わないラベルを無効にする（二人で）", "make an unused label void, by two", NULL,
           NULL, RECORD(KIND_LABEL_VOIDED, "batch", "container")),
    SIGNED("correct", NULL, "記録した値を訂正する（理由と二人目。前の値も残る）",
           "correct a recorded value, with reason and second person; both values stay",
           "    STEP・FIELD は工程と欄の識別名（batch show）。何回目かは --occ",
           "    STEP, FIELD: their ids (batch show); of several times --occ",
           RECORD(KIND_CORRECTION, "batch", "step", "field")),
    SIGNED("form", "issue", "番号付きの用紙を渡す（番号は施設の連番）", "hand out a numbered paper form",
           NULL, NULL, RECORD(KIND_FORM_ISSUED, NULL)),
    SIGNED("form", "return", "記入した用紙を返却し、スキャンの要約値を記録する",
           "take a form back, with its scan", "    --people は用紙に記名した二人以上",
           "    --people: the two or more who signed it in ink", &form_return),
    SIGNED("form", "check", "入力した内容を用紙のスキャンと照合する（入力した人以外）",
           "check what was typed in against the scan: not who typed it", NULL, NULL, &form_check),
    SIGNED("form", "void", "用紙を無効にする", "make a form void", NULL, NULL,
           RECORD(KIND_FORM_VOIDED, "form")),
    SIGNED("count", "take", "保管位置またはロットを棚卸しする（記録を見ずに数える）",
           "count what stands at a place, or is left of a lot, without looking it up",
           "    --place は位置のコード、--container はそこにある容器のコード全部。--lot なら未開封の数を "
           "--units で",
           "    --place and each --container as scanned; of a --lot the --units that are not opened",
           RECORD(KIND_COUNT_TAKEN, NULL)),
    SIGNED("rescue", "seen", "退避した容器の位置と外観を二人で確認する",
           "two see position and appearance of what was moved", NULL, NULL,
           RECORD(KIND_RESCUE_WITNESSED, "batch")),
    SIGNED("order", "answer", "依頼の患者・採血の問いに品質部門が回答する",
           "quality answers what an order raised: same person, same number, draw a day away",
           "    BATCH は拒否の文が示した製造番号。--patient と --draw は依頼のもの",
           "    BATCH as the refusal named it; --patient and --draw those of the order",
           RECORD(KIND_ORDER_ANSWERED, "batch")),
    SIGNED("facility", "numbering", "製造番号の付番規則を変更する", "change the rule of batch numbers",
           "    NUMBERING：例 NK{yy}-{nnnn}。{yy} は西暦下二桁、{nnnn} はその年の通し番号",
           "    NUMBERING: such as NK{yy}-{nnnn}; {yy} the year, {nnnn} the count of that year",
           RECORD(KIND_FACILITY_NUMBERING, "numbering")),
    SIGNED("clinic", "add", "依頼元の医療機関を登録する", "add a clinic that commissions", NULL, NULL,
           RECORD(KIND_CLINIC_ADDED, "clinic")),
    SIGNED("clinic", "change", "医療機関の登録を変更する", "change a clinic", NULL, NULL,
           RECORD(KIND_CLINIC_CHANGED, "clinic")),
    SIGNED("plan", "register", "提供計画を登録する（受理通知による）",
           "register a provision plan, by the notice of its acceptance", NULL, NULL,
           RECORD(KIND_PLAN_REGISTERED, "plan")),
    SIGNED("plan", "change", "提供計画の医師・製品・終了日を変更する",
           "change a plan's physicians, products or end", NULL, NULL, RECORD(KIND_PLAN_CHANGED, "plan")),
    SIGNED("lot", "receive", "材料ロットを受け入れる", "receive a lot (quarantined until released)", NULL,
           NULL, RECORD(KIND_LOT_RECEIVED, "lot")),
    SIGNED("lot", "conform", "ロットの適合を確認する（製造部門）", "find a lot conforming (manufacturing)",
           NULL, NULL, RECORD(KIND_LOT_CONFORMING, "lot")),
    SIGNED("lot", "release", "ロットの試験を合格と判定する（品質部門）", "judge a lot's test (quality)", NULL,
           NULL, RECORD(KIND_LOT_RELEASED, "lot")),
    SIGNED("lot", "block", "ロットを使用不可にする", "block a lot", NULL, NULL,
           RECORD(KIND_LOT_BLOCKED, "lot")),
    SIGNED("lot", "close", "ロットを使い終えたものとする", "close a lot that is used up", NULL, NULL,
           RECORD(KIND_LOT_CLOSED, "lot")),
    SIGNED("deviation", "assess", "逸脱を評価する", "assess a deviation", NULL, NULL,
           JUDGEMENT(KIND_DEVIATION_ASSESSED, "dev")),
    SIGNED("deviation", "confirm", "逸脱の評価を確認する（品質部門の別の人）",
           "confirm what was assessed (another of quality)", NULL, NULL,
           JUDGEMENT(KIND_DEVIATION_CONFIRMED, "dev")),
    SIGNED("deviation", "close", "逸脱の処理を完了する", "close a deviation", NULL, NULL,
           JUDGEMENT(KIND_DEVIATION_CLOSED, "dev")),
    SIGNED("deviation", "act", "逸脱の処置を決める（担当と期限）", "say what is done about a deviation", NULL,
           NULL, RECORD(KIND_DEVIATION_ACTION, "batch", "dev")),
    SIGNED("deviation", "verify", "処置の実施を確認する", "see that it was done", NULL, NULL,
           JUDGEMENT(KIND_DEVIATION_VERIFIED, "action")),
    SIGNED("deviation", "withdraw", "誤って登録した処置を取り下げる（確認者とともに）",
           "withdraw a measure that was a mistake (before a second person)", NULL, NULL,
           JUDGEMENT(KIND_DEVIATION_WITHDRAWN, "action")),
    SIGNED("deviation", "known", "逸脱の報告を受ける（施設管理者）", "know of a deviation (facility manager)",
           NULL, NULL, RECORD(KIND_DEVIATION_REPORTED, "batch", "dev")),
    SIGNED("clinic", "warned", "医療機関として連絡を受けたことを記録する",
           "acknowledge a warning at the clinic", NULL, NULL, RECORD(KIND_CLINIC_WARNED, "batch")),
    SIGNED("consent", "withdrawn", "同意の撤回を記録する（医療機関）",
           "record that consent was withdrawn (clinic)", NULL, NULL,
           RECORD(KIND_CONSENT_WITHDRAWN, "batch", "at")),
    SIGNED("hold", "lift", "保留を解除する", "lift a hold", NULL, NULL, JUDGEMENT(KIND_HOLD_LIFTED, "hold")),
    SIGNED("personal", "erase", "個人情報を消去する（元に戻せない）", "erase personal values (for good)",
           "    IDX は記録の番号（cpf.personal の idx）。承認者は品質部門または管理者の別の人で、PIN で\n"
           "    サインインする",
           "    IDX is the entry's (idx of view cpf.personal). The approver is another person of quality or\n"
           "    management and signs in with the own PIN",
           &personal_erase),
    SIGNED("protocol", "register", "製造手順を登録する", "register a protocol", NULL, NULL,
           &protocol_register),
    SIGNED("protocol", "approve", "製造手順を承認する（二部門必要）",
           "approve a protocol (two departments are needed)",
           "    改訂版では、緩くなる管理を一つずつ --weakened で挙げる（cpfctl protocol weaker OLD "
           "NEW）。品質部門は\n"
           "    変更の評価の番号 --change と概要書の版 --overview "
           "も。同じ製品の新しい識別名では、同様にするか、\n"
           "    別の工程である理由 --another を両者が言う",
           "    Of a revised version each control that becomes weaker is named, --weakened \"STEP WORD\" "
           "each (cpfctl\n"
           "    protocol weaker OLD NEW); quality also says --change, the assessed change, and --overview.\n"
           "    A new id for a product that has a protocol: the same, or --another \"WHY\" by both",
           RECORD(KIND_PROTOCOL_APPROVED, "protocol", "version")),
    SIGNED("protocol", "read", "改訂された製造手順を読んだと署名する",
           "sign that one has read a revised protocol", "    改訂版で作業する人は、読むまで作業できない",
           "    Nobody works by a revised version before", RECORD(KIND_PROTOCOL_READ, "protocol", "version")),
    {0},
};
