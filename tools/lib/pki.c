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

static FILE *open_new(const char *dir, const char *name, mode_t mode)
{
    char path[4096];
    int fd;
    if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
        return NULL;
    unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    return fd < 0 ? NULL : fdopen(fd, "w");
}

static int write_key(const char *dir, const char *name, EVP_PKEY *key)
{
    FILE *f = open_new(dir, name, 0600);
    int ok;
    if (!f)
        return CPF_E_IO;
    ok = PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
    return !fclose(f) && ok ? CPF_OK : CPF_E_IO;
}

static int write_certs(const char *dir, const char *name, X509 *first, X509 *second)
{
    FILE *f = open_new(dir, name, 0644);
    int ok;
    if (!f)
        return CPF_E_IO;
    ok = PEM_write_X509(f, first) && (!second || PEM_write_X509(f, second));
    return !fclose(f) && ok ? CPF_OK : CPF_E_IO;
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

static X509 *server_new(EVP_PKEY *key, X509 *authority, EVP_PKEY *authority_key, size_t n,
                        const char *const host[])
{
    X509 *cert = cert_new("cpfd", key, authority, SERVER_DAYS);
    struct buf san;
    bool ok;
    buf_init(&san);
    buf_puts(&san, "DNS:localhost,IP:127.0.0.1,IP:::1");
    for (size_t i = 0; i < n; i++)
        if (host_ok(host[i]))
            add_host(&san, host[i]);
    ok = cert && add_extension(cert, authority, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(cert, authority, NID_key_usage, "critical,digitalSignature") &&
         add_extension(cert, authority, NID_ext_key_usage, "serverAuth") &&
         add_extension(cert, authority, NID_subject_alt_name, san.data) &&
         add_extension(cert, authority, NID_authority_key_identifier, "keyid") &&
         X509_sign(cert, authority_key, EVP_sha256());
    buf_fini(&san);
    if (ok)
        return cert;
    X509_free(cert);
    return NULL;
}

static int make_server(const char *dir, X509 *authority, EVP_PKEY *authority_key, size_t n,
                       const char *const host[])
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = key ? server_new(key, authority, authority_key, n, host) : NULL;
    int err = cert ? CPF_OK : CPF_E_CRYPTO;
    if (!err)
        err = write_key(dir, "server.key", key);
    if (!err)
        err = write_certs(dir, "server.pem", cert, authority);
    X509_free(cert);
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

static FILE *open_old(const char *dir, const char *name)
{
    char path[4096];
    if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
        return NULL;
    return fopen(path, "re");
}

static int read_authority(const char *dir, X509 **ret_cert, EVP_PKEY **ret_key)
{
    FILE *fc = open_old(dir, "ca.pem"), *fk = open_old(dir, "ca.key");
    *ret_cert = fc ? PEM_read_X509(fc, NULL, NULL, NULL) : NULL;
    *ret_key = fk ? PEM_read_PrivateKey(fk, NULL, NULL, NULL) : NULL;
    if (fc)
        fclose(fc);
    if (fk)
        fclose(fk);
    return *ret_cert && *ret_key ? CPF_OK : CPF_E_IO;
}

int pki_renew(const char *dir, size_t n, const char *const host[])
{
    X509 *cert;
    EVP_PKEY *key;
    int err = read_authority(dir, &cert, &key);
    if (!err)
        err = make_server(dir, cert, key, n, host);
    X509_free(cert);
    EVP_PKEY_free(key);
    return err;
}

int pki_document(const char *dir, const char *name)
{
    X509 *authority, *cert = NULL;
    EVP_PKEY *authority_key, *key = NULL;
    int err = read_authority(dir, &authority, &authority_key);
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
