#include "protocol/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/bounds.h"
#include "base/enc.h"
#include "base/file.h"
#include "core/protocol/weaker.h"
#include "lib/files.h"
#include "protocol/show.h"
#include "lib/say.h"

#define ERRORS_MAX 200

struct report {
    const char *path;
    struct protocol *p;
    struct protocol_error error[ERRORS_MAX];
    size_t n;
    int rc; /* of the file, or of the loader */
};

/* A file that cannot be read is an error of the whole file. */
static void load(const char *path, struct report *r)
{
    struct buf text;
    buf_init(&text);
    *r = (struct report){.path = path, .rc = file_read(path, BOUND_PROTOCOL_BYTES, &text)};
    if (r->rc == CPF_OK) {
        r->rc = protocol_load(text.data ? text.data : "", text.len, &r->p, r->error, ERRORS_MAX, &r->n);
    } else {
        snprintf(r->error[0].text, sizeof(r->error[0].text), "%s",
                 r->rc == CPF_E_IO ? strerror(errno) : cpf_strerror(r->rc));
        r->n = 1;
    }
    buf_fini(&text);
}

static size_t kept(const struct report *r)
{
    return r->n < ERRORS_MAX ? r->n : ERRORS_MAX;
}

static void print_errors(const struct report *r, FILE *out)
{
    for (size_t i = 0; i < kept(r); i++) {
        const struct protocol_error *e = &r->error[i];
        fprintf(out, "%s:%d:%d: %s", r->path, e->line, e->column, e->text);
        fprintf(out, e->hint[0] ? " (%s)\n" : "%s\n", e->hint);
    }
    if (r->n > kept(r))
        fprintf(out, say("%s: ほかに %zu 件\n", "%s: %zu more errors\n"), r->path, r->n - kept(r));
}

static void print_summary(const struct report *r)
{
    char digest[44];
    enc_digest(r->p->hash, digest);
    printf(say("%s: 誤りなし。%s %s, 工程 %zu, %s\n", "%s: no errors; %s %s, %zu steps, %s\n"), r->path,
           r->p->id, r->p->version, r->p->nsteps, digest);
}

static void print_json(const struct report *r)
{
    struct arena a;
    struct buf text;
    arena_init(&a, 0);
    buf_init(&text);
    struct json *j = json_object(&a), *errors = json_array(&a);
    json_set_str(&a, j, "file", enc_utf8_ok(r->path, strlen(r->path)) ? r->path : "?");
    json_set(&a, j, "ok", json_bool(&a, r->rc == CPF_OK));
    for (size_t i = 0; i < kept(r); i++) {
        struct json *e = json_set_int(&a, json_object(&a), "line", r->error[i].line);
        json_set_int(&a, e, "column", r->error[i].column);
        json_set_str(&a, e, "text", r->error[i].text);
        json_push(errors, json_set_str(&a, e, "hint", r->error[i].hint));
    }
    json_set(&a, j, "errors", errors);
    if (r->p) {
        char digest[44];
        enc_digest(r->p->hash, digest);
        json_set_str(&a, j, "id", r->p->id);
        json_set_str(&a, j, "version", r->p->version);
        json_set_str(&a, j, "hash", digest);
        json_set_int(&a, j, "steps", (int64_t)r->p->nsteps);
    }
    json_write(&text, j);
    puts(text.data);
    buf_fini(&text);
    arena_fini(&a);
}

int protocol_cmd_lint(int argc, char **argv, bool json)
{
    struct report r;
    int code = EXIT_FINE;
    if (argc < 1) {
        say_error("%s", say("cpfctl protocol lint FILE...", "cpfctl protocol lint FILE..."));
        return EXIT_USAGE;
    }
    for (int i = 0; i < argc; i++) {
        load(argv[i], &r);
        if (json)
            print_json(&r);
        else if (r.p)
            print_summary(&r);
        else
            print_errors(&r, stdout);
        if (r.rc != CPF_OK)
            code = EXIT_USAGE;
        protocol_free(r.p);
    }
    return code;
}

int protocol_cmd_weaker(int argc, char **argv)
{
    struct report old = {0}, now = {0};
    struct arena a;
    if (argc != 2) {
        say_error("cpfctl protocol weaker OLD NEW");
        return EXIT_USAGE;
    }
    arena_init(&a, 0);
    load(argv[0], &old);
    load(argv[1], &now);
    print_errors(&old, stderr);
    print_errors(&now, stderr);
    int code = old.p && now.p ? EXIT_FINE : EXIT_USAGE;
    if (!code) {
        const struct json *list = protocol_weaker(&a, old.p, now.p);
        json_each(one, list)
            puts(one->str);
    }
    protocol_free(old.p);
    protocol_free(now.p);
    arena_fini(&a);
    return code;
}

int protocol_cmd_show(int argc, char **argv)
{
    struct report r;
    const char *path = NULL;
    bool dot = false, wrong = false;
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "--dot") == 0)
            dot = true;
        else if (path || argv[i][0] == '-')
            wrong = true;
        else
            path = argv[i];
    if (!path || wrong) {
        say_error("cpfctl protocol show FILE [--dot]");
        return EXIT_USAGE;
    }
    load(path, &r);
    print_errors(&r, stderr);
    if (!r.p)
        return EXIT_USAGE;
    if (dot)
        protocol_show_dot(stdout, r.p);
    else
        protocol_show_outline(stdout, r.p);
    protocol_free(r.p);
    return EXIT_FINE;
}

static void help(void)
{
    printf("cpfctl protocol lint FILE... [--json]\n    %s\n"
           "cpfctl protocol show FILE [--dot | --json]\n    %s\n"
           "cpfctl protocol weaker OLD NEW\n    %s\n",
           say("誤りをすべて file:line:column で示す", "name every error as file:line:column"),
           say("工程・担当・場所・時間・項目の一覧、または graphviz の図",
               "outline of steps, people, places, times and fields, or a graph for graphviz"),
           say("改訂版で緩くなる管理を一行に一つ示す",
               "each control that asks less in the new version, a line each"));
}

/* `show --json`: what stations get. */
static int show_json(int argc, char **argv)
{
    struct report r;
    if (argc != 1) {
        help();
        return EXIT_USAGE;
    }
    load(argv[0], &r);
    print_errors(&r, stderr);
    if (!r.p)
        return EXIT_USAGE;
    protocol_show_json(stdout, r.p);
    protocol_free(r.p);
    return EXIT_FINE;
}

int protocol_main(int argc, char **argv)
{
    bool json = false;
    int n = 0;
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            help();
            return EXIT_FINE;
        }
        if (i > 1 && strcmp(argv[i], "--json") == 0)
            json = true;
        else
            argv[n++] = argv[i];
    }
    if (n > 1 && strcmp(argv[1], "lint") == 0)
        return protocol_cmd_lint(n - 2, argv + 2, json);
    if (n > 1 && strcmp(argv[1], "weaker") == 0)
        return protocol_cmd_weaker(n - 2, argv + 2);
    if (n > 1 && strcmp(argv[1], "show") == 0)
        return json ? show_json(n - 2, argv + 2) : protocol_cmd_show(n - 2, argv + 2);
    help();
    return EXIT_USAGE;
}
