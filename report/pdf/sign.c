#include "pdf/sign.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/enc.h"
#include "base/hash.h"
#include "base/mem.h"

#define CMS_ROOM   12288 /* bytes kept for the signature, certificates included */
#define ATTRIBUTES 16

struct pdf_signer {
    EVP_PKEY *key;
    X509 *certificate;
    STACK_OF(X509) * chain;
};

/* ---- key and certificate ---- */

static int refuse(char **ret_error, int code, const char *path, const char *what)
{
    require(asprintf(ret_error, "%s: %s", path, what) >= 0);
    ERR_clear_error();
    return code;
}

static int read_key(struct pdf_signer *s, const char *path, char **ret_error)
{
    char group[32] = "";
    FILE *f = fopen(path, "re");
    if (!f)
        return refuse(ret_error, CPF_E_IO, path, "cannot be read");
    s->key =
        PEM_read_PrivateKey(f, NULL, NULL, (void *)""); /* one under a passphrase is refused, not asked for */
    fclose(f);
    if (!s->key)
        return refuse(ret_error, CPF_E_KEY, path, "is no PEM private key");
    if (!EVP_PKEY_is_a(s->key, "EC") || !EVP_PKEY_get_group_name(s->key, group, sizeof(group), NULL) ||
        strcmp(group, "prime256v1") != 0)
        return refuse(ret_error, CPF_E_KEY, path, "is no P-256 key");
    return 0;
}

static int read_certificates(struct pdf_signer *s, const char *path, char **ret_error)
{
    FILE *f = fopen(path, "re");
    if (!f)
        return refuse(ret_error, CPF_E_IO, path, "cannot be read");
    s->certificate = PEM_read_X509(f, NULL, NULL, NULL);
    s->chain = sk_X509_new_null();
    for (X509 *x; s->certificate && (x = PEM_read_X509(f, NULL, NULL, NULL));)
        sk_X509_push(s->chain, x);
    fclose(f);
    ERR_clear_error();
    if (!s->certificate)
        return refuse(ret_error, CPF_E_KEY, path, "is no PEM certificate");
    if (X509_check_private_key(s->certificate, s->key) != 1)
        return refuse(ret_error, CPF_E_KEY, path, "is not the key's certificate");
    return 0;
}

int pdf_signer_new(const char *key_path, const char *certificate_path, struct pdf_signer **ret,
                   char **ret_error)
{
    struct pdf_signer *s = xcalloc(1, sizeof(*s));
    int err = read_key(s, key_path, ret_error);
    if (!err)
        err = read_certificates(s, certificate_path, ret_error);
    if (err)
        pdf_signer_free(s);
    else
        *ret = s;
    return err;
}

void pdf_signer_free(struct pdf_signer *s)
{
    if (!s)
        return;
    EVP_PKEY_free(s->key);
    X509_free(s->certificate);
    sk_X509_pop_free(s->chain, X509_free);
    free(s);
}

/* ---- CMS ---- */

static int by_bytes(const void *a, const void *b)
{
    const struct buf *x = a, *y = b;
    size_t n = x->len < y->len ? x->len : y->len;
    int d = memcmp(x->data, y->data, n);
    return d ? d : (x->len > y->len) - (x->len < y->len);
}

static void der_set(struct buf *ret, const struct buf *content)
{
    const unsigned char head[] = {0x31, 0x82, (unsigned char)(content->len >> 8),
                                  (unsigned char)content->len};
    const unsigned char small[] = {0x31, 0x81, head[3]}, tiny[] = {0x31, head[3]};
    if (content->len > 255)
        buf_add(ret, head, sizeof(head));
    else if (content->len > 127)
        buf_add(ret, small, sizeof(small));
    else
        buf_add(ret, tiny, sizeof(tiny));
    buf_add(ret, content->data, content->len);
}

