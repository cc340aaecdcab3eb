/* cpf-signer: holds the log's key and the high-water mark, and signs checkpoints (doc/log.md 2). */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include "base/mem.h"
#include "command.h"
#include "log.h"

static const char usage[] =
    "cpf-signer " CPF_VERSION ": signs the checkpoints of one log\n"
    "\n"
    "  cpf-signer init   --state FILE --key FILE --passphrase-file FILE --origin ORIGIN [--light]\n"
    "      makes a new key and an empty state, prints the verifier key; overwrites nothing\n"
    "  cpf-signer newkey --config FILE\n"
    "      for a rotation: makes `next_key`, prints its verifier key; overwrites nothing\n"
    "  cpf-signer vkey --config FILE\n"
    "      prints the verifier keys of `key` and `next_key`: the vkey file of cpfd\n"
    "  cpf-signer [serve] --config FILE\n"
    "      signs until SIGTERM; settings may also be given as flags:\n"
    "      --socket PATH --state FILE --key FILE --passphrase-file FILE --origin ORIGIN --allow-uid UID...\n"
    "  cpf-signer status --socket PATH | --config FILE\n"
    "      asks the running signer where it stands\n"
    "\n"
    "A key is a sealed file, or in a PKCS#11 token: pkcs11:token=NAME;object=NAME, with --module FILE.\n"
    "During a rotation: --next-key, --next-passphrase-file.\n"
    "Passphrases and PIN come from the systemd credentials log-key-passphrase, next-key-passphrase and\n"
    "token-pin, else from --passphrase-file, --next-passphrase-file and --pin-file (mode 0400 or 0600, "
    "owned\n"
    "by this user). --light: a quick seal, for training logs only.\n";

enum {
    OPT_CONFIG = 256,
    OPT_SOCKET,
    OPT_STATE,
    OPT_KEY,
    OPT_PASSPHRASE,
    OPT_ORIGIN,
    OPT_ALLOW,
    OPT_LIGHT,
    OPT_NEXT_KEY,
    OPT_NEXT_PASSPHRASE,
    OPT_MODULE,
    OPT_PIN
};

static const struct option options[] = {
    {"config", required_argument, NULL, OPT_CONFIG},
    {"socket", required_argument, NULL, OPT_SOCKET},
    {"state", required_argument, NULL, OPT_STATE},
    {"key", required_argument, NULL, OPT_KEY},
    {"passphrase-file", required_argument, NULL, OPT_PASSPHRASE},
    {"origin", required_argument, NULL, OPT_ORIGIN},
    {"allow-uid", required_argument, NULL, OPT_ALLOW},
    {"next-key", required_argument, NULL, OPT_NEXT_KEY},
    {"next-passphrase-file", required_argument, NULL, OPT_NEXT_PASSPHRASE},
    {"module", required_argument, NULL, OPT_MODULE},
    {"pin-file", required_argument, NULL, OPT_PIN},
    {"light", no_argument, NULL, OPT_LIGHT},
    {"version", no_argument, NULL, 'V'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* Neither a core file nor another process of this user shall see the key. */
static void hide_memory(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* A setting given as a flag; false: another option. */
static bool take_setting(int opt, struct settings *c)
{
    const struct {
        int opt;
        char **slot;
    } known[] = {
        {OPT_SOCKET, &c->socket},
        {OPT_STATE, &c->state},
        {OPT_KEY, &c->key},
        {OPT_PASSPHRASE, &c->passphrase},
        {OPT_ORIGIN, &c->origin},
        {OPT_NEXT_KEY, &c->next_key},
        {OPT_NEXT_PASSPHRASE, &c->next_passphrase},
        {OPT_MODULE, &c->module},
        {OPT_PIN, &c->pin},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].opt != opt)
            continue;
        free(*known[i].slot);
        *known[i].slot = xstrdup(optarg);
        return true;
    }
    return false;
}

/* *ret_exit >= 0: nothing more to do. */
static void take_option(int opt, struct settings *c, const char **ret_config, int *ret_exit)
{
    struct settings_fault why;
    if (take_setting(opt, c))
        return;
    switch (opt) {
    case OPT_CONFIG:
        *ret_config = optarg;
        break;
    case OPT_ALLOW:
        if (settings_allow(c, optarg, &why)) {
            log_line(LOG_L_ERROR, "event=settings text=\"%s\"", why.text);
            *ret_exit = 2;
        }
        break;
    case OPT_LIGHT:
        c->light = true;
        break;
    case 'V':
        puts("cpf-signer " CPF_VERSION);
        *ret_exit = EXIT_SUCCESS;
        break;
    case 'h':
        fputs(usage, stdout);
        *ret_exit = EXIT_SUCCESS;
        break;
    default:
        fputs(usage, stderr);
        *ret_exit = 2;
    }
}

static const struct command {
    const char *name;
    int (*run)(const struct settings *c);
    const char *wants[5];
} command[] = {
    {"serve", command_serve, {"socket", "state", "key", "origin"}},
    {"init", command_init, {"state", "key", "origin"}},
    {"newkey", command_newkey, {"next_key", "origin"}},
    {"vkey", command_vkey, {"key", "origin"}},
    {"status", command_status, {"socket"}},
};

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof(command) / sizeof(command[0]); i++)
        if (strcmp(command[i].name, name) == 0)
            return &command[i];
    return NULL;
}

static int run(struct settings *c, int argc, char **argv)
{
    const char *config = NULL;
    const struct command *cmd = &command[0];
    struct settings_fault why;
    int opt, status = -1;
    while (status < 0 && (opt = getopt_long(argc, argv, "hV", options, NULL)) != -1)
        take_option(opt, c, &config, &status);
    if (status >= 0)
        return status;
    if (optind < argc)
        cmd = find_command(argv[optind++]);
    if (!cmd || optind < argc) {
        fputs(usage, stderr);
        return 2;
    }
    if ((config && settings_load(c, config, &why)) || settings_require(c, cmd->wants, &why)) {
        log_line(LOG_L_ERROR, "event=settings text=\"%s\"", why.text);
        return 2;
    }
    return cmd->run(c);
}

int main(int argc, char **argv)
{
    struct settings c;
    hide_memory();
    settings_init(&c);
    int status = run(&c, argc, argv);
    settings_fini(&c);
    return status;
}
