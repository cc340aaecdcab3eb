#include "base/log.h"
#include "conf.h"

#include <errno.h>
#include <libgen.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>
#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

#define VALUE_MAX 2048
#define FILE_MAX  65536

/* ---- the schema ---- */

enum type { TYPE_TEXT, TYPE_PATH, TYPE_BOOL, TYPE_INT };

struct key {
    const char *name;
    enum type type;
    size_t offset;        /* in struct conf */
    const char *fallback; /* NULL: must be given */
    int min, max;         /* TYPE_INT */
    const char *meaning;
};

#define KEY(member, type, fallback, min, max, meaning)                                                       \
    {                                                                                                        \
#member, type, offsetof(struct conf, member), fallback, min, max, meaning                            \
    }

static const struct key keys[] = {
    KEY(origin, TYPE_TEXT, NULL, 0, 0,
        "name of the log, e.g. example.org/cpf-1; begins with training. if and only if training is true"),
    KEY(training, TYPE_BOOL, "false", 0, 0, "samples and courses: the clock is simulated, keys may be light"),
    KEY(zone, TYPE_TEXT, "Asia/Tokyo", 0, 0, "time zone of the facility: where its days begin"),
    KEY(listen_address, TYPE_TEXT, "127.0.0.1", 0, 0, "IPv4 or IPv6 address of the HTTPS server"),
    KEY(listen_port, TYPE_INT, "8443", 0, 65535, "its port; 0 takes any free one and prints it"),
    KEY(tls_certificate, TYPE_PATH, NULL, 0, 0, "PEM file: certificate, then its chain"),
    KEY(tls_key, TYPE_PATH, NULL, 0, 0, "PEM file: private key"),
    KEY(admin_socket, TYPE_PATH, "/run/cpfd/admin.sock", 0, 0, "UNIX socket for set-up, mode 0600"),
    KEY(database, TYPE_TEXT, NULL, 0, 0, "libpq connection string of the writer role"),
    KEY(database_reader, TYPE_TEXT, NULL, 0, 0, "libpq connection string of the reader role"),
    KEY(signer_socket, TYPE_PATH, "/run/cpf-signer/signer.sock", 0, 0, "UNIX socket of cpf-signer"),
    KEY(vkey_file, TYPE_PATH, NULL, 0, 0,
        "file with the log's verifier key, one line, as cpf-signer init wrote it; during a rotation two"),
    KEY(catalogue, TYPE_PATH, "/usr/share/cpfd/catalogue.yaml", 0, 0, "texts of all codes, ja and en"),
    KEY(rights, TYPE_PATH, "", 0, 0, "who may do what; left out: rights.yaml beside the catalogue"),
    KEY(labels, TYPE_PATH, "", 0, 0, "folder of layouts of labels; left out: labels beside the catalogue"),
    KEY(clauses, TYPE_PATH, "/usr/share/cpfd/clauses.yaml", 0, 0, "legal citations with their dates"),
    KEY(report, TYPE_PATH, "/usr/libexec/cpf-report", 0, 0, "the program that makes bundles and reports"),
    KEY(evidence, TYPE_PATH, "/etc/cpfd/evidence", 0, 0,
        "folder of what a bundle carries from outside the database: keys, policy, certificates"),
    KEY(report_key, TYPE_PATH, "", 0, 0,
        "PEM file: the facility's P-256 key, which signs each PDF; with report_certificate"),
    KEY(report_certificate, TYPE_PATH, "", 0, 0, "PEM file: its certificate, then its chain"),
    KEY(witnesses, TYPE_PATH, "", 0, 0,
        "C2SP policy file: `witness NAME VKEY URL` of those who cosign this log; left out: policy.txt of "
        "evidence"),
    KEY(witness_ca, TYPE_PATH, "", 0, 0,
        "PEM file: authorities or own certificates of the witnesses' https servers; left out: the system's"),
    KEY(witness_interval_s, TYPE_INT, "600", 0, 86400,
        "seconds between two rounds to the witnesses; 0: only when asked (cpfctl anchor)"),
    KEY(witness_key, TYPE_PATH, "", 0, 0,
        "sealed key with which this daemon cosigns other logs; left out: it is nobody's witness"),
    KEY(witness_name, TYPE_TEXT, "", 0, 0, "name of that key, e.g. example.org/witness; with witness_key"),
    KEY(witness_passphrase, TYPE_PATH, "", 0, 0,
        "file with its passphrase, where systemd gives no credential witness-key-passphrase"),
    KEY(witness_logs, TYPE_PATH, "", 0, 0,
        "C2SP policy file: `log VKEY` of the logs that this daemon cosigns; with witness_key"),
    KEY(stamp_url, TYPE_TEXT, "", 0, 0,
        "RFC 3161 time-stamping authority, http or https; left out: no time stamps"),
    KEY(stamp_ca, TYPE_PATH, "", 0, 0, "as witness_ca, for an authority behind https"),
    KEY(stamp_interval_s, TYPE_INT, "3600", 0, 2592000,
        "seconds between two time stamps, while the log grows; 0: only when asked (cpfctl anchor)"),
    KEY(stamp_training, TYPE_BOOL, "false", 0, 0,
        "true: time stamps in a training log too, whose clock says nothing: for tests of an authority"),
    KEY(audit_results, TYPE_PATH, "/var/lib/cpf-audit", 0, 0,
        "folder of new.json and full.json, what the last audits said, for /metrics"),
    KEY(late_after_s, TYPE_INT, "300", 10, 86400,
        "seconds after which a station's claim of time needs a late entry (practice, not law)"),
    KEY(second_within_s, TYPE_INT, "300", 30, 3600,
        "seconds within which a second person who is named has given the own PIN at the station"),
    KEY(idle_after_s, TYPE_INT, "1800", 0, 86400,
        "seconds without use after which a station asks for a badge before the next act; 0: never"),
    KEY(pace_scan_ms, TYPE_INT, "2000", 0, 60000,
        "milliseconds; more than half of 30 entries at a station faster than that is a deviation; 0: never"),
    KEY(pace_tube_ms, TYPE_INT, "500", 0, 60000,
        "the same between two containers of one step: tubes go by in bursts"),
    KEY(pace_witness_ms, TYPE_INT, "2000", 0, 60000,
        "milliseconds from a step's last value to the second person's badge; more than half of 10 faster is "
        "a "
        "deviation; 0: never"),
    KEY(pace_spread_ms, TYPE_INT, "500", 0, 60000,
        "milliseconds; 10 confirmations in a row that waited alike, within so much, are a deviation; 0: "
        "never"),
    KEY(pace_apart_ms, TYPE_INT, "15000", 0, 600000,
        "milliseconds; one person's entries at stations of two rooms within that are a deviation; 0: never"),
    KEY(pace_review_ms, TYPE_INT, "100", 0, 60000,
        "milliseconds for each entry of a batch from its report to the confirmation; sooner is a deviation; "
        "0: never"),
    KEY(station_silent_s, TYPE_INT, "60", 2, 3600,
        "seconds without a sign of life after which a station with a key, where somebody is signed in, is "
        "silent"),
    KEY(wrong_station_s, TYPE_INT, "30", 1, 3600,
        "most seconds that a station waits after wrong secrets in a row, whoever's"),
    KEY(wrong_person_s, TYPE_INT, "900", 1, 86400,
        "most seconds that a person waits at a station after own wrong secrets in a row there"),
    KEY(clock_ahead_s, TYPE_INT, "600", 10, 86400,
        "seconds that the clock may jump ahead; beyond, nothing is recorded until it is right or confirmed"),
    KEY(watch_interval_s, TYPE_INT, "60", 1, 3600,
        "seconds between two looks at what a start demands: files, certificates, disk, clock"),
    KEY(certificate_warn_days, TYPE_INT, "30", 1, 3650,
        "days before a certificate's end from which on it warns"),
    KEY(disk_folder, TYPE_PATH, "", 0, 0,
        "folder whose room is watched beside the admin socket's: PostgreSQL's data, where it is on this "
        "machine"),
    KEY(disk_warn_mb, TYPE_INT, "2048", 0, 1000000000, "megabytes; with less free it warns"),
    KEY(disk_stop_mb, TYPE_INT, "128", 0, 1000000000,
        "megabytes; with less free nothing more is recorded (disk.full), before PostgreSQL stops by itself"),
    KEY(retry_after_s, TYPE_INT, "1", 1, 300, "seconds in Retry-After when work is refused for now"),
};
#define NKEYS (sizeof(keys) / sizeof(keys[0]))

