/* What the configuration names: policies, the witness's key. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anchor/anchor_int.h"
#include "anchor/witness_key.h"
#include "base/bundle.h"
#include "base/file.h"
#include "http/http_client.h"

__attribute__((format(printf, 3, 4))) static int say(char **ret_error, int err, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    require(vasprintf(ret_error, fmt, ap) >= 0);
    va_end(ap);
    return err;
}

/* A policy file; CPF_E_NOTFOUND if it is not there. */
static int read_policy(struct anchor *a, const char *folder, const char *path, struct policy *ret,
                       char **ret_error)
{
    const char *slash = folder ? "/" : "";
    struct buf text;
    int line = 0;
    buf_init(&text);
    int err = file_read_in(folder, path, BOUND_POLICY_BYTES, &text);
    folder = folder ? folder : "";
    if (err) {
        say(ret_error, err, "%s%s%s: %s", folder, slash, path,
            err == CPF_E_NOTFOUND ? "there is no such file" : cpf_strerror(err));
    } else if ((err = policy_parse(ret, &a->arena, text.data ? text.data : "", text.len, &line))) {
        say(ret_error, err, "%s%s%s:%d: %s", folder, slash, path, line,
            line ? cpf_strerror(err) : "the line `quorum NAME` or `quorum none` is missing");
        err = err == CPF_E_NOTFOUND ? CPF_E_SYNTAX : err;
    }
    buf_fini(&text);
    return err;
}

static int load_policies(struct anchor *a, char **ret_error)
{
    const struct conf *c = a->cfg.conf;
    int err = read_policy(a, c->evidence, BUNDLE_POLICY, &a->policy, ret_error);
    if (err == CPF_E_NOTFOUND) { /* then the log asks nobody, and bundles say so */
        free(*ret_error);
        *ret_error = NULL;
        a->policy = (struct policy){.quorum = -1};
        err = CPF_OK;
    }
    a->have_policy = !err;
    if (err)
        return err;
    a->asked = a->policy;
    return *c->witnesses ? read_policy(a, NULL, c->witnesses, &a->asked, ret_error) : CPF_OK;
}

static int load_peers(struct anchor *a, char **ret_error)
{
    const struct policy *p = &a->asked;
    a->peer = xcalloc(p->nmembers + 1, sizeof(*a->peer));
    for (size_t i = 0; i < p->nmembers; i++) {
        if (p->member[i].group || p->member[i].unknown || !p->member[i].url)
            continue;
        if (http_url_check(p->member[i].url))
            return say(ret_error, CPF_E_SYNTAX, "witness %s: %s is no http or https URL", p->member[i].name,
                       p->member[i].url);
        a->peer[a->npeers++] = (struct anchor_peer){.anchor = a, .is = &p->member[i]};
    }
    return CPF_OK;
}

int anchor_load(struct anchor *a, char **ret_error)
{
    const struct conf *c = a->cfg.conf;
    int err = load_policies(a, ret_error);
    if (!err)
        err = load_peers(a, ret_error);
    if (!err && *c->stamp_url && http_url_check(c->stamp_url))
        err = say(ret_error, CPF_E_SYNTAX, "stamp_url: %s is no http or https URL", c->stamp_url);
    return err;
}

static int load_witness(struct anchor *a, char **ret_error)
{
    const struct conf *c = a->cfg.conf;
    struct buf text;
    int line = 0;
    if (!*c->witness_key)
        return CPF_OK;
    buf_init(&text);
    int err = file_read_in(NULL, c->witness_logs, BOUND_POLICY_BYTES, &text);
    if (err) {
        say(ret_error, err, "witness_logs: %s: %s", c->witness_logs, cpf_strerror(err));
        goto out;
    }
    struct witness_config w = {.db = a->db,
                               .logs = text.data ? text.data : "",
                               .training = c->training,
                               .key = a->key,
                               .name = c->witness_name};
    err = witness_new(&w, &a->witness, &line);
    if (err)
        say(ret_error, err, "witness_logs: %s:%d: %s", c->witness_logs, line,
            line ? cpf_strerror(err) : "the line `quorum none` is missing");
out:
    buf_fini(&text);
    return err;
}

int anchor_load_witness(struct anchor *a, bool key, char **ret_error)
{
    const struct conf *c = a->cfg.conf;
    if (key && *c->witness_key) {
        int err = witness_key_open(c->witness_key, *c->witness_passphrase ? c->witness_passphrase : NULL,
                                   c->witness_name, c->training, &a->key, &a->vkey, ret_error);
        if (err)
            return err;
    }
    return load_witness(a, ret_error);
}
