#include "settings.h"
#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>
#include "base/mem.h"

/* The schema: every scalar setting and where it goes. `allow`, the one list, is handled apart. */
static const struct setting {
    const char *name;
    size_t offset; /* of a char * in struct settings */
} setting[] = {
    {"socket", offsetof(struct settings, socket)},
    {"state", offsetof(struct settings, state)},
    {"key", offsetof(struct settings, key)},
    {"passphrase", offsetof(struct settings, passphrase)},
    {"origin", offsetof(struct settings, origin)},
    {"next_key", offsetof(struct settings, next_key)},
    {"next_passphrase", offsetof(struct settings, next_passphrase)},
    {"module", offsetof(struct settings, module)},
    {"pin", offsetof(struct settings, pin)},
};
#define SETTING_N (sizeof(setting) / sizeof(setting[0]))

__attribute__((format(printf, 3, 4))) static int fail(struct settings_fault *fault, int err, const char *fmt,
                                                      ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(fault->text, sizeof(fault->text), fmt, ap);
    va_end(ap);
    return err;
}

static char **slot_of(struct settings *c, const struct setting *s)
{
    return (char **)(void *)((char *)c + s->offset);
}

void settings_init(struct settings *c)
{
    memset(c, 0, sizeof(*c));
}

void settings_fini(struct settings *c)
{
    for (size_t i = 0; i < SETTING_N; i++)
        free(*slot_of(c, &setting[i]));
    settings_init(c);
}

int settings_allow(struct settings *c, const char *user, struct settings_fault *fault)
{
    char *end;
    if (c->nallow == SETTINGS_USERS_MAX)
        return fail(fault, CPF_E_LIMIT, "allow: more than %d users", SETTINGS_USERS_MAX);
    errno = 0;
    unsigned long uid = strtoul(user, &end, 10);
    if (user[0] >= '0' && user[0] <= '9' && *end == '\0' && errno == 0 && uid < (uid_t)-1) {
        c->allow[c->nallow++] = (uid_t)uid;
        return 0;
    }
    const struct passwd *pw = getpwnam(user);
    if (!pw)
        return fail(fault, CPF_E_NOTFOUND, "allow: there is no user '%s'", user);
    c->allow[c->nallow++] = pw->pw_uid;
    return 0;
}

int settings_require(const struct settings *c, const char *const names[], struct settings_fault *fault)
{
    for (; *names; names++)
        for (size_t i = 0; i < SETTING_N; i++)
            if (strcmp(setting[i].name, *names) == 0 &&
                !*slot_of((struct settings *)(uintptr_t)c, &setting[i]))
                return fail(fault, CPF_E_INVAL, "'%s' is not set: give it in --config or as --%s%s", *names,
                            *names, strcmp(*names, "passphrase") == 0 ? "-file" : "");
    return 0;
}

/* ---- the file ---- */

struct reading {
    struct settings *into;
    const char *path;
    yaml_document_t doc;
    struct settings_fault *fault;
    bool seen[SETTING_N + 1]; /* the last: allow */
    bool keep_allow;          /* given by flags */
};

static int fail_at(struct reading *r, const yaml_node_t *n, const char *what, const char *name)
{
    return fail(r->fault, CPF_E_SYNTAX, "%s:%zu:%zu: %s%s%s%s", r->path, n->start_mark.line + 1,
                n->start_mark.column + 1, what, name ? " '" : "", name ? name : "", name ? "'" : "");
}

static const char *text_of(const yaml_node_t *n)
{
    if (n->type != YAML_SCALAR_NODE || n->data.scalar.length == 0 ||
        strlen((const char *)n->data.scalar.value) != n->data.scalar.length)
        return NULL;
    return (const char *)n->data.scalar.value;
}

static int read_allow(struct reading *r, const yaml_node_t *list)
{
    if (list->type != YAML_SEQUENCE_NODE)
        return fail_at(r, list, "a list of users is wanted", NULL);
    for (yaml_node_item_t *it = list->data.sequence.items.start; it < list->data.sequence.items.top; it++) {
        const yaml_node_t *n = yaml_document_get_node(&r->doc, *it);
        const char *user = text_of(n);
        if (!user)
            return fail_at(r, n, "a user's name or number is wanted", NULL);
        struct settings_fault why;
        if (!r->keep_allow && settings_allow(r->into, user, &why))
            return fail_at(r, n, why.text, NULL);
    }
    return 0;
}

static int read_member(struct reading *r, const yaml_node_t *key, const yaml_node_t *value)
{
    const char *name = text_of(key);
    if (!name)
        return fail_at(r, key, "a setting's name is wanted", NULL);
    size_t i = 0;
    while (i < SETTING_N && strcmp(setting[i].name, name) != 0)
        i++;
    if (i == SETTING_N && strcmp(name, "allow") != 0)
        return fail_at(r, key, "unknown setting", name);
    if (r->seen[i])
        return fail_at(r, key, "set twice:", name);
    r->seen[i] = true;
    if (i == SETTING_N)
        return read_allow(r, value);
    const char *text = text_of(value);
    if (!text)
        return fail_at(r, value, "a text is wanted for", name);
    char **slot = slot_of(r->into, &setting[i]);
    if (!*slot)
        *slot = xstrdup(text);
    return 0;
}

static int read_document(struct reading *r)
{
    const yaml_node_t *root = yaml_document_get_root_node(&r->doc);
    if (!root)
        return fail(r->fault, CPF_E_SYNTAX, "%s: is empty", r->path);
    if (root->type != YAML_MAPPING_NODE)
        return fail_at(r, root, "settings are wanted, one a line", NULL);
    int err = 0;
    for (yaml_node_pair_t *p = root->data.mapping.pairs.start; !err && p < root->data.mapping.pairs.top; p++)
        err = read_member(r, yaml_document_get_node(&r->doc, p->key),
                          yaml_document_get_node(&r->doc, p->value));
    return err;
}

int settings_load(struct settings *c, const char *path, struct settings_fault *fault)
{
    struct reading r = {.into = c, .path = path, .fault = fault, .keep_allow = c->nallow > 0};
    yaml_parser_t parser;
    FILE *f = fopen(path, "re");
    if (!f)
        return fail(fault, CPF_E_IO, "%s: %s", path, strerror(errno));
    require(yaml_parser_initialize(&parser));
    yaml_parser_set_input_file(&parser, f);
    int err;
    if (yaml_parser_load(&parser, &r.doc)) {
        err = read_document(&r);
        yaml_document_delete(&r.doc);
    } else {
        err = fail(fault, CPF_E_SYNTAX, "%s:%zu:%zu: %s", path, parser.problem_mark.line + 1,
                   parser.problem_mark.column + 1, parser.problem ? parser.problem : "not YAML");
    }
    yaml_parser_delete(&parser);
    fclose(f);
    return err;
}