/* ---- loading ---- */

struct loader {
    const char *path;
    struct conf *conf;
    bool seen[NKEYS];
    yaml_mark_t where[NKEYS];
    char **ret_error;
};

static int __attribute__((format(printf, 3, 4))) fail(struct loader *l, yaml_mark_t at, const char *fmt, ...)
{
    struct buf text;
    va_list ap;
    char *what;
    va_start(ap, fmt);
    int n = vasprintf(&what, fmt, ap);
    va_end(ap);
    require(n >= 0);
    buf_init(&text);
    buf_printf(&text, "%s:%zu:%zu: %s", l->path, at.line + 1, at.column + 1, what);
    free(what);
    *l->ret_error = text.data;
    return CPF_E_SYNTAX;
}

static const char **text_at(struct conf *c, const struct key *k)
{
    return (const char **)((char *)c + k->offset);
}

/* Relative paths are meant from where the file is, not from where the daemon was started. */
static char *resolve(const char *conf_path, const char *path)
{
    char *copy, *ret;
    if (path[0] == '/')
        return xstrdup(path);
    copy = xstrdup(conf_path);
    require(asprintf(&ret, "%s/%s", dirname(copy), path) >= 0);
    free(copy);
    return ret;
}

static int set_int(struct loader *l, const struct key *k, const char *value, yaml_mark_t at)
{
    char *end;
    errno = 0;
    long n = strtol(value, &end, 10);
    if (errno || *end || end == value || n < k->min || n > k->max)
        return fail(l, at, "%s must be a whole number from %d to %d, not `%s`", k->name, k->min, k->max,
                    value);
    *(int *)((char *)l->conf + k->offset) = (int)n;
    return 0;
}

