/*
 * Labels of containers: listed, printed on a printer of labels or into a file. The printer
 * is asked before a label is handed out by cpfd, and again until it has printed it; one label goes at a time,
 * so that whatever happens it can be said which came out.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "ctl.h"
#include "lib/client.h"
#include "lib/printer.h"

#define PLAIN         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"
#define DOCUMENT_MOST (64UL * 1024 * 1024)
#define ANSWER_MS     3000  /* the printer's, to each question */
#define PRINT_MS      20000 /* one label */

struct job {
    struct ctl *c;
    const char *batch, *where, *as;
    long dpi;
    char *badge, *password; /* NULL: whoever acts at the station */
    json_t *containers;
};

/* ---- which ---- */

static int fetch_list(struct ctl *c, const char *batch, json_t **ret)
{
    char *path;
    require(asprintf(&path, "/v1/label?batch=%s", batch) >= 0);
    int code = ctl_call(c, path, NULL, ret);
    free(path);
    return code;
}

/* Those named, else all that are to be printed at this station now. */
static int choose(struct job *job)
{
    struct ctl *c = job->c;
    json_t *v = NULL, *one;
    size_t i;
    job->containers = json_pack("[]");
    for (int k = 1; k < c->args.nwords; k++)
        json_array_append_new(job->containers, json_string(c->args.word[k]));
    if (c->args.nwords > 1)
        return EXIT_FINE;
    int code = fetch_list(c, job->batch, &v);
    json_array_foreach(json_object_get(v, "labels"), i,
                       one) if (json_is_true(json_object_get(one, "printable")))
        json_array_append(job->containers, json_object_get(one, "container"));
    json_decref(v);
    if (!code && !json_array_size(job->containers)) {
        say_error("%s", say("この端末で今印刷するラベルはありません",
                            "no label is to be printed at this station now"));
        code = EXIT_REFUSED;
    }
    return code;
}

/* ---- handed out by cpfd ---- */

static json_t *request(const struct job *job, json_t *containers)
{
    json_t *o = json_pack("{s:o,s:s,s:O,s:s,s:I}", "id", ctl_id(), "batch", job->batch, "containers",
                          containers, "as", job->as, "dpi", (json_int_t)job->dpi);
    if (job->badge) {
        json_object_set_new(o, "badge", json_string(job->badge));
        json_object_set_new(o, "password", json_string(job->password));
    }
    return o;
}

static int fetch(const struct job *job, json_t *containers, FILE *to)
{
    struct ctl *c = job->c;
    json_t *answer = NULL, *body = request(job, containers);
    char *why = NULL;
    int status = client_fetch(c->client, "/v1/label", c->token, body, to, DOCUMENT_MOST, &answer, &why);
    int code = status == 200 ? EXIT_FINE : ctl_failed(c, status, answer, why);
    json_decref(body);
    json_decref(answer);
    free(why);
    return code;
}

/* ---- a printer ---- */

static const char *fault_text(enum printer_fault f)
{
    switch (f) {
    case PRINTER_PAPER:
        return say("ラベル用紙がありません", "it is out of labels");
    case PRINTER_HEAD:
        return say("カバー（ヘッド）が開いています", "its head is open");
    case PRINTER_RIBBON:
        return say("リボンがありません", "it is out of ribbon");
    case PRINTER_PAUSED:
        return say("一時停止中です", "it is paused");
    case PRINTER_FULL:
        return say("受信バッファーが一杯です", "its buffer is full");
    case PRINTER_HOT:
        return say("温度またはメモリーの異常です", "its temperature or memory is out of order");
    case PRINTER_BUSY:
        return say("印刷中か、印刷待ちのものがあります", "it is printing, or something waits to be printed");
    case PRINTER_AWAY:
        return say("接続できません（または切れました）", "it cannot be reached, or the connection broke");
    case PRINTER_SILENT:
        return say("応答がありません", "it does not answer");
    default:
        return say("状態の応答として読めません", "it answers what is no status");
    }
}

static int told(const struct job *job, enum printer_fault f)
{
    say_error(say("プリンター %s: %s", "printer %s: %s"), job->where, fault_text(f));
    return EXIT_UNREACHABLE;
}

static int send_file(struct printer *p, FILE *f, enum printer_fault *ret)
{
    long size = fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    char *data = size > 0 ? xcalloc(1, (size_t)size) : NULL;
    rewind(f);
    bool read = data && fread(data, 1, (size_t)size, f) == (size_t)size;
    *ret = read ? printer_send(p, data, (size_t)size) : PRINTER_READY;
    free(data);
    return read ? EXIT_FINE : EXIT_USAGE;
}

/* One label: the printer is ready, then cpfd hands it out, then it is printed. *ret_out: cpfd has handed it
 * out. */
static int print_one(const struct job *job, struct printer *p, json_t *container, bool *ret_out)
{
    enum printer_fault f = printer_ask(p);
    FILE *zpl = tmpfile();
    json_t *one = json_pack("[O]", container);
    *ret_out = false;
    int code = f ? told(job, f) : EXIT_FINE;
    if (!zpl) {
        say_error("%s", strerror(errno));
        code = EXIT_USAGE;
    }
    if (!code)
        code = fetch(job, one, zpl);
    *ret_out = !code;
    if (!code)
        code = send_file(p, zpl, &f);
    if (!code && !f)
        f = printer_finish(p, PRINT_MS);
    if (!code && f)
        code = told(job, f);
    json_decref(one);
    if (zpl)
        fclose(zpl);
    return code;
}