/* DER of the signed attributes as the signature takes them: SET OF, sorted (RFC 5652 5.4). */
static bool attributes(CMS_SignerInfo *si, struct buf *ret)
{
    struct buf list[ATTRIBUTES], all;
    int n = CMS_signed_get_attr_count(si);
    if (n < 1 || n > ATTRIBUTES)
        return false;
    buf_init(&all);
    for (int i = 0; i < n; i++) {
        unsigned char *der = NULL;
        int len = i2d_X509_ATTRIBUTE(CMS_signed_get_attr(si, i), &der);
        buf_init(&list[i]);
        if (len > 0)
            buf_add(&list[i], der, (size_t)len);
        OPENSSL_free(der);
    }
    qsort(list, (size_t)n, sizeof(*list), by_bytes);
    for (int i = 0; i < n; i++) {
        buf_add(&all, list[i].data, list[i].len);
        buf_fini(&list[i]);
    }
    bool fits = all.len > 0 && all.len < 65536;
    if (fits)
        der_set(ret, &all);
    buf_fini(&all);
    return fits;
}

/* OpenSSL always puts in a signing-time, which PAdES forbids: it is taken out and the rest signed again. */
static bool without_signing_time(const struct pdf_signer *s, CMS_SignerInfo *si)
{
    int at = CMS_signed_get_attr_by_NID(si, NID_pkcs9_signingTime, -1);
    if (at >= 0)
        X509_ATTRIBUTE_free(CMS_signed_delete_attr(si, at));
    struct buf der;
    unsigned char sig[160];
    size_t len = sizeof(sig);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    buf_init(&der);
    bool ok = ctx && attributes(si, &der) && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, s->key) == 1 &&
              EVP_DigestSign(ctx, sig, &len, (const unsigned char *)der.data, der.len) == 1 &&
              ASN1_STRING_set(CMS_SignerInfo_get0_signature(si), sig, (int)len) == 1;
    EVP_MD_CTX_free(ctx);
    buf_fini(&der);
    return ok;
}

static int make_cms(const struct pdf_signer *s, const struct buf *before, const struct buf *after,
                    struct buf *ret)
{
    const unsigned flags = CMS_PARTIAL | CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP | CMS_CADES;
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, s->chain, NULL, flags);
    CMS_SignerInfo *si = cms ? CMS_add1_signer(cms, s->certificate, s->key, EVP_sha256(), flags) : NULL;
    BIO *data = BIO_new(BIO_s_mem());
    unsigned char *der = NULL;
    int len = 0;
    bool ok = si && data && BIO_write(data, before->data, (int)before->len) == (int)before->len &&
              BIO_write(data, after->data, (int)after->len) == (int)after->len &&
              CMS_final(cms, data, NULL, flags) == 1 && without_signing_time(s, si) &&
              (len = i2d_CMS_ContentInfo(cms, &der)) > 0 && len <= CMS_ROOM;
    if (ok)
        buf_add(ret, der, (size_t)len);
    OPENSSL_free(der);
    BIO_free(data);
    CMS_ContentInfo_free(cms);
    ERR_clear_error();
    return ok ? 0 : CPF_E_CRYPTO;
}

/* ---- the file that is there ---- */

struct source {
    const char *text;
    size_t len;
    long xref, size, root, info, page;
};

static const char *find_last(const char *text, size_t len, const char *what)
{
    size_t n = strlen(what);
    for (size_t i = len >= n ? len - n + 1 : 0; i-- > 0;)
        if (memcmp(text + i, what, n) == 0)
            return text + i;
    return NULL;
}

static long number_after(const char *at, const char *end, const char *name)
{
    const char *p = at ? memmem(at, (size_t)(end - at), name, strlen(name)) : NULL;
    return p ? strtol(p + strlen(name), NULL, 10) : -1;
}

/* The dictionary of object `id` as it stands: from "<<" to the ">>" before "endobj". By the file's own table,
 * which in what cairo writes is one, of lines of 20 bytes. */
static bool object(const struct source *s, long id, const char **ret, size_t *ret_len)
{
    const char *table = memchr(s->text + s->xref + 5, '\n', s->len - (size_t)s->xref - 5);
    size_t line = table ? (size_t)(table + 1 - s->text) + (size_t)id * 20 : s->len;
    if (id < 1 || id >= s->size || line + 20 > s->len)
        return false;
    size_t at = (size_t)strtoul(s->text + line, NULL, 10);
    char head[40];
    int n = snprintf(head, sizeof(head), "%ld 0 obj\n<<", id);
    if (at + (size_t)n > s->len || memcmp(s->text + at, head, (size_t)n) != 0)
        return false;
    const char *p = s->text + at + n - 2;
    const char *end = memmem(p, s->len - (size_t)(p - s->text), "endobj", 6);
    const char *close = end ? find_last(p, (size_t)(end - p), ">>") : NULL;
    if (!close)
        return false;
    *ret = p;
    *ret_len = (size_t)(close - p);
    return true;
}