static int set_bool(struct loader *l, const struct key *k, const char *value, yaml_mark_t at)
{
    bool yes = strcmp(value, "true") == 0;
    if (!yes && strcmp(value, "false") != 0)
        return fail(l, at, "%s must be true or false, not `%s`", k->name, value);
    *(bool *)((char *)l->conf + k->offset) = yes;
    return 0;
}

static int set_value(struct loader *l, const struct key *k, const char *value, yaml_mark_t at)
{
    if (!*value || strlen(value) > VALUE_MAX)
        return fail(l, at, "%s must have 1 to %d bytes; leave the line out to take the default", k->name,
                    VALUE_MAX);
    switch (k->type) {
    case TYPE_INT:
        return set_int(l, k, value, at);
    case TYPE_BOOL:
        return set_bool(l, k, value, at);
    case TYPE_PATH:
        *text_at(l->conf, k) = resolve(l->path, value);
        return 0;
    case TYPE_TEXT:
        *text_at(l->conf, k) = xstrdup(value);
        return 0;
    }
    return CPF_E_INVAL;
}

/* The key that most letters of `name` agree with from the start: a hint for misspelt ones. */
static const char *nearest(const char *name)
{
    const char *best = keys[0].name;
    size_t most = 0;
    for (size_t i = 0; i < NKEYS; i++) {
        size_t n = 0;
        while (name[n] && name[n] == keys[i].name[n])
            n++;
        if (n > most) {
            most = n;
            best = keys[i].name;
        }
    }
    return best;
}

static int on_pair(struct loader *l, const yaml_node_t *name, const yaml_node_t *value)
{
    const char *text = (const char *)name->data.scalar.value;
    if (name->type != YAML_SCALAR_NODE)
        return fail(l, name->start_mark, "a key must be a plain word");
    for (size_t i = 0; i < NKEYS; i++) {
        if (strcmp(keys[i].name, text) != 0)
            continue;
        if (l->seen[i])
            return fail(l, name->start_mark, "%s stands here a second time (first on line %zu)", text,
                        l->where[i].line + 1);
        if (value->type != YAML_SCALAR_NODE ||
            strlen((char *)value->data.scalar.value) != value->data.scalar.length)
            return fail(l, value->start_mark, "%s takes one value, neither a list nor a mapping", text);
        l->seen[i] = true;
        l->where[i] = value->start_mark;
        return set_value(l, &keys[i], (const char *)value->data.scalar.value, value->start_mark);
    }
    return fail(l, name->start_mark, "unknown key %s; is %s meant? (cpfd --help-config lists all)", text,
                nearest(text));
}

static int load_pairs(struct loader *l, yaml_document_t *doc)
{
    yaml_node_t *root = yaml_document_get_root_node(doc);
    if (!root || root->type != YAML_MAPPING_NODE)
        return fail(l, (yaml_mark_t){0}, "`key: value` lines are needed (cpfd --help-config lists the keys)");
    for (yaml_node_pair_t *p = root->data.mapping.pairs.start; p < root->data.mapping.pairs.top; p++) {
        int err = on_pair(l, yaml_document_get_node(doc, p->key), yaml_document_get_node(doc, p->value));
        if (err)
            return err;
    }
    return 0;
}

