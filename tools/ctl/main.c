/* cpfctl: a person's hand on cpfd, over HTTPS. This file finds the command and shows help. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "ctl.h"
#include "protocol/cmd.h"

static const char *const flags[] = {
    "json", "help",  "version", "training", "light-keys",          "light",  "no-signer",
    "once", "force", "pdf",     "csv",      "without-disclosures", "rights", NULL};
static const struct ctl_command *const tables[] = {
    ctl_init_commands, ctl_read_commands,   ctl_record_commands, ctl_export_commands,  ctl_anchor_commands,
    ctl_keys_commands, ctl_rights_commands, ctl_basis_commands,  ctl_missing_commands, ctl_label_commands};
#define NTABLES (sizeof(tables) / sizeof(*tables))

/* Commands with a main of their own. */
static const struct own {
    const char *noun, *verb, *ja, *en;
    int (*run)(int argc, char **argv);
} owns[] = {
    {"protocol", "lint", "製造手順の誤りを行・列で示す", "name every error of a protocol file",
     protocol_main},
    {"protocol", "show", "製造手順の工程を示す", "show the steps of a protocol file", protocol_main},
    {"protocol", "weaker", "改訂版で緩くなる管理を挙げる", "name each control that a revised version weakens",
     protocol_main},
    {"audit", NULL, "記録全体を検証する", "verify the whole log", audit_main},
    {NULL, NULL, NULL, NULL, NULL},
};

static void help(void)
{
    printf("%s\n    cpfctl COMMAND [...]  %s\n\n%s\n", say("使い方", "SYNOPSIS"),
           say("（各命令の詳細: cpfctl COMMAND --help）", "(details: cpfctl COMMAND --help)"),
           say("命令", "COMMANDS"));
    for (size_t t = 0; t < NTABLES; t++)
        for (const struct ctl_command *c = tables[t]; c->noun; c++)
            printf("    %-10s %-9s %s\n", c->noun, c->verb ? c->verb : "", say(c->ja, c->en));
    for (const struct own *o = owns; o->noun; o++)
        printf("    %-10s %-9s %s\n", o->noun, o->verb ? o->verb : "", say(o->ja, o->en));
    printf("\n%s\n"
           "    --dir DIR          %s\n"
           "    --url URL  --ca FILE  --token-file FILE   %s\n"
           "    --as PERSON  --password-file FILE         %s\n"
           "    --json             %s\n",
           say("共通のオプション", "COMMON OPTIONS"),
           say("設定のフォルダー（url, ca.pem, token）。既定: $CPF_DIR, ~/.config/cpfd",
               "folder with url, ca.pem, token; default: $CPF_DIR, ~/.config/cpfd"),
           say("フォルダーの代わり", "instead of the folder's files"),
           say("署名する人とそのパスワード", "who signs, and the password"),
           say("JSON で出力", "print JSON"));
    printf("\n%s\n    0 %s\n    1 %s\n    2 %s\n    3 %s\n    4 %s\n", say("終了コード", "EXIT STATUS"),
           say("成功", "done"), say("規則により拒否", "refused by a rule"), say("使い方の誤り", "wrong use"),
           say("接続できない", "not reachable"), say("検証に失敗", "does not verify"));
}

static const struct ctl_command *find(const char *noun, const char *verb)
{
    for (size_t t = 0; t < NTABLES; t++)
        for (const struct ctl_command *c = tables[t]; c->noun; c++)
            if (strcmp(c->noun, noun) == 0 && (!c->verb || (verb && strcmp(c->verb, verb) == 0)))
                return c;
    return NULL;
}

/* "cpfctl batch": the verbs of a noun. */
static int help_noun(const char *noun)
{
    bool any = false;
    for (size_t t = 0; t < NTABLES; t++)
        for (const struct ctl_command *c = tables[t]; c->noun; c++)
            if (strcmp(c->noun, noun) == 0) {
                fputs("    ", stderr);
                ctl_put_usage(stderr, c);
                any = true;
            }
    if (!any)
        say_error(say("命令 %s はありません（cpfctl --help）", "there is no command %s (cpfctl --help)"),
                  noun);
    return EXIT_USAGE;
}

static char *default_dir(void)
{
    const char *dir = getenv("CPF_DIR"), *home = getenv("HOME");
    char *path;
    if (dir && *dir)
        return strdup(dir);
    return asprintf(&path, "%s/.config/cpfd", home ? home : "") < 0 ? NULL : path;
}

static int own_run(int argc, char **argv)
{
    for (const struct own *o = owns; argc > 1 && o->noun; o++) {
        if (strcmp(o->noun, argv[1]) != 0)
            continue;
        if (!o->verb)
            return o->run(argc - 1, argv + 1);
        if (argc > 2 && strcmp(o->verb, argv[2]) == 0)
            return o->run(argc - 1, argv + 1);
    }
    return -1;
}

static int run(struct ctl *c, int argc, char **argv)
{
    const struct ctl_command *cmd;
    const char *bad, *dir;
    int nskip;
    if (args_parse(&c->args, argc - 1, argv + 1, flags, &bad)) {
        say_error(say("この引数は使えません: %s", "cannot use this argument: %s"), bad);
        return EXIT_USAGE;
    }
    if (args_flag(&c->args, "version")) {
        puts("cpfctl " CPF_VERSION);
        return EXIT_FINE;
    }
    if (!c->args.nwords || strcmp(c->args.word[0], "help") == 0) {
        help();
        return c->args.nwords || args_flag(&c->args, "help") ? EXIT_FINE : EXIT_USAGE;
    }
    cmd = find(c->args.word[0], c->args.nwords > 1 ? c->args.word[1] : NULL);
    if (!cmd)
        return help_noun(c->args.word[0]);
    if (args_flag(&c->args, "help")) {
        ctl_help_command(cmd);
        return EXIT_FINE;
    }
    nskip = cmd->verb ? 2 : 1;
    c->args.nwords -= nskip;
    memmove(c->args.word, c->args.word + nskip, sizeof(*c->args.word) * (size_t)c->args.nwords);
    c->json = args_flag(&c->args, "json");
    dir = args_get(&c->args, "dir");
    if (dir)
        c->dir = dir;
    /* common options that a command may leave unread */
    args_get(&c->args, "url"), args_get(&c->args, "ca"), args_get(&c->args, "token-file");
    args_get(&c->args, "token"), args_get(&c->args, "as"), args_get(&c->args, "password-file");
    return cmd->run(c, cmd);
}

int main(int argc, char **argv)
{
    char *dir = default_dir();
    struct ctl c = {.dir = dir};
    int code;
    signal(SIGPIPE, SIG_IGN);
    code = own_run(argc, argv);
    if (code < 0) {
        code = run(&c, argc, argv);
        ctl_fini(&c);
    }
    free(dir);
    return code;
}
