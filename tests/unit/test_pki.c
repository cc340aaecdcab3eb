/* The facility's own authority: what it renews, and what it leaves alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <cmocka.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include "lib/pki.h"
#include "scratch.h"

struct place {
    char dir[SCRATCH], path[SCRATCH + 20];
};

static const char *in(struct place *p, const char *name)
{
    snprintf(p->path, sizeof(p->path), "%s/%s", p->dir, name);
    return p->path;
}

static X509 *certificate(struct place *p, const char *name)
{
    FILE *f = fopen(in(p, name), "r");
    X509 *x = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
    assert_non_null(x);
    fclose(f);
    return x;
}

static EVP_PKEY *private_key(struct place *p, const char *name)
{
    FILE *f = fopen(in(p, name), "r");
    EVP_PKEY *k = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;
    assert_non_null(k);
    fclose(f);
    return k;
}

static void made(struct place *p)
{
    static const char *const host[] = {"cpf.example.org"};
    assert_non_null(mkdtemp(scratch(p->dir, "test-pki")));
    assert_int_equal(pki_make(p->dir, "test", 1, host), 0);
}

static void gone(struct place *p)
{
    static const char *const name[] = {"ca.pem", "ca.key", "server.pem", "server.key"};
    for (size_t i = 0; i < 4; i++)
        remove(in(p, name[i]));
    assert_int_equal(remove(p->dir), 0); /* nothing else was left there */
}

static void copy(struct place *from, struct place *to, const char *name)
{
    char text[8192];
    FILE *f = fopen(in(from, name), "r"), *t = fopen(in(to, name), "w");
    assert_true(f && t);
    fwrite(text, 1, fread(text, 1, sizeof(text), f), t);
    fclose(f);
    fclose(t);
}

static bool names(struct place *p, const char *host)
{
    X509 *x = certificate(p, "server.pem");
    bool good = X509_check_host(x, host, 0, 0, NULL) == 1;
    X509_free(x);
    return good;
}

static void test_renewed_it_is_another_one_of_the_same_key_and_names(void **state)
{
    struct place p;
    const char *about;
    (void)state;
    made(&p);
    X509 *old = certificate(&p, "server.pem");
    umask(077); /* an administrator's; the daemon reads it all the same */
    assert_int_equal(pki_renew(p.dir, 0, NULL, &about), 0);
    umask(022);
    X509 *now = certificate(&p, "server.pem"), *authority = certificate(&p, "ca.pem");
    EVP_PKEY *key = private_key(&p, "server.key");
    struct stat st;
    assert_int_not_equal(X509_cmp(old, now), 0);
    assert_int_equal(X509_check_private_key(now, key), 1);
    assert_int_equal(X509_verify(now, X509_get0_pubkey(authority)), 1);
    assert_true(names(&p, "cpf.example.org"));
    assert_int_equal(stat(in(&p, "server.pem"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
    EVP_PKEY_free(key);
    X509_free(authority);
    X509_free(now);
    X509_free(old);
    gone(&p);
}

static void test_names_that_are_given_are_all_there_or_nothing_is_renewed(void **state)
{
    static const char *const good[] = {"two.example.org", "192.0.2.7"}, *const bad[] = {
                                                                            "a.example,b.example"};
    struct place p;
    const char *about;
    (void)state;
    made(&p);
    X509 *old = certificate(&p, "server.pem");
    assert_int_equal(pki_renew(p.dir, 1, bad, &about), CPF_E_INVAL);
    assert_string_equal(about, "--host");
    X509 *same = certificate(&p, "server.pem");
    assert_int_equal(X509_cmp(old, same), 0);
    assert_int_equal(pki_renew(p.dir, 2, good, &about), 0);
    assert_true(names(&p, "two.example.org"));
    assert_true(names(&p, "localhost"));
    assert_false(names(&p, "cpf.example.org"));
    X509_free(same);
    X509_free(old);
    gone(&p);
}

/* Another authority's key, another authority's certificate, a key of something else: nothing is touched. */
static void test_what_does_not_belong_together_is_not_renewed(void **state)
{
    static const char *const foreign[][3] = {{"ca.key", NULL},
                                             {"ca.pem", "ca.key", NULL},
                                             {"server.key", NULL},
                                             {"server.pem", "server.key", NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof(foreign) / sizeof(*foreign); i++) {
        struct place p, other;
        const char *about;
        made(&p);
        made(&other);
        for (size_t k = 0; foreign[i][k]; k++)
            copy(&other, &p, foreign[i][k]);
        X509 *old = certificate(&p, "server.pem");
        assert_int_equal(pki_renew(p.dir, 0, NULL, &about), CPF_E_KEY);
        X509 *same = certificate(&p, "server.pem");
        assert_int_equal(X509_cmp(old, same), 0);
        X509_free(same);
        X509_free(old);
        gone(&other);
        gone(&p);
    }
}

static void authority_ends(struct place *p, long days)
{
    X509 *x = certificate(p, "ca.pem");
    EVP_PKEY *key = private_key(p, "ca.key");
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x), days * 86400));
    assert_true(X509_sign(x, key, EVP_sha256()) > 0);
    FILE *f = fopen(in(p, "ca.pem"), "w");
    assert_true(f && PEM_write_X509(f, x));
    fclose(f);
    EVP_PKEY_free(key);
    X509_free(x);
}

static void test_it_does_not_outlive_its_authority(void **state)
{
    struct place p;
    const char *about;
    (void)state;
    made(&p);
    authority_ends(&p, 30);
    assert_int_equal(pki_renew(p.dir, 0, NULL, &about), 0);
    X509 *now = certificate(&p, "server.pem"), *authority = certificate(&p, "ca.pem");
    assert_int_equal(ASN1_TIME_compare(X509_get0_notAfter(now), X509_get0_notAfter(authority)), 0);
    X509_free(now);
    X509_free(authority);
    authority_ends(&p, -1);
    assert_int_equal(pki_renew(p.dir, 0, NULL, &about), CPF_E_KEY);
    gone(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_renewed_it_is_another_one_of_the_same_key_and_names),
        cmocka_unit_test(test_names_that_are_given_are_all_there_or_nothing_is_renewed),
        cmocka_unit_test(test_what_does_not_belong_together_is_not_renewed),
        cmocka_unit_test(test_it_does_not_outlive_its_authority),
    };
    return cmocka_run_group_tests_name("the facility's own certificates", tests, NULL, NULL);
}