static int fill_in(struct loader *l)
{
    for (size_t i = 0; i < NKEYS; i++) {
        if (l->seen[i])
            continue;
        if (!keys[i].fallback)
            return fail(l, (yaml_mark_t){0}, "%s is missing: %s", keys[i].name, keys[i].meaning);
        if (!*keys[i].fallback) { /* may be left out altogether */
            *text_at(l->conf, &keys[i]) = xstrdup("");
            continue;
        }
        int err = set_value(l, &keys[i], keys[i].fallback, (yaml_mark_t){0});
        if (err)
            return err;
    }
    return 0;
}

char *conf_beside(const struct conf *c, const char *name)
{
    const char *slash = strrchr(c->catalogue, '/');
    char *path = NULL;
    require(asprintf(&path, "%.*s/%s", (int)(slash - c->catalogue), c->catalogue, name) >= 0);
    return path;
}

/* A facility that has none of its own has the shipped one. */
static void find_beside(const struct conf *c, const char **path, const char *name)
{
    if (**path)
        return;
    free((char *)*path);
    *path = conf_beside(c, name);
}

/* Where two keys must agree. keys[0] is origin. */
static int check(struct loader *l)
{
    bool named = log_is_training(l->conf->origin);
    if (!*l->conf->report_key != !*l->conf->report_certificate)
        return fail(l, l->where[0], "report_key and report_certificate go together");
    if (!*l->conf->witness_key != !*l->conf->witness_name ||
        !*l->conf->witness_key != !*l->conf->witness_logs)
        return fail(l, l->where[0], "witness_key, witness_name and witness_logs go together");
    if (named == l->conf->training)
        return 0;
    return fail(l, l->where[0],
                named ? "origin begins with `training.`, so training must be true"
                      : "training is true, so origin must begin with `training.`");
}

static int load_stream(struct loader *l, yaml_parser_t *parser)
{
    yaml_document_t doc, more;
    if (!yaml_parser_load(parser, &doc))
        return fail(l, parser->problem_mark, "%s", parser->problem ? parser->problem : "not YAML");
    int err = load_pairs(l, &doc);
    if (!err)
        err = fill_in(l);
    if (!err)
        err = check(l);
    if (!err)
        find_beside(l->conf, &l->conf->rights, "rights.yaml");
    if (!err)
        find_beside(l->conf, &l->conf->labels, "labels");
    yaml_document_delete(&doc);
    if (err || !yaml_parser_load(parser, &more))
        return err;
    if (yaml_document_get_root_node(&more))
        err = fail(l, parser->mark, "a second document; one is enough");
    yaml_document_delete(&more);
    return err;
}

/* Bounded: aliases then cannot blow up, since no value may be a collection. */
static int read_settings(const char *path, struct buf *ret, char **ret_error)
{
    int err = file_read(path, FILE_MAX, ret);
    const char *why = err == CPF_E_LIMIT ? "larger than 64 KiB" : file_strerror(err);
    if (err && asprintf(ret_error, "%s: %s", path, why) < 0)
        *ret_error = NULL;
    return err == CPF_E_NOTFOUND ? CPF_E_IO : err;
}

int conf_load(const char *path, struct conf **ret, char **ret_error)
{
    struct buf text;
    yaml_parser_t parser;
    struct loader l = {.path = path, .ret_error = ret_error};
    *ret_error = NULL;
    buf_init(&text);
    int err = read_settings(path, &text, ret_error);
    if (err)
        goto out;
    l.conf = xcalloc(1, sizeof(*l.conf));
    require(yaml_parser_initialize(&parser));
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.data, text.len);
    err = load_stream(&l, &parser);
    yaml_parser_delete(&parser);
    if (err)
        goto out;
    *ret = l.conf;
    l.conf = NULL;
out:
    conf_free(l.conf);
    buf_fini(&text);
    return err;
}

void conf_free(struct conf *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < NKEYS; i++) {
        if (keys[i].type == TYPE_TEXT || keys[i].type == TYPE_PATH)
            free((char *)*text_at(c, &keys[i]));
    }
    free(c);
}

void conf_print_keys(void)
{
    static const char *const types[] = {"text", "path", "true or false", "number"};
    for (size_t i = 0; i < NKEYS; i++) {
        const struct key *k = &keys[i];
        printf("%s (%s", k->name, types[k->type]);
        if (k->type == TYPE_INT)
            printf(" %d..%d", k->min, k->max);
        if (!k->fallback || *k->fallback)
            printf(k->fallback ? ", default %s)\n" : ", needed)\n", k->fallback);
        else
            printf(", may be left out)\n");
        printf("    %s\n", k->meaning);
    }
}