static bool read_source(struct source *s, const struct buf *pdf)
{
    const char *dict;
    size_t len;
    *s = (struct source){.text = pdf->data, .len = pdf->len};
    const char *end = s->text + s->len, *trailer = find_last(s->text, s->len, "trailer");
    s->xref = number_after(find_last(s->text, s->len, "startxref"), end, "startxref");
    s->size = number_after(trailer, end, "/Size ");
    s->root = number_after(trailer, end, "/Root ");
    s->info = number_after(trailer, end, "/Info ");
    if (s->xref <= 0 || s->size <= 0 || s->root <= 0 || s->info <= 0 || (size_t)s->xref >= s->len ||
        memcmp(s->text + s->xref, "xref", 4) != 0 || !object(s, s->root, &dict, &len))
        return false;
    /* the first page: the catalogue's tree has all of them as its children */
    long pages = number_after(dict, dict + len, "/Pages ");
    if (pages <= 0 || !object(s, pages, &dict, &len))
        return false;
    s->page = number_after(dict, dict + len, "/Kids [ ");
    return s->page > 0 && object(s, s->page, &dict, &len) && !memmem(dict, len, "/Annots", 7);
}

/* ---- the update ---- */

struct update {
    struct buf out;
    size_t base; /* offset of its first byte in the file */
    struct {
        long id;
        size_t at;
    } object[8];
    size_t n;
};

static void object_begin(struct update *u, long id)
{
    u->object[u->n].id = id;
    u->object[u->n++].at = u->base + u->out.len;
    buf_printf(&u->out, "%ld 0 obj\n", id);
}

static void object_again(struct update *u, const struct source *s, long id, const char *more)
{
    const char *dict = NULL;
    size_t len = 0;
    require(object(s, id, &dict, &len));
    object_begin(u, id);
    buf_add(&u->out, dict, len);
    buf_printf(&u->out, "\n   %s\n>>\nendobj\n", more);
}

static void text_string(struct buf *b, const char *utf8)
{
    static const char hex[] = "0123456789ABCDEF";
    buf_puts(b, "<FEFF"); /* UTF-16BE; characters beyond the BMP as surrogates */
    for (const unsigned char *s = (const unsigned char *)utf8; *s;) {
        unsigned c = *s, n = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
        c = n == 0 ? c : c & (0x3fU >> n);
        for (s++; n && *s; n--, s++)
            c = c << 6 | (*s & 0x3f);
        unsigned unit[2] = {c, 0};
        if (c >= 0x10000) {
            unit[0] = 0xd800 + ((c - 0x10000) >> 10);
            unit[1] = 0xdc00 + ((c - 0x10000) & 0x3ff);
        }
        for (int i = 0; i < (unit[1] ? 2 : 1); i++)
            for (int shift = 12; shift >= 0; shift -= 4)
                buf_addc(b, hex[unit[i] >> shift & 15]);
    }
    buf_addc(b, '>');
}

static void xref(struct update *u, const struct source *s, long size)
{
    uint8_t id[HASH_LEN];
    char text[HASH_LEN * 2 + 1];
    size_t at = u->base + u->out.len;
    hash_sha256(s->text, s->len, id);
    struct buf hex;
    buf_init(&hex);
    enc_hex(&hex, id, 16);
    snprintf(text, sizeof(text), "%s", hex.data);
    buf_fini(&hex);
    buf_puts(&u->out, "xref\n");
    for (size_t i = 0; i < u->n; i++)
        buf_printf(&u->out, "%ld 1\n%010zu 00000 n \n", u->object[i].id, u->object[i].at);
    buf_printf(
        &u->out,
        "trailer\n<< /Size %ld\n   /Root %ld 0 R\n   /Info %ld 0 R\n   /Prev %ld\n   /ID [<%s> <%s>]\n>>\n"
        "startxref\n%zu\n%%%%EOF\n",
        size, s->root, s->info, s->xref, text, text, at);
}

