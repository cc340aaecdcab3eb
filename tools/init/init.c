/* `cpfctl init` makes everything a new facility needs; `cpfctl setup` sends the one set-up request. */
#include "init/init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "lib/admin.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "lib/facility.h"
#include "lib/files.h"
#include "lib/pki.h"
#include "lib/yaml_json.h"

#define SETUP_TIMEOUT_MS 60000
#define UNKNOWN_WAIT_MS  60000 /* a set-up that was told to be unknown is sent again so long */

static json_t *load_facility(struct ctl *c, const struct init *in)
{
    const char *from = args_get(&c->args, "from");
    json_t *facility = NULL;
    char *why = NULL;
    if (!from) {
        if (say_tty())
            return ctl_guide(in->training);
        say_error("%s",
                  say("端末がないため --from FILE が必要です", "without a terminal, --from FILE is needed"));
        return NULL;
    }
    if (yaml_json_load(from, &facility, &why))
        say_error("%s", why);
    free(why);
    return facility;
}

/* Lower-case letters, digits and hyphens of the facility's number or id. */
static char *default_origin(const struct init *in)
{
    const json_t *f = json_object_get(in->facility, "facility");
    const char *id = json_string_value(json_object_get(f, "id"));
    struct buf b;
    if (!id)
        id = json_string_value(json_object_get(f, "number"));
    buf_init(&b);
    buf_puts(&b, in->training ? LOG_TRAINING : "");
    for (const char *p = id ? id : "facility"; *p; p++) {
        char ch = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
        buf_addc(&b, (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') ? ch : '-');
    }
    buf_puts(&b, "/cpf");
    return b.data;
}

static const char *flag_or(struct ctl *c, const char *name, const char *dflt)
{
    const char *v = args_get(&c->args, name);
    return v ? v : dflt;
}

static int read_options(struct ctl *c, const struct ctl_command *cmd, struct init *in)
{
    const char *copies = args_get(&c->args, "copies"), *origin = args_get(&c->args, "origin");
    in->training = args_flag(&c->args, "training");
    in->light = args_flag(&c->args, "light-keys") || args_flag(&c->args, "light");
    in->listen = flag_or(c, "listen", "127.0.0.1:8443");
    in->database = flag_or(c, "database", "dbname=cpf user=cpf_writer");
    in->reader = flag_or(c, "reader", "dbname=cpf user=cpf_reader");
    in->signer_socket = flag_or(c, "signer-socket", "/run/cpf-signer/signer.sock");
    in->admin_socket = flag_or(c, "admin-socket", "/run/cpfd/admin.sock");
    in->share = flag_or(c, "share", "/usr/share/cpfd");
    in->signer_user = args_get(&c->args, "signer-user");
    in->allow = args_get(&c->args, "allow");
    in->signer = args_get(&c->args, "signer");
    in->copies = copies ? atoi(copies) : 1;
    in->no_signer = args_flag(&c->args, "no-signer");
    args_get(&c->args, "from"), args_get(&c->args, "host"), args_get(&c->args, "wait");
    if (args_unknown(&c->args))
        return ctl_usage(cmd, say("知らないオプション: --%s", "unknown option --%s"), args_unknown(&c->args));
    if (in->light && !in->training)
        return ctl_usage(
            cmd, "%s",
            say("--light-keys は --training と共にだけ使えます", "--light-keys only with --training"));
    if (in->copies < 1 || in->copies > 500 || (in->copies > 1 && !in->training))
        return ctl_usage(cmd, "%s",
                         say("--copies は訓練用で 1〜500 です", "--copies is 1 to 500, training only"));
    if (origin && in->training != log_is_training(origin))
        return ctl_usage(cmd, "%s",
                         say("訓練用の origin だけが training. で始まります",
                             "an origin begins with training. if and only if --training"));
    in->origin = origin ? xstrdup(origin) : NULL;
    return EXIT_FINE;
}

#define HOSTS_MOST 16

/* Those named with --host, into host[n..]; how many there are then, more than HOSTS_MOST if that is too many.
 */
static size_t hosts_given(struct ctl *c, const char *host[HOSTS_MOST], size_t n)
{
    const char *name;
    for (int i = 0; (name = args_each(&c->args, "host", i)); i++, n++)
        if (n < HOSTS_MOST)
            host[n] = name;
    if (n > HOSTS_MOST)
        say_error(say("--host は %d 個までです", "--host: %d at most"), HOSTS_MOST);
    return n;
}

static int make_authority(struct ctl *c, const struct init *in)
{
    const char *name =
        json_string_value(json_object_get(json_object_get(in->facility, "facility"), "name_en"));
    const char *host[HOSTS_MOST] = {0};
    char own[256] = "", *dir = files_join(in->dir, "tls"), *title;
    size_t n = 0;
    int err;
    if (!gethostname(own, sizeof(own) - 1) && *own)
        host[n++] = own;
    n = hosts_given(c, host, n);
    if (n > HOSTS_MOST) {
        free(dir);
        return CPF_E_INVAL;
    }
    require(asprintf(&title, "cpfd authority %.40s", name ? name : "") >= 0);
    err = files_mkdir(dir, 0755);
    if (!err)
        err = pki_make(dir, title, n, host);
    if (err)
        say_error("%s: %s", dir, cpf_strerror(err));
    free(title);
    free(dir);
    return err;
}

static int write_setup(const struct init *in)
{
    char *path = files_join(in->dir, "setup.json"), *text = json_dumps(in->facility, JSON_COMPACT);
    int err = text ? files_write(path, text, strlen(text), 0600) : CPF_E_UTF8;
    if (err)
        say_error("%s: %s", path, cpf_strerror(err));
    free(text);
    free(path);
    return err;
}

static int prepare(const struct init *in, const char *source)
{
    struct facility_files files = {in->dir, in->training, in->light, in->share, source};
    char *why = NULL;
    int err;
    facility_copy(in->facility, in->copies);
    err = facility_prepare(in->facility, &files, &why);
    if (err)
        say_error("%s", why ? why : cpf_strerror(err));
    free(why);
    return err;
}

/* ── the set-up request ────────────────────────────────────────────────── */

static int post_setup(const char *socket_path, const json_t *body, int wait_s)
{
    int64_t end = clock_mono_ms() + (int64_t)wait_s * 1000;
    const char *code = NULL;
    json_t *v = NULL;
    bool unknown = false;
    int status = 0, err;
    for (;;) {
        json_decref(v);
        v = NULL;
        err = admin_post(socket_path, "/v1/setup", body, SETUP_TIMEOUT_MS, &status, &v);
        code = json_string_value(json_object_get(v, "code"));
        if (!unknown && code && strcmp(code, "outcome.unknown") == 0) { /* the same again gives the answer */
            unknown = true;
            end = clock_mono_ms() + UNKNOWN_WAIT_MS;
        }
        if ((!err && status != 503) || (err && err != CPF_E_AWAY) || clock_mono_ms() >= end)
            break;
        nanosleep(&(struct timespec){0, 100 * 1000000L}, NULL);
    }
    if (err == CPF_E_AWAY)
        say_error(
            say("%s: cpfd が受けていません。cpf-signer と cpfd を起動してから、cpfd "
                "の利用者か root で実行してください（--wait 秒数 で起動を待ちます）",
                "%s: no cpfd listens there; start cpf-signer and cpfd first and run this as cpfd's user or "
                "root (--wait SECONDS waits for it)"),
            socket_path);
    else if (err || status == 503)
        say_error("%s: %s", socket_path, err ? cpf_strerror(err) : code ? code : "503");
    else if (status != 200)
        say_error("%d %s %s", status, code ? code : "", ctl_text(json_object_get(v, "message")));
    json_decref(v);
    return err || status == 503 ? EXIT_UNREACHABLE : status == 200 ? EXIT_FINE : EXIT_REFUSED;
}

static int send_setup(const char *dir, const char *socket_path, int wait_s)
{
    char *path = files_join(dir, "setup.json");
    json_error_t why;
    json_t *body = json_load_file(path, 0, &why);
    int code;
    if (!body && access(path, F_OK)) {
        say_error(
            say("%s がありません。設定要求は一度だけで、受理されると消えます。施設の状態は cpfctl status "
                "で分かります",
                "there is no %s: the set-up request is sent once and removed when it was taken; cpfctl "
                "status "
                "tells whether the facility is set up"),
            path);
        free(path);
        return EXIT_USAGE;
    }
    if (!body) {
        say_error("%s: %s", path, why.text);
        free(path);
        return EXIT_USAGE;
    }
    code = post_setup(socket_path, body, wait_s);
    if (code == EXIT_FINE) {
        unlink(path);
        fprintf(stderr, "%s\n", say("施設を設定しました。", "The facility is set up."));
    }
    json_decref(body);
    free(path);
    return code;
}

char *ctl_admin_socket(const char *dir)
{
    char *path = files_join(dir, "cpfd.yaml"), *why = NULL, *socket = NULL;
    json_t *conf = NULL;
    if (!yaml_json_load(path, &conf, &why)) {
        const char *s = json_string_value(json_object_get(conf, "admin_socket"));
        socket = xstrdup(s ? s : "/run/cpfd/admin.sock");
        json_decref(conf);
    } else {
        say_error("%s", why);
    }
    free(why);
    free(path);
    return socket;
}

static int run_setup(struct ctl *c, const struct ctl_command *cmd)
{
    const char *wait = args_get(&c->args, "wait"), *given = args_get(&c->args, "admin-socket");
    const char *brief = args_get(&c->args, "socket");
    char *socket;
    int code;
    if (args_unknown(&c->args))
        return ctl_usage(cmd, say("知らないオプション: --%s", "unknown option --%s"), args_unknown(&c->args));
    socket = given || brief ? xstrdup(given ? given : brief) : ctl_admin_socket(c->dir);
    if (!socket)
        return EXIT_USAGE;
    code = send_setup(c->dir, socket, wait ? atoi(wait) : 0);
    free(socket);
    return code;
}

/* ── init ──────────────────────────────────────────────────────────────── */

static int run_init(struct ctl *c, const struct ctl_command *cmd)
{
    struct init in = {0};
    const char *wait = args_get(&c->args, "wait");
    char *dir = NULL, *mark = NULL;
    int code = read_options(c, cmd, &in);
    if (code)
        goto out;
    code = EXIT_USAGE;
    if (files_mkdir(c->dir, 0755) || !(dir = realpath(c->dir, NULL))) {
        say_error("%s: %s", c->dir, strerror(errno));
        goto out;
    }
    in.dir = dir;
    mark = files_join(dir, "cpfd.yaml");
    if (!access(mark, F_OK)) {
        say_error(say("%s はすでにあります。別の --dir を指定してください",
                      "%s is there already; choose another --dir"),
                  mark);
        goto out;
    }
    in.facility = load_facility(c, &in);
    if (!in.facility)
        goto out;
    if (!in.origin)
        in.origin = default_origin(&in);
    if (prepare(&in, args_get(&c->args, "from")) || make_authority(c, &in) || init_write_config(&in) ||
        (!in.no_signer && init_signer(&in)) || init_evidence(&in) || init_report(&in) || write_setup(&in))
        goto out;
    fprintf(stderr,
            say("作成しました: %s\n次: cpf-signer と cpfd を起動し、cpfctl setup --dir %s\n",
                "made: %s\nnext: start cpf-signer and cpfd, then cpfctl setup --dir %s\n"),
            dir, dir);
    code = wait ? send_setup(dir, in.admin_socket, atoi(wait)) : EXIT_FINE;
out:
    free(in.origin);
    json_decref(in.facility);
    free(dir);
    free(mark);
    return code;
}

static int run_certificate(struct ctl *c, const struct ctl_command *cmd)
{
    const char *host[HOSTS_MOST] = {0}, *about;
    size_t n = hosts_given(c, host, 0);
    if (args_unknown(&c->args))
        return ctl_usage(cmd, say("知らないオプション: --%s", "unknown option --%s"), args_unknown(&c->args));
    if (n > HOSTS_MOST)
        return EXIT_USAGE;
    char *dir = files_join(c->dir, "tls");
    int err = pki_renew(dir, n, host, &about);
    if (err)
        say_error("%s: %s: %s", dir, about, cpf_strerror(err));
    else
        fprintf(stderr,
                say("%s/server.pem を更新しました\n次: cpfd --check、systemctl reload cpfd\n",
                    "renewed %s/server.pem\nnext: cpfd --check, systemctl reload cpfd\n"),
                dir);
    free(dir);
    return err ? EXIT_REFUSED : EXIT_FINE;
}

const struct ctl_command ctl_init_commands[] = {
    {"init", NULL,
     "--dir DIR [--from FILE] [--training] [--light-keys] [--origin O] [--listen ADDRESS:PORT] [--database "
     "CONNINFO]\n"
     "             [--reader CONNINFO] [--signer-socket PATH] [--admin-socket PATH] [--share DIR] [--host "
     "NAME]...\n"
     "             [--signer-user USER] [--allow USER] [--signer PROGRAM | --no-signer] [--copies N] [--wait "
     "SECONDS]",
     "新しい施設を作る（--from なしは対話式）", "make a new facility (guided without --from)",
     "    認証局とサーバー証明書、署名者の鍵とパスフレーズ（0400）、職員の鍵、端末トークン、設定を DIR "
     "に作ります。\n"
     "    --training     訓練用: 時計を進められる。PIN とパスワードは logins.json に残る\n"
     "    --light-keys   訓練用の軽い封印\n"
     "    --signer-user  cpf-signer を動かす利用者   --allow  cpfd を動かす利用者\n"
     "    --no-signer    cpf-signer の準備は別に行う\n"
     "    --copies       負荷試験用に職員・端末・機器を N 組\n"
     "    --wait         起動を待って設定要求まで送る",
     "    Makes in DIR an authority and a server certificate, the signer's key and passphrase (0400), "
     "people's\n"
     "    keys, station tokens and the settings.\n"
     "    --training     a training log: its clock can be moved; PINs and passwords are kept in logins.json\n"
     "    --light-keys   light sealing, training only\n"
     "    --signer-user  who runs cpf-signer          --allow  who runs cpfd\n"
     "    --no-signer    the signer is made elsewhere; its verifier key goes to DIR/vkey\n"
     "    --copies       N sets of people, stations and equipment, for load tests\n"
     "    --wait         waits for the daemon and sends the set-up request, too",
     run_init, NULL},
    {"setup", NULL, "--dir DIR [--wait SECONDS] [--admin-socket PATH]",
     "起動した cpfd に設定要求を送る（一度だけ）", "send the one set-up request to a running cpfd", NULL,
     NULL, run_setup, NULL},
    {"certificate", "renew", "--dir DIR [--host NAME]...", "サーバー証明書を同じ認証局で更新する（二年）",
     "renew the server certificate under the same authority (two years)",
     "    --host なしでは今の証明書と同じ名前になります。鍵は変わりません。",
     "    Without --host it names what the present one does. The key stays.", run_certificate, NULL},
    {0},
};
