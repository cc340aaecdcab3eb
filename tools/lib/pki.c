#include "pki.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

#define DAY_S          86400L
#define AUTHORITY_DAYS 3650
#define SERVER_DAYS    730
#define DOCUMENT_DAYS  3650

static bool path_of(char path[4096], const char *dir, const char *name, const char *end)
{
    return snprintf(path, 4096, "%s/%s%s", dir, name, end) < 4096;
}

/* To a neighbour: what is there is whole until the new one is. */
static FILE *open_new(const char *dir, const char *name, mode_t mode)
{
    char path[4096];
    int fd;
    if (!path_of(path, dir, name, ".new"))
        return NULL;
    unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    return fd < 0 ? NULL : fdopen(fd, "w");
}

static int put(FILE *f, bool ok, const char *dir, const char *name)
{
    char from[4096], to[4096];
    ok = !fflush(f) && !fsync(fileno(f)) && ok;
    ok = !fclose(f) && ok && path_of(from, dir, name, ".new") && path_of(to, dir, name, "");
    return ok && !rename(from, to) ? CPF_OK : CPF_E_IO;
}

static int write_key(const char *dir, const char *name, EVP_PKEY *key)
{
    FILE *f = open_new(dir, name, 0600);
    return f ? put(f, PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1, dir, name) : CPF_E_IO;
}

static int write_certs(const char *dir, const char *name, X509 *first, X509 *second)
{
    FILE *f = open_new(dir, name, 0644);
    return f ? put(f, PEM_write_X509(f, first) && (!second || PEM_write_X509(f, second)), dir, name)
             : CPF_E_IO;
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

/* NULL: no memory, or no such names. */
static X509_EXTENSION *names_new(size_t n, const char *const host[])
{
    X509V3_CTX ctx;
    struct buf san;
    buf_init(&san);
    buf_puts(&san, "DNS:localhost,IP:127.0.0.1,IP:::1");
    for (size_t i = 0; i < n; i++)
        if (host_ok(host[i]))
            add_host(&san, host[i]);
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, NULL, NULL, NULL, NULL, 0);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_alt_name, san.data);
    buf_fini(&san);
    return names;
}

static X509 *server_new(EVP_PKEY *key, X509 *authority, EVP_PKEY *authority_key, X509_EXTENSION *names)
{
    X509 *cert = cert_new("cpfd", key, authority, SERVER_DAYS);
    if (cert && names && add_extension(cert, authority, NID_basic_constraints, "critical,CA:FALSE") &&
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
    X509_EXTENSION *names = names_new(n, host);
    X509 *cert = key ? server_new(key, authority, authority_key, names) : NULL;
    int err = cert ? CPF_OK : CPF_E_CRYPTO;
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

/* A certificate and its key; both to be freed, whatever is returned. */
static int read_pair(const char *dir, const char *cert, const char *key, X509 **ret_cert, EVP_PKEY **ret_key)
{
    char path[4096];
    FILE *fc = path_of(path, dir, cert, "") ? fopen(path, "re") : NULL,
         *fk = path_of(path, dir, key, "") ? fopen(path, "re") : NULL;
    *ret_cert = fc ? PEM_read_X509(fc, NULL, NULL, NULL) : NULL;
    *ret_key = fk ? PEM_read_PrivateKey(fk, NULL, NULL, NULL) : NULL;
    if (fc)
        fclose(fc);
    if (fk)
        fclose(fk);
    return *ret_cert && *ret_key ? CPF_OK : CPF_E_IO;
}

static X509_EXTENSION *names_of(const X509 *cert)
{
    int at = X509_get_ext_by_NID(cert, NID_subject_alt_name, -1);
    return at < 0 ? NULL : X509_EXTENSION_dup(X509_get_ext(cert, at));
}

int pki_renew(const char *dir, size_t n, const char *const host[])
{
    X509 *authority = NULL, *old = NULL, *cert = NULL;
    EVP_PKEY *authority_key = NULL, *key = NULL;
    X509_EXTENSION *names = NULL;
    int err = read_pair(dir, "ca.pem", "ca.key", &authority, &authority_key);
    if (!err)
        err = read_pair(dir, "server.pem", "server.key", &old, &key);
    if (!err) {
        names = n ? names_new(n, host) : names_of(old);
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
