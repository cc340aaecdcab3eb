/*
 * Commands that sign: master data and quality's acts, each one POST /v1/records.
 * One table says which words and options make which body.
 */
#include "ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bounds.h"
#include "base/file.h"
#include "base/mem.h"
#include "lib/facility.h"
#include "lib/files.h"

enum member_type { M_TEXT, M_LIST, M_INT, M_BOOL, M_QUALS, M_FILE };

struct member {
    const char *name;   /* in the body */
    const char *option; /* NULL: the next word of the line */
    enum member_type type;
    bool needed;
};

#define MEMBERS_MAX 8
struct record {
    const char *kind;
    struct member member[MEMBERS_MAX];
    int (*prepare)(struct ctl *c, json_t *body); /* an exit code */
};

/* ── the body ──────────────────────────────────────────────────────────── */

static json_t *value_list(struct ctl *c, const char *option)
{
    json_t *list = jansson_array();
    const char *v;
    for (int i = 0; (v = args_each(&c->args, option, i)); i++)
        json_array_append_new(list, json_string(v));
    return list;
}

/* --qualified aseptic:2027-03-31 */
static json_t *value_quals(struct ctl *c, const char *option)
{
    json_t *list = jansson_array();
    const char *v;
    for (int i = 0; (v = args_each(&c->args, option, i)); i++) {
        const char *colon = strchr(v, ':');
        if (!colon) {
            say_error(say("--%s は「資格:期限」の形で指定してください", "--%s wants NAME:YYYY-MM-DD"),
                      option);
            json_decref(list);
            return NULL;
        }
        json_array_append_new(list, json_pack("{s:s#,s:s}", "name", v, (int)(colon - v), "until", colon + 1));
    }
    return list;
}

static json_t *value_file(const char *path)
{
    struct buf text;
    json_t *v = NULL;
    int err;
    buf_init(&text);
    err = file_read(path, BOUND_PROTOCOL_BYTES, &text);
    if (err)
        say_error("%s: %s", path, cpf_strerror(err));
    else
        v = json_stringn(text.data ? text.data : "", text.len);
    buf_fini(&text);
    return v;
}

static json_t *value_int(const char *s)
{
    char *end;
    long long n = strtoll(s, &end, 10);
    if (!*s || *end) {
        say_error(say("%s は整数ではありません", "%s is not a whole number"), s);
        return NULL;
    }
    return json_integer(n);
}

/* What is no yes is no `no`: `Yes` once took equipment out of service. */
static json_t *value_bool(const char *s)
{
    static const char *const words[2][4] = {{"no", "false", "いいえ", "否"}, {"yes", "true", "はい", "可"}};
    for (int v = 0; v < 2; v++)
        for (int i = 0; i < 4; i++)
            if (strcasecmp(s, words[v][i]) == 0)
                return json_boolean(v);
    say_error(say("%s は yes でも no でもありません", "%s is neither yes nor no"), s);
    return NULL;
}

/* Sets one member; an exit code. */
static int set_member(struct ctl *c, const struct ctl_command *cmd, const struct member *m, int *word,
                      json_t *body)
{
    const char *v = m->option                ? args_get(&c->args, m->option)
                    : *word < c->args.nwords ? c->args.word[(*word)++]
                                             : NULL;
    json_t *value;
    if (!v) {
        if (!m->needed)
            return EXIT_FINE;
        if (m->option)
            return ctl_usage(cmd, say("--%s が必要です", "--%s is needed"), m->option);
        return ctl_usage(cmd, "%s", say("引数が足りません", "an argument is missing"));
    }
    switch (m->type) {
    case M_LIST:
        value = value_list(c, m->option);
        break;
    case M_QUALS:
        value = value_quals(c, m->option);
        break;
    case M_INT:
        value = value_int(v);
        break;
    case M_BOOL:
        value = value_bool(v);
        break;
    case M_FILE:
        value = value_file(v);
        break;
    default:
        value = json_string(v);
    }
    return value && !json_object_set_new(body, m->name, value) ? EXIT_FINE : EXIT_USAGE;
}

static int make_body(struct ctl *c, const struct ctl_command *cmd, const struct record *r, json_t *body)
{
    int word = 0, code;
    for (const struct member *m = r->member; m < r->member + MEMBERS_MAX && m->name; m++) {
        code = set_member(c, cmd, m, &word, body);
        if (code)
            return code;
    }
    if (word < c->args.nwords)
        return ctl_usage(cmd, say("余分な引数: %s", "too many arguments: %s"), c->args.word[word]);
    return EXIT_FINE;
}

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

