#include "pki.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "files.h"

#define DAY_S          86400L
#define AUTHORITY_DAYS 3650
#define SERVER_DAYS    730
#define DOCUMENT_DAYS  3650

/* Takes the memory. */
static int put(const char *dir, const char *name, BIO *text, bool ok, mode_t mode)
{
    char *path = files_join(dir, name), *data;
    long len = text ? BIO_get_mem_data(text, &data) : 0;
    int err = ok && len > 0 ? files_write(path, data, (size_t)len, mode) : CPF_E_CRYPTO;
    BIO_free(text);
    free(path);
    return err;
}

static int write_key(const char *dir, const char *name, EVP_PKEY *key)
{
    BIO *b = BIO_new(BIO_s_secmem());
    return put(dir, name, b, b && PEM_write_bio_PrivateKey(b, key, NULL, NULL, 0, NULL, NULL), 0600);
}

static int write_certs(const char *dir, const char *name, X509 *first, X509 *second)
{
    BIO *b = BIO_new(BIO_s_mem());
    return put(dir, name, b, b && PEM_write_bio_X509(b, first) && (!second || PEM_write_bio_X509(b, second)),
               0644);
}

static bool add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509_EXTENSION *ext;
    bool ok;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    ok = ext && X509_add_ext(cert, ext, -1);
    X509_EXTENSION_free(ext);
    return ok;
}

static bool set_serial(X509 *cert)
{
    unsigned char raw[16];
    BIGNUM *bn = NULL;
    bool ok;
    if (RAND_bytes(raw, sizeof(raw)) != 1)
        return false;
    raw[0] &= 0x7f;
    bn = BN_bin2bn(raw, sizeof(raw), NULL);
    ok = bn && BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(cert));
    BN_free(bn);
    return ok;
}

static X509 *cert_new(const char *name, EVP_PKEY *key, X509 *issuer, long days)
{
    X509 *cert = X509_new();
    X509_NAME *subject = cert ? X509_get_subject_name(cert) : NULL;
    if (!subject || !set_serial(cert) || !X509_set_version(cert, X509_VERSION_3) ||
        !X509_gmtime_adj(X509_getm_notBefore(cert), -DAY_S) ||
        !X509_gmtime_adj(X509_getm_notAfter(cert), days * DAY_S) || !X509_set_pubkey(cert, key) ||
        !X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) ||
        !X509_set_issuer_name(cert, issuer ? X509_get_subject_name(issuer) : subject)) {
        X509_free(cert);
        return NULL;
    }
    return cert;
}

static X509 *authority_new(const char *name, EVP_PKEY *key)
{
    X509 *cert = cert_new(name, key, NULL, AUTHORITY_DAYS);
    if (cert && add_extension(cert, cert, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
        add_extension(cert, cert, NID_key_usage, "critical,keyCertSign,cRLSign") &&
        add_extension(cert, cert, NID_subject_key_identifier, "hash") && X509_sign(cert, key, EVP_sha256()))
        return cert;
    X509_free(cert);
    return NULL;
}

static void add_host(struct buf *b, const char *host)
{
    struct in6_addr a;
    bool ip = inet_pton(AF_INET, host, &a) == 1 || inet_pton(AF_INET6, host, &a) == 1;
    buf_printf(b, ",%s:%s", ip ? "IP" : "DNS", host);
}

/* A comma in a name would begin another entry of the extension. */
static bool host_ok(const char *host)
{
    return *host && strlen(host) <= 253 && !strpbrk(host, ", \t\r\n");
}

static int names_new(size_t n, const char *const host[], X509_EXTENSION **ret)
{
    X509V3_CTX ctx;
    struct buf san;
    int err = CPF_OK;
    buf_init(&san);
    buf_puts(&san, "DNS:localhost,IP:127.0.0.1,IP:::1");
    for (size_t i = 0; i < n && !err; i++) {
        err = host_ok(host[i]) ? CPF_OK : CPF_E_INVAL;
        add_host(&san, host[i]);
    }
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, NULL, NULL, NULL, NULL, 0);
    *ret = err ? NULL : X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_alt_name, san.data);
    buf_fini(&san);
    return err || *ret ? err : CPF_E_INVAL;
}

/* Nothing outlives what vouches for it. */
static bool end_with(X509 *cert, X509 *issuer)
{
    const ASN1_TIME *end = X509_get0_notAfter(issuer);
    return ASN1_TIME_compare(X509_get0_notAfter(cert), end) <= 0 || X509_set1_notAfter(cert, end) == 1;
}

static X509 *server_new(EVP_PKEY *key, X509 *authority, EVP_PKEY *authority_key, X509_EXTENSION *names)
{
    X509 *cert = cert_new("cpfd", key, authority, SERVER_DAYS);
    if (cert && end_with(cert, authority) &&
        add_extension(cert, authority, NID_basic_constraints, "critical,CA:FALSE") &&
        add_extension(cert, authority, NID_key_usage, "critical,digitalSignature") &&
        add_extension(cert, authority, NID_ext_key_usage, "serverAuth") && X509_add_ext(cert, names, -1) &&
        add_extension(cert, authority, NID_authority_key_identifier, "keyid") &&
        X509_sign(cert, authority_key, EVP_sha256()))
        return cert;
    X509_free(cert);
    return NULL;
}

