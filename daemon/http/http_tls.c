#include "http/http_priv.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <openssl/err.h>
#include <openssl/pem.h>

/* TLS 1.2 with forward secrecy and AEAD only; those of 1.3 are all of that kind. */
#define CIPHERS_12 "ECDHE+AESGCM:ECDHE+CHACHA20"

void http_tls_error(char *ret, size_t size)
{
    unsigned long code = ERR_get_error();
    const char *reason = code ? ERR_reason_error_string(code) : NULL;
    snprintf(ret, size, "%s", reason ? reason : "unknown OpenSSL error");
    ERR_clear_error();
}

/* A client that speaks ALPN must offer http/1.1; one that does not is taken as speaking it. */
static int on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len, const unsigned char *in,
                   unsigned in_len, void *arg)
{
    static const unsigned char ours[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    unsigned char *found;
    (void)ssl;
    (void)arg;
    if (SSL_select_next_proto(&found, out_len, ours, sizeof(ours), in, in_len) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = found;
    return SSL_TLSEXT_ERR_OK;
}

static int set_up(SSL_CTX *ctx)
{
    static const unsigned char id[] = "cpfd";
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF |
                                 SSL_OP_PRIORITIZE_CHACHA | SSL_OP_CIPHER_SERVER_PREFERENCE);
    /* An idle connection then costs half the memory (33 KiB otherwise). */
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_alpn_select_cb(ctx, on_alpn, NULL);
    /* Resumption by tickets alone, so that nothing is kept for clients that left. */
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(ctx, 1);
    if (SSL_CTX_set_session_id_context(ctx, id, sizeof(id) - 1) != 1)
        return -1;
    if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1)
        return -1;
    return SSL_CTX_set_cipher_list(ctx, CIPHERS_12) == 1 ? 0 : -1;
}

static int load(SSL_CTX *ctx, const char *cert, const char *key, char **ret_error)
{
    char why[160];
    const char *path = cert;
    if (SSL_CTX_use_certificate_chain_file(ctx, cert) == 1) {
        path = key;
        if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) == 1 &&
            SSL_CTX_check_private_key(ctx) == 1)
            return 0;
    }
    http_tls_error(why, sizeof(why));
    if (asprintf(ret_error, "%s: %s (a PEM file that belongs to the other is needed)", path, why) < 0)
        *ret_error = NULL;
    return CPF_E_KEY;
}

int http_tls_check(const char *cert, const char *key, char **ret_error)
{
    SSL_CTX *ctx = NULL;
    int err = http_tls_new(cert, key, &ctx, ret_error);
    SSL_CTX_free(ctx);
    return err;
}

int http_tls_new(const char *cert, const char *key, SSL_CTX **ret, char **ret_error)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    int err = CPF_E_CRYPTO;
    if (!ctx || set_up(ctx) < 0) {
        *ret_error = strdup("OpenSSL refuses the TLS set-up");
        goto out;
    }
    err = load(ctx, cert, key, ret_error);
    if (err)
        goto out;
    *ret = ctx;
    ctx = NULL;
out:
    SSL_CTX_free(ctx);
    return err;
}

/* ---- how long it counts ---- */

static int64_t asn1_ms(const ASN1_TIME *t)
{
    struct tm tm;
    return t && ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) * 1000 : 0;
}

/* Of a chain: as long as each of it counts. */
static void narrow(struct http_validity *v, const X509 *x)
{
    int64_t from = asn1_ms(X509_get0_notBefore(x)), until = asn1_ms(X509_get0_notAfter(x));
    v->from = v->from > from ? v->from : from;
    v->until = v->until && v->until < until ? v->until : until;
}

static struct http_validity validity_of(SSL_CTX *tls)
{
    struct http_validity v = {0};
    const X509 *x = tls ? SSL_CTX_get0_certificate(tls) : NULL;
    STACK_OF(X509) *chain = NULL;
    if (x)
        narrow(&v, x);
    if (x && SSL_CTX_get_extra_chain_certs(tls, &chain) == 1)
        for (int i = 0; i < sk_X509_num(chain); i++)
            narrow(&v, sk_X509_value(chain, i));
    return v;
}

int http_validity_read(const char *path, struct http_validity *ret)
{
    FILE *f = fopen(path, "re");
    if (!f)
        return CPF_E_IO;
    *ret = (struct http_validity){0};
    X509 *x;
    for (; (x = PEM_read_X509(f, NULL, NULL, NULL)); X509_free(x))
        narrow(ret, x);
    fclose(f);
    ERR_clear_error();
    return ret->until ? 0 : CPF_E_SYNTAX;
}

struct http_validity http_server_validity(const struct http_server *s)
{
    return validity_of(s->tls);
}

int http_server_reload(struct http_server *s, int64_t now_ms, char **ret_error)
{
    SSL_CTX *ctx = NULL;
    *ret_error = NULL;
    require(s->tls);
    int err = http_tls_new(s->cfg.cert, s->cfg.key, &ctx, ret_error);
    if (err)
        return err;
    struct http_validity v = validity_of(ctx);
    if (now_ms < v.from || now_ms >= v.until) {
        *ret_error =
            strdup(now_ms < v.from ? "the certificate does not count yet" : "the certificate has expired");
        SSL_CTX_free(ctx);
        return CPF_E_KEY;
    }
    SSL_CTX_free(s->tls); /* each connection holds its own */
    s->tls = ctx;
    return 0;
}
