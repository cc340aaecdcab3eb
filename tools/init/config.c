/* The files that first use writes: settings of the daemon, of the signer and of cpfctl itself. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "init/init.h"
#include "lib/files.h"

/* A YAML double-quoted scalar. */
static void add_quoted(struct buf *b, const char *s)
{
    buf_addc(b, '"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            buf_addc(b, '\\');
        buf_addc(b, *s);
    }
    buf_addc(b, '"');
}

static void add_key(struct buf *b, const char *key, const char *value)
{
    buf_printf(b, "%s: ", key);
    add_quoted(b, value);
    buf_addc(b, '\n');
}

static void add_path(struct buf *b, const char *key, const char *dir, const char *name)
{
    char *path = files_join(dir, name);
    add_key(b, key, path);
    free(path);
}

static int write_in(const struct init *in, const char *name, const struct buf *b, mode_t mode)
{
    char *path = files_join(in->dir, name);
    int err = files_write(path, b->data, b->len, mode);
    if (err)
        say_error("%s: %s", path, cpf_strerror(err));
    free(path);
    return err;
}

static void split_listen(const char *listen, char address[256], const char **ret_port)
{
    const char *colon = strrchr(listen, ':');
    size_t len = colon ? (size_t)(colon - listen) : strlen(listen);
    *ret_port = colon ? colon + 1 : "8443";
    snprintf(address, 256, "%.*s", (int)len, listen);
}

static int write_daemon(const struct init *in)
{
    const char *zone = json_string_value(json_object_get(json_object_get(in->facility, "facility"), "zone"));
    char address[256], *report = init_program("cpf-report", "report");
    const char *port;
    struct buf b;
    int err;
    split_listen(in->listen, address, &port);
    buf_init(&b);
    buf_puts(&b, "# Made by `cpfctl init`; every setting is explained in etc/cpfd.yaml.\n");
    add_key(&b, "origin", in->origin);
    buf_printf(&b, "training: %s\n", in->training ? "true" : "false");
    add_key(&b, "listen_address", address);
    buf_printf(&b, "listen_port: %s\n", port);
    add_path(&b, "tls_certificate", in->dir, "tls/server.pem");
    add_path(&b, "tls_key", in->dir, "tls/server.key");
    add_key(&b, "admin_socket", in->admin_socket);
    add_key(&b, "database", in->database);
    add_key(&b, "database_reader", in->reader);
    add_key(&b, "signer_socket", in->signer_socket);
    add_path(&b, "vkey_file", in->dir, "vkey");
    add_path(&b, "catalogue", in->share, "catalogue.yaml");
    add_path(&b, "clauses", in->share, "clauses.yaml");
    add_path(&b, "evidence", in->dir, "evidence");
    add_path(&b, "report_key", in->dir, "tls/report.key");
    add_path(&b, "report_certificate", in->dir, "tls/report.pem");
    if (report)
        add_key(&b, "report", report);
    add_key(&b, "zone", zone ? zone : "Asia/Tokyo");
    err = write_in(in, "cpfd.yaml", &b, 0640);
    buf_fini(&b);
    free(report);
    return err;
}

static int write_signer(const struct init *in)
{
    struct buf b;
    int err;
    buf_init(&b);
    buf_puts(&b, "# Made by `cpfctl init`; every setting is explained in etc/cpf-signer.yaml.\n");
    add_key(&b, "socket", in->signer_socket);
    add_path(&b, "state", in->dir, "signer/state");
    add_path(&b, "key", in->dir, "signer/key");
    add_path(&b, "passphrase", in->dir, "signer/passphrase");
    add_key(&b, "origin", in->origin);
    if (in->allow)
        buf_printf(&b, "allow: [%s]\n", in->allow);
    else
        buf_printf(&b, "allow: [%u]\n", (unsigned)geteuid());
    err = write_in(in, "cpf-signer.yaml", &b, 0644);
    buf_fini(&b);
    return err;
}

/* cpfctl speaks with the token of the QA desk, else of the first station. */
static char *own_token(const struct init *in)
{
    const char *chosen = NULL;
    json_t *s;
    size_t i;
    char *path, *token;
    json_array_foreach(json_object_get(in->facility, "stations"), i, s)
    {
        const char *kind = json_string_value(json_object_get(s, "kind"));
        if (!chosen || (kind && strcmp(kind, "QA") == 0))
            chosen = json_string_value(json_object_get(s, "station"));
        if (kind && strcmp(kind, "QA") == 0)
            break;
    }
    require(asprintf(&path, "%s/stations/%s.token", in->dir, chosen ? chosen : "none") >= 0);
    token = files_line(path);
    free(path);
    return token;
}

static int write_client(const struct init *in)
{
    char address[256], *token = own_token(in), *from = files_join(in->dir, "tls/ca.pem");
    const char *port;
    struct buf b;
    int err;
    split_listen(in->listen, address, &port);
    if (!*address || strcmp(address, "0.0.0.0") == 0 || strcmp(address, "[::]") == 0)
        strcpy(address, "localhost");
    buf_init(&b);
    buf_printf(&b, "https://%s:%s\n", address, port);
    err = write_in(in, "url", &b, 0644);
    buf_clear(&b);
    if (!err)
        err = file_read(from, 65536, &b);
    if (!err)
        err = write_in(in, "ca.pem", &b, 0644);
    buf_clear(&b);
    if (!err && token) {
        buf_printf(&b, "%s\n", token);
        err = write_in(in, "token", &b, 0600);
    }
    buf_wipe(&b);
    ctl_wipe(token);
    free(from);
    return err;
}

int init_write_config(const struct init *in)
{
    int err = write_daemon(in);
    if (!err)
        err = write_signer(in);
    return err ? err : write_client(in);
}