static int make_server(const char *dir, X509 *authority, EVP_PKEY *authority_key, size_t n,
                       const char *const host[])
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509_EXTENSION *names;
    int err = names_new(n, host, &names);
    X509 *cert = key && !err ? server_new(key, authority, authority_key, names) : NULL;
    if (!err && !cert)
        err = CPF_E_CRYPTO;
    if (!err)
        err = write_key(dir, "server.key", key);
    if (!err)
        err = write_certs(dir, "server.pem", cert, authority);
    X509_free(cert);
    X509_EXTENSION_free(names);
    EVP_PKEY_free(key);
    return err;
}

/* For signatures on documents alone; readers of PDFs look for the purposes of mail (RFC 9336, RFC 5280). */
static X509 *document_new(const char *name, EVP_PKEY *key, X509 *authority, EVP_PKEY *authority_key)
{
    X509 *cert = cert_new(name, key, authority, DOCUMENT_DAYS);
    if (cert && add_extension(cert, authority, NID_basic_constraints, "critical,CA:FALSE") &&
        add_extension(cert, authority, NID_key_usage, "critical,digitalSignature,nonRepudiation") &&
        add_extension(cert, authority, NID_ext_key_usage, "1.3.6.1.5.5.7.3.36,emailProtection") &&
        add_extension(cert, authority, NID_authority_key_identifier, "keyid") &&
        X509_sign(cert, authority_key, EVP_sha256()))
        return cert;
    X509_free(cert);
    return NULL;
}

int pki_make(const char *dir, const char *name, size_t n, const char *const host[])
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = key ? authority_new(name, key) : NULL;
    int err = cert ? CPF_OK : CPF_E_CRYPTO;
    if (!err)
        err = write_key(dir, "ca.key", key);
    if (!err)
        err = write_certs(dir, "ca.pem", cert, NULL);
    if (!err)
        err = make_server(dir, cert, key, n, host);
    X509_free(cert);
    EVP_PKEY_free(key);
    return err;
}

/* A certificate and its key, that belong together; both to be freed, whatever is returned. */
static int read_pair(const char *dir, const char *cert, const char *key, X509 **ret_cert, EVP_PKEY **ret_key)
{
    char *cert_path = files_join(dir, cert), *key_path = files_join(dir, key);
    FILE *fc = fopen(cert_path, "re"), *fk = fopen(key_path, "re");
    *ret_cert = fc ? PEM_read_X509(fc, NULL, NULL, NULL) : NULL;
    *ret_key = fk ? PEM_read_PrivateKey(fk, NULL, NULL, NULL) : NULL;
    if (fc)
        fclose(fc);
    if (fk)
        fclose(fk);
    free(cert_path);
    free(key_path);
    if (!*ret_cert || !*ret_key)
        return CPF_E_IO;
    return X509_check_private_key(*ret_cert, *ret_key) == 1 ? CPF_OK : CPF_E_KEY;
}

static bool issued(X509 *authority, EVP_PKEY *authority_key, X509 *cert)
{
    return X509_check_issued(authority, cert) == X509_V_OK && X509_verify(cert, authority_key) == 1;
}

static int names_of(const X509 *cert, X509_EXTENSION **ret)
{
    int at = X509_get_ext_by_NID(cert, NID_subject_alt_name, -1);
    *ret = at < 0 ? NULL : X509_EXTENSION_dup(X509_get_ext(cert, at));
    return *ret ? CPF_OK : CPF_E_KEY;
}

int pki_renew(const char *dir, size_t n, const char *const host[], const char **ret_about)
{
    X509 *authority = NULL, *old = NULL, *cert = NULL;
    EVP_PKEY *authority_key = NULL, *key = NULL;
    X509_EXTENSION *names = NULL;
    *ret_about = "ca.pem, ca.key";
    int err = read_pair(dir, "ca.pem", "ca.key", &authority, &authority_key);
    if (!err && X509_cmp_current_time(X509_get0_notAfter(authority)) < 0)
        err = CPF_E_KEY;
    if (!err) {
        *ret_about = "server.pem, server.key";
        err = read_pair(dir, "server.pem", "server.key", &old, &key);
    }
    if (!err && !issued(authority, authority_key, old)) /* whoever put another's there knows why */
        err = CPF_E_KEY;
    if (!err) {
        *ret_about = n ? "--host" : "server.pem";
        err = n ? names_new(n, host, &names) : names_of(old, &names);
    }
    if (!err) {
        *ret_about = "server.pem";
        cert = server_new(key, authority, authority_key, names);
        err = cert ? write_certs(dir, "server.pem", cert, authority) : CPF_E_CRYPTO;
    }
    X509_free(cert);
    X509_free(old);
    X509_free(authority);
    X509_EXTENSION_free(names);
    EVP_PKEY_free(key);
    EVP_PKEY_free(authority_key);
    return err;
}

int pki_document(const char *dir, const char *name)
{
    X509 *authority, *cert = NULL;
    EVP_PKEY *authority_key, *key = NULL;
    int err = read_pair(dir, "ca.pem", "ca.key", &authority, &authority_key);
    if (!err) {
        key = EVP_EC_gen("P-256");
        cert = key ? document_new(name, key, authority, authority_key) : NULL;
        err = cert ? CPF_OK : CPF_E_CRYPTO;
    }
    if (!err)
        err = write_key(dir, "report.key", key);
    if (!err)
        err = write_certs(dir, "report.pem", cert, authority);
    X509_free(cert);
    EVP_PKEY_free(key);
    X509_free(authority);
    EVP_PKEY_free(authority_key);
    return err;
}