/* What came out, what perhaps did, and what did not. */
static void tell_rest(const struct job *job, size_t done, bool out)
{
    const char *id = json_string_value(json_array_get(job->containers, done));
    if (out)
        ctl_printf(
            say("%s  不明：送りましたが、印刷を確かめられません。出ていれば読み取って使い、出ていなければ\n"
                "    cpfctl label reprint で理由と二人目を記録してから、もう一度印刷してください\n",
                "%s  not known: sent, but the printer did not confirm it. If it came out, scan it; if not,\n"
                "    record cpfctl label reprint (reason, second person), and print it once more\n"),
            id);
    for (size_t i = done + out; i < json_array_size(job->containers); i++)
        ctl_printf(say("%s  印刷していません\n", "%s  not printed\n"),
                   json_string_value(json_array_get(job->containers, i)));
}

static int print_all(const struct job *job)
{
    struct printer *p = NULL;
    bool out = false;
    enum printer_fault f = printer_open(job->where, ANSWER_MS, &p);
    int code = f ? told(job, f) : EXIT_FINE;
    size_t i = 0, n = json_array_size(job->containers);
    for (; !code && i < n; i += !code) {
        code = print_one(job, p, json_array_get(job->containers, i), &out);
        if (!code)
            ctl_printf(say("%s  印刷しました\n", "%s  printed\n"),
                       json_string_value(json_array_get(job->containers, i)));
        fflush(stdout);
    }
    if (code)
        tell_rest(job, i, out);
    printer_close(p);
    return code;
}

/* ---- a file ---- */

static int print_file(const struct job *job, const char *path, bool force)
{
    FILE *f = fopen(path, force ? "w+e" : "w+ex");
    if (!f) {
        say_error("%s: %s", path, strerror(errno));
        return EXIT_USAGE;
    }
    int code = fetch(job, job->containers, f);
    bool failed = ferror(f) || fflush(f);
    failed |= fclose(f) != 0;
    if (!code && failed) {
        say_error("%s: %s", path, strerror(errno));
        return EXIT_USAGE;
    }
    if (code)
        unlink(path);
    else
        printf("%s\n", path);
    return code;
}

/* ---- the commands ---- */

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n > m && strcmp(s + n - m, end) == 0;
}

static int run_print(struct ctl *c, const struct ctl_command *cmd)
{
    const char *out = args_get(&c->args, "out"), *dpi = args_get(&c->args, "dpi");
    struct job job = {
        .c = c, .where = args_get(&c->args, "printer"), .dpi = dpi ? strtol(dpi, NULL, 10) : 203};
    bool force = args_flag(&c->args, "force"), as = args_get(&c->args, "as") != NULL;
    job.as = job.where || (out && ends_with(out, ".zpl")) ? "zpl" : "pdf";
    (void)args_get(&c->args, "password-file");
    if (c->args.nwords < 1 || !job.where == !out)
        return ctl_usage(cmd, "%s",
                         say("製造番号と、--printer か --out の一方が必要です",
                             "a batch, and either --printer or --out are needed"));
    for (int i = 0; i < c->args.nwords; i++)
        if (c->args.word[i][strspn(c->args.word[i], PLAIN)])
            return ctl_usage(cmd, say("番号ではありません: %s", "no number: %s"), c->args.word[i]);
    if (args_unknown(&c->args))
        return ctl_usage(cmd, say("知らないオプション: --%s", "unknown option --%s"), args_unknown(&c->args));
    job.batch = c->args.word[0];
    int code = ctl_connect(c);
    if (!code)
        code = choose(&job);
    if (!code && as)
        code = ctl_signer(c, &job.badge, &job.password);
    if (!code)
        code = out ? print_file(&job, out, force) : print_all(&job);
    json_decref(job.containers);
    free(job.badge);
    ctl_wipe(job.password);
    return code;
}

static int run_list(struct ctl *c, const struct ctl_command *cmd)
{
    static const char *const columns[] = {"container:容器:Container",
                                          "title:ラベル:Label",
                                          "state:状態:State",
                                          "printable:印刷可:Printable",
                                          "step:工程:Step",
                                          "layout:レイアウト:Layout",
                                          NULL};
    json_t *v = NULL;
    if (c->args.nwords != 1 || c->args.word[0][strspn(c->args.word[0], PLAIN)])
        return ctl_usage(cmd, "%s", say("製造番号を一つ指定してください", "name one batch"));
    int code = ctl_connect(c);
    if (!code)
        code = fetch_list(c, c->args.word[0], &v);
    if (!code && c->json)
        ctl_print_json(v);
    else if (!code)
        ctl_print_table(json_object_get(v, "labels"), columns);
    json_decref(v);
    return code;
}

const struct ctl_command ctl_label_commands[] = {
    {"label", "list", "BATCH", "この端末で今印刷するラベルと、あるラベル",
     "labels to be printed at this station now, and those that are there", NULL, NULL, run_list, NULL},
    {"label", "print",
     "BATCH [CONTAINER...] --printer HOST[:PORT]|--out FILE.pdf|FILE.zpl [--dpi 203|300] [--force] [--as "
     "PERSON "
     "[--password-file FILE]]",
     "容器のラベルを印刷する（各一回。もう一枚は label reprint のあと）",
     "print labels of containers, each once; another copy behind label reprint",
     "    容器を指定しなければ、この端末で今印刷するものすべて。印刷した人は、端末にサインイン中の人か --as "
     "の人\n"
     "    プリンターには一枚ずつ送り、状態（~HS）を読み返してから印刷済みとする",
     "    Without CONTAINER all that are to be printed at this station now. By whoever acts at the station, "
     "or "
     "--as.\n"
     "    A printer gets one at a time, and its status (~HS) is read back before the label counts as printed",
     run_print, NULL},
    {"label", "check", "FILE...", "ラベルのレイアウトを検査する", "look for faults in layouts of labels",
     NULL, NULL, ctl_label_check, NULL},
    {0},
};
