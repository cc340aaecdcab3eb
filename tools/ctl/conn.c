#include "ctl.h"

#include <event2/event.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/mem.h"
#include "lib/client.h"
#include "core/code/code.h"
#include "lib/files.h"

#define PATIENCE_MS 15000

/* A setting from the flag, else from the file in DIR. */
static char *setting(struct ctl *c, const char *flag, const char *file)
{
    const char *v = args_get(&c->args, flag);
    char *path, *line;
    if (v)
        return xstrdup(v);
    path = files_join(c->dir, file);
    line = files_line(path);
    free(path);
    return line;
}

static char *ca_path(struct ctl *c)
{
    const char *v = args_get(&c->args, "ca");
    return v ? xstrdup(v) : files_join(c->dir, "ca.pem");
}

static char *token_text(struct ctl *c)
{
    const char *file = args_get(&c->args, "token-file");
    return file ? files_line(file) : setting(c, "token", "token");
}

int ctl_connect(struct ctl *c)
{
    struct client_config cfg = {.patience_ms = c->patience_ms ? c->patience_ms : PATIENCE_MS,
                                .timeout_ms = c->timeout_ms};
    const char *why;
    c->url = setting(c, "url", "url");
    c->ca = ca_path(c);
    c->token = token_text(c);
    if (!c->url) {
        say_error(say("接続先が分かりません: %s/url がありません（--url か --dir を指定）",
                      "no address: there is no %s/url (give --url or --dir)"),
                  c->dir);
        return EXIT_USAGE;
    }
    c->base = event_base_new();
    require(c->base);
    cfg.base = c->base;
    cfg.url = c->url;
    cfg.ca = c->ca;
    if (client_new(&cfg, &c->client, &why)) {
        say_error("%s: %s", c->url, why);
        return EXIT_USAGE;
    }
    return EXIT_FINE;
}

void ctl_fini(struct ctl *c)
{
    client_free(c->client);
    if (c->base)
        event_base_free(c->base);
    ctl_wipe(c->token);
    free(c->url);
    free(c->ca);
}

void ctl_wipe(char *secret)
{
    if (secret)
        OPENSSL_cleanse(secret, strlen(secret));
    free(secret);
}

static void print_refusal(struct ctl *c, int status, const json_t *v)
{
    const char *code = json_string_value(json_object_get(v, "code"));
    if (c->json && v)
        ctl_print_json(v);
    else
        say_error("%d %s %s", status, code ? code : "", ctl_text(json_object_get(v, "message")));
}

int ctl_failed(struct ctl *c, int status, const json_t *answer, const char *why)
{
    if (!status)
        say_error(
            say("%s: %s\n  cpfd が動いているか（systemctl status cpfd、journalctl -u cpfd）、"
                "接続先と ca.pem が正しいかを確かめてください",
                "%s: %s\n  see whether cpfd runs (systemctl status cpfd, journalctl -u cpfd), and whether "
                "address and ca.pem are right"),
            c->url, why);
    else
        print_refusal(c, status, answer);
    return !status || status == 503 ? EXIT_UNREACHABLE : EXIT_REFUSED;
}

int ctl_call(struct ctl *c, const char *path, const json_t *body, json_t **ret)
{
    char *why = NULL;
    json_t *v = NULL;
    int status = client_call(c->client, path, c->token, body, &v, &why), code = EXIT_FINE;
    if (status == 200 && v) {
        *ret = v;
    } else {
        code = ctl_failed(c, status, v, why);
        json_decref(v);
    }
    free(why);
    return code;
}

json_t *ctl_id(void)
{
    char id[37];
    uuid7_make(clock_now_ms(), id);
    return json_string(id);
}

char *ctl_code(char type, const char *id)
{
    char raw[72];
    struct code whole;
    if (code_read(id, strlen(id), &whole) == CODE_OK && whole.kind != CODE_TEXT && whole.kind != CODE_NUMBER)
        return xstrdup(id);
    if (code_make(type, id, raw, sizeof(raw)))
        return xstrdup(id); /* the server says what is wrong with it */
    return xstrdup(raw);
}

int ctl_signer(struct ctl *c, char **ret_badge, char **ret_password)
{
    const char *as = args_get(&c->args, "as"), *file = args_get(&c->args, "password-file");
    char *password = NULL;
    if (!as) {
        say_error("%s", say("署名者を --as で指定してください", "say who signs: --as PERSON"));
        return EXIT_USAGE;
    }
    if (file)
        password = files_line(file);
    else if (say_tty())
        password = say_ask(say("パスワード: ", "Password: "), true);
    if (!password && file) {
        say_error(say("%s: パスワードを読めません（一行のファイルが必要です）",
                      "%s: no password there (a readable file of one line is needed)"),
                  file);
        return EXIT_USAGE;
    }
    if (!password) {
        say_error("%s", say("パスワードがありません（端末か --password-file）",
                            "no password (ask at a terminal, or --password-file FILE)"));
        return EXIT_USAGE;
    }
    *ret_badge = ctl_code('P', as);
    *ret_password = password;
    return EXIT_FINE;
}