static int set_suspended(struct ctl *c, json_t *body)
{
    (void)c;
    return json_object_set_new(body, "suspended", json_true()) ? EXIT_USAGE : EXIT_FINE;
}

static int set_resumed(struct ctl *c, json_t *body)
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

/* Whoever approves signs in at this station with the own PIN: typed here, or in a file. */
static int sign_in(struct ctl *c, const char *person, const char *badge)
{
    const char *file = args_get(&c->args, "approver-pin-file");
    json_t *answer = NULL;
    char *pin = NULL;
    if (file) {
        pin = files_line(file);
    } else if (say_tty()) {
        fprintf(stderr, say("承認者 %s 本人が PIN を入力してください\n", "%s, who approves, types the PIN\n"),
                person);
        pin = say_ask(say("  PIN: ", "  PIN: "), true);
    }
    if (!pin) {
        say_error("%s", say("承認者の PIN が必要です（--approver-pin-file）",
                            "the approver's PIN is needed (--approver-pin-file)"));
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

static int prepare_erasure(struct ctl *c, json_t *body)
{
    char *person = xstrdup(json_string_value(json_object_get(body, "approver")));
    char *badge = ctl_code('P', person);
    int code = sign_in(c, person, badge);
    json_object_del(body, "approver");
    json_object_set_new(body, "witness", json_string(badge));
    free(badge);
    free(person);
    return code;
}

/* ── the table ─────────────────────────────────────────────────────────── */

#define BATCH_PART                                                                                           \
    {                                                                                                        \
        "batch", NULL, M_TEXT, true                                                                          \
    }
static const struct record person_add = {"person.enrolled",
                                         {{"person", NULL, M_TEXT, true},
                                          {"dept", "dept", M_TEXT, true},
                                          {"roles", "role", M_LIST, true},
                                          {"qualified", "qualified", M_QUALS, false},
                                          {"name_ja", "name-ja", M_TEXT, false},
                                          {"name_en", "name-en", M_TEXT, false}},
                                         prepare_person};
static const struct record person_change = {"person.changed",
                                            {{"person", NULL, M_TEXT, true},
                                             {"dept", "dept", M_TEXT, false},
                                             {"roles", "role", M_LIST, false},
                                             {"qualified", "qualified", M_QUALS, false}},
                                            NULL};
#define SUSPENDED                                                                                            \
    {                                                                                                        \
        {"person", NULL, M_TEXT, true},                                                                      \
        {                                                                                                    \
            "reason", "reason", M_TEXT, true                                                                 \
        }                                                                                                    \
    }
static const struct record person_suspend = {"person.changed", SUSPENDED, set_suspended};
static const struct record person_resume = {"person.changed", SUSPENDED, set_resumed};
static const struct record person_unlock = {"person.unlocked", {{"person", NULL, M_TEXT, true}}, NULL};
static const struct record station_add = {
    "station.enrolled",
    {{"station", NULL, M_TEXT, true}, {"kind", "kind", M_TEXT, true}, {"room", "room", M_TEXT, false}},
    prepare_station};
static const struct record station_revoke = {"station.revoked", {{"station", NULL, M_TEXT, true}}, NULL};
static const struct record room_add = {
    "room.added", {{"room", NULL, M_TEXT, true}, {"grade", "grade", M_TEXT, true}}, NULL};
static const struct record clock_confirm = {
    "clock.confirmed", {{"now", "now", M_TEXT, true}, {"reason", "reason", M_TEXT, true}}, NULL};
static const struct record basis_accept = {"basis.accepted", {{"basis", "basis", M_TEXT, true}}, NULL};
static const struct record room_block = {
    "room.blocked", {{"room", NULL, M_TEXT, true}, {"cause", "cause", M_TEXT, true}}, NULL};
static const struct record room_reopen = {
    "room.reopened", {{"room", NULL, M_TEXT, true}, {"reason", "reason", M_TEXT, true}}, NULL};
#define EQUIPMENT_PARTS(need)                                                                                \
    {                                                                                                        \
        {"equipment", NULL, M_TEXT, true}, {"kind", "kind", M_TEXT, need}, {"room", "room", M_TEXT, false},  \
            {"calibrated", "calibrated", M_TEXT, false},                                                     \
        {                                                                                                    \
            "in_service", "in-service", M_BOOL, false                                                        \
        }                                                                                                    \
    }
static const struct record equipment_add = {"equipment.added", EQUIPMENT_PARTS(true), NULL};
static const struct record equipment_change = {"equipment.changed", EQUIPMENT_PARTS(false), NULL};
static const struct record place_add = {
    "place.added",
    {{"place", NULL, M_TEXT, true}, {"kind", "kind", M_TEXT, true}, {"room", "room", M_TEXT, false}},
    NULL};
static const struct record lot_receive = {"lot.received",
                                          {{"lot", NULL, M_TEXT, true},
                                           {"material", "material", M_TEXT, true},
                                           {"maker", "maker", M_TEXT, false},
                                           {"maker_lot", "maker-lot", M_TEXT, false},
                                           {"gtin", "gtin", M_TEXT, false},
                                           {"expiry", "expiry", M_TEXT, true},
                                           {"units", "units", M_INT, false}},
                                          NULL};
static const struct record lot_release = {"lot.released", {{"lot", NULL, M_TEXT, true}}, NULL};
static const struct record lot_block = {"lot.blocked", {{"lot", NULL, M_TEXT, true}}, NULL};
static const struct record lot_close = {"lot.closed", {{"lot", NULL, M_TEXT, true}}, NULL};
static const struct record deviation_assess = {"deviation.assessed",
                                               {BATCH_PART,
                                                {"dev", NULL, M_TEXT, true},
                                                {"grade", "grade", M_TEXT, true},
                                                {"reason", "reason", M_TEXT, true}},
                                               NULL};
static const struct record deviation_close = {
    "deviation.closed", {BATCH_PART, {"dev", NULL, M_TEXT, true}, {"reason", "reason", M_TEXT, true}}, NULL};
static const struct record hold_lift = {
    "hold.lifted", {BATCH_PART, {"hold", NULL, M_TEXT, true}, {"reason", "reason", M_TEXT, true}}, NULL};
static const struct record protocol_register = {"protocol.registered", {{"text", NULL, M_FILE, true}}, NULL};
static const struct record protocol_approve = {
    "protocol.approved", {{"protocol", NULL, M_TEXT, true}, {"version", NULL, M_TEXT, true}}, NULL};
static const struct record personal_erase = {"redacted",
                                             {{"idx", NULL, M_INT, true},
                                              {"names", "name", M_LIST, true},
                                              {"reason", "reason", M_TEXT, true},
                                              {"approver", "approver", M_TEXT, true}},
                                             prepare_erasure};

static int run_record(struct ctl *c, const struct ctl_command *cmd)
{
    const struct record *r = cmd->data;
    json_t *body = jansson_object(), *request = NULL, *answer = NULL;
    char *badge = NULL, *password = NULL;
    const char *outcome;
    int code;
    code = make_body(c, cmd, r, body);
    if (!code)
        code = ctl_connect(c);
    if (!code)
        code = ctl_signer(c, &badge, &password);
    if (!code && r->prepare)
        code = r->prepare(c, body);
    if (!code && args_unknown(&c->args))
        code = ctl_usage(cmd, say("知らないオプション: --%s", "unknown option --%s"), args_unknown(&c->args));
    if (code)
        goto out;
    request = json_pack("{s:o,s:s,s:O,s:s,s:s}", "id", ctl_id(), "kind", r->kind, "body", body, "badge",
                        badge, "password", password);
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
    json_decref(body);
    json_decref(request);
    json_decref(answer);
    free(badge);
    ctl_wipe(password);
    return code;
}

#define SIGNED "--as PERSON [--password-file FILE]"
const struct ctl_command ctl_record_commands[] = {
    {"person", "add", "PERSON --dept DEPT --role ROLE... [--qualified NAME:UNTIL]... " SIGNED,
     "職員を登録する", "enrol a person",
     "    署名鍵と PIN はこの端末で作られ、パスワードで封印されてから送られます。\n"
     "    --new-pin-file, --new-password-file  端末で尋ねる代わりに読むファイル\n"
     "    --light-keys                         訓練用の軽い封印",
     "    The key and the PIN are made here and sealed before anything is sent.\n"
     "    --new-pin-file, --new-password-file  files to read instead of asking\n"
     "    --light-keys                         light sealing, training only",
     run_record, &person_add},
    {"person", "change", "PERSON [--dept DEPT] [--role ROLE]... [--qualified NAME:UNTIL]... " SIGNED,
     "役割・資格を変更する", "change roles and qualifications", NULL, NULL, run_record, &person_change},
    {"person", "suspend", "PERSON --reason TEXT " SIGNED, "職員を業務から外す", "take a person off work",
     NULL, NULL, run_record, &person_suspend},
    {"person", "resume", "PERSON --reason TEXT " SIGNED, "業務に戻す", "bring a person back", NULL, NULL,
     run_record, &person_resume},
    {"person", "unlock", "PERSON " SIGNED, "利用停止を解く", "end a lock-out", NULL, NULL, run_record,
     &person_unlock},
    {"station", "add", "STATION --kind KIND [--room ROOM] " SIGNED,
     "端末を登録する（トークンは一度だけ表示）", "enrol a station; its token is shown once", NULL, NULL,
     run_record, &station_add},
    {"station", "revoke", "STATION " SIGNED, "端末を失効させる", "revoke a station", NULL, NULL, run_record,
     &station_revoke},
    {"clock", "confirm", "--now TIME --reason TEXT " SIGNED,
     "記録装置の時計が正しいことを確認する（TIME：別の時計で読んだ時刻、例 2026-11-27T22:30:00+09:00）",
     "confirm that the recorder's clock is right; TIME: as read on another clock", NULL, NULL, run_record,
     &clock_confirm},
    {"basis", "accept", "--basis DIGEST " SIGNED,
     "効力を持つ文言・設定（文言・様式・条文・職員名簿・設定・版）を承認する。管理部門と品質部門から一人ずつ",
     "accept the words and settings in force: one of management and one of quality, each for himself",
     "    DIGEST は cpfctl basis show が示す値", "    DIGEST: as cpfctl basis show tells it", run_record,
     &basis_accept},
    {"room", "add", "ROOM --grade GRADE " SIGNED, "作業室を登録する", "add a room", NULL, NULL, run_record,
     &room_add},
    {"room", "block", "ROOM --cause CAUSE " SIGNED, "作業室を使用停止にする", "block a room", NULL, NULL,
     run_record, &room_block},
    {"room", "reopen", "ROOM --reason REASON " SIGNED, "作業室を再開する", "reopen a room", NULL, NULL,
     run_record, &room_reopen},
    {"equipment", "add",
     "EQUIPMENT --kind KIND [--room ROOM] [--calibrated UNTIL] [--in-service yes|no] " SIGNED,
     "機器を登録する", "add equipment", NULL, NULL, run_record, &equipment_add},
    {"equipment", "change", "EQUIPMENT [--calibrated UNTIL] [--in-service yes|no] " SIGNED,
     "機器の状態を変更する", "change equipment", NULL, NULL, run_record, &equipment_change},
    {"place", "add", "PLACE --kind KIND [--room ROOM] " SIGNED, "保管位置を登録する", "add a place", NULL,
     NULL, run_record, &place_add},
    {"lot", "receive",
     "LOT --material M --expiry UNTIL [--maker M] [--maker-lot L] [--gtin G] [--units N] " SIGNED,
     "材料ロットを受け入れる", "receive a lot (quarantined until released)", NULL, NULL, run_record,
     &lot_receive},
    {"lot", "release", "LOT " SIGNED, "ロットを使用可にする", "release a lot", NULL, NULL, run_record,
     &lot_release},
    {"lot", "block", "LOT " SIGNED, "ロットを使用不可にする", "block a lot", NULL, NULL, run_record,
     &lot_block},
    {"lot", "close", "LOT " SIGNED, "ロットを使い終えたものとする", "close a lot that is used up", NULL, NULL,
     run_record, &lot_close},
    {"deviation", "assess", "BATCH DEVIATION --grade minor|major --reason TEXT " SIGNED, "逸脱を評価する",
     "assess a deviation", NULL, NULL, run_record, &deviation_assess},
    {"deviation", "close", "BATCH DEVIATION --reason TEXT " SIGNED, "逸脱の処理を完了する",
     "close a deviation", NULL, NULL, run_record, &deviation_close},
    {"hold", "lift", "BATCH HOLD --reason TEXT " SIGNED, "保留を解除する", "lift a hold", NULL, NULL,
     run_record, &hold_lift},
    {"personal", "erase",
     "INDEX --name FIELD... --reason TEXT --approver PERSON [--approver-pin-file FILE] " SIGNED,
     "個人情報を消去する（元に戻せない）", "erase personal values (for good)",
     "    INDEX は記録の番号（cpf.personal の idx）。承認者は品質部門または管理者の別の人で、PIN で\n"
     "    サインインする",
     "    INDEX is the entry's (idx of view cpf.personal). The approver is another person of quality or\n"
     "    management and signs in with the own PIN",
     run_record, &personal_erase},
    {"protocol", "register", "FILE " SIGNED, "プロトコルを登録する", "register a protocol", NULL, NULL,
     run_record, &protocol_register},
    {"protocol", "approve", "PROTOCOL VERSION " SIGNED, "プロトコルを承認する（二部門必要）",
     "approve a protocol (two departments are needed)", NULL, NULL, run_record, &protocol_approve},
    {0},
};