/* Where the placeholders stand: the file is hashed around <Contents>. */
struct hole {
    size_t range, from, to; /* offsets in the file: of ByteRange's value, of '<' and behind '>' */
};

static void signature_object(struct update *u, long id, int64_t made, const char *reason, struct hole *ret)
{
    char when[32];
    time_t t = (time_t)(made / 1000);
    struct tm tm;
    gmtime_r(&t, &tm);
    strftime(when, sizeof(when), "D:%Y%m%d%H%M%S+00'00'", &tm);
    object_begin(u, id);
    buf_printf(&u->out,
               "<< /Type /Sig\n   /Filter /Adobe.PPKLite\n   /SubFilter /ETSI.CAdES.detached\n   /M (%s)\n   "
               "/Reason ",
               when);
    text_string(&u->out, reason);
    buf_puts(&u->out, "\n   /ByteRange ");
    ret->range = u->base + u->out.len;
    buf_printf(&u->out, "%-44s\n   /Contents ", "");
    ret->from = u->base + u->out.len;
    buf_addc(&u->out, '<');
    for (int i = 0; i < CMS_ROOM * 2; i++)
        buf_addc(&u->out, '0');
    buf_addc(&u->out, '>');
    ret->to = u->base + u->out.len;
    buf_puts(&u->out, "\n>>\nendobj\n");
}

static void make_update(struct update *u, const struct source *s, int64_t made, const char *reason,
                        struct hole *ret)
{
    char more[160];
    long field = s->size, value = s->size + 1;
    signature_object(u, value, made, reason, ret);
    object_begin(u, field);
    buf_printf(
        &u->out,
        "<< /Type /Annot\n   /Subtype /Widget\n   /FT /Sig\n   /T (Signature1)\n   /V %ld 0 R\n   /F 132\n   "
        "/P %ld 0 R\n   /Rect [0 0 0 0]\n>>\nendobj\n",
        value, s->page);
    snprintf(more, sizeof(more), "/Annots [%ld 0 R]", field);
    object_again(u, s, s->page, more);
    snprintf(more, sizeof(more),
             "/AcroForm << /Fields [%ld 0 R] /SigFlags 3 >>\n   /Lang (ja-JP)\n   /ViewerPreferences << "
             "/DisplayDocTitle true >>",
             field);
    object_again(u, s, s->root, more);
    xref(u, s, s->size + 2);
}

static int fill_hole(const struct pdf_signer *s, struct buf *pdf, const struct hole *h)
{
    char range[48];
    struct buf cms, hex;
    int n = snprintf(range, sizeof(range), "[0 %zu %zu %zu]", h->from, h->to, pdf->len - h->to);
    if (n > 44)
        return CPF_E_LIMIT;
    memcpy(pdf->data + h->range, range, (size_t)n);
    struct buf before = {.data = pdf->data, .len = h->from};
    struct buf after = {.data = pdf->data + h->to, .len = pdf->len - h->to};
    buf_init(&cms);
    buf_init(&hex);
    int err = make_cms(s, &before, &after, &cms);
    if (!err) {
        enc_hex(&hex, cms.data, cms.len);
        memcpy(pdf->data + h->from + 1, hex.data, hex.len);
    }
    buf_fini(&cms);
    buf_fini(&hex);
    return err;
}

int pdf_sign(const struct pdf_signer *s, struct buf *pdf, int64_t made, const char *reason)
{
    struct source src;
    struct hole hole;
    struct update u = {.base = pdf->len};
    if (!read_source(&src, pdf))
        return CPF_E_SYNTAX;
    buf_init(&u.out);
    make_update(&u, &src, made, reason, &hole);
    buf_add(pdf, u.out.data, u.out.len);
    buf_fini(&u.out);
    int err = fill_hole(s, pdf, &hole);
    if (err) {
        pdf->len = u.base;
        pdf->data[pdf->len] = '\0';
    }
    return err;
}
