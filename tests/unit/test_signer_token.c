/* The log's key in a PKCS#11 token (SoftHSM), and a token that fails. */
#include "signer_fixture.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "softhsm.h"
#include "token_uri.h"

#define URI(object) "pkcs11:token=" SOFTHSM_TOKEN ";object=" object

static struct softhsm shared; /* one token a program; each test has its own key in it */
static bool there;
static int count;

static int group_setup(void **state)
{
    (void)state;
    there = softhsm_up(&shared);
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    if (there)
        softhsm_down(&shared);
    return 0;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    *state = f;
    if (!there)
        return 0;
    softhsm_fault(&shared, NULL);
    rig_prepare(&f->rig);
    snprintf(f->rig.key, sizeof(f->rig.key), URI("log-%d"), ++count);
    f->rig.module = shared.failing;
    f->rig.pin = shared.pin;
    rig_make(&f->rig);
    table_init(&f->t);
    make_leaves(f->leaf, N, 1);
    make_leaves(f->other, N, 2);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    if (there) {
        if (f->p.fd)
            peer_close(&f->p);
        table_fini(&f->t);
        rig_fini(&f->rig);
    }
    free(f);
    return 0;
}

#define need_token()                                                                                         \
    do {                                                                                                     \
        if (!there)                                                                                          \
            skip();                                                                                          \
    } while (0)

static void begin(struct fixture *f)
{
    rig_start(&f->rig);
    peer_connect(&f->p, &f->rig);
    fixture_begin(f);
}

static void assert_signed(const struct table *t, const struct note_key *k)
{
    struct checkpoint c;
    assert_int_equal(checkpoint_open(&c, t->note, strlen(t->note), k), 0);
    assert_int_equal(c.size, t->n);
}

static void test_a_key_in_a_token_signs(void **state)
{
    struct fixture *f = *state;
    need_token();
    begin(f);
    assert_signed(&f->t, &f->rig.vkey);
    rig_restart(&f->rig);
    fixture_reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m);
    for (uint64_t i = 0; i < 20; i++)
        rig_commit_group(&f->p, 2, &f->t, 1 + i, i);
    assert_signed(&f->t, &f->rig.vkey);
}

static void test_a_key_in_a_token_is_never_used_for_a_second_log(void **state)
{
    struct fixture *f = *state;
    need_token();
    unlink(f->rig.state);
    assert_int_equal(rig_run(&f->rig, (const char *const[]){"init", NULL}), EXIT_FAILURE);
    assert_true(rig_log_says(&f->rig, "never used for a second log"));
    assert_int_equal(access(f->rig.state, F_OK), -1);
}

static void refused_with(struct fixture *f, const char *uri, const char *module, const char *why)
{
    struct rig r = f->rig;
    snprintf(r.key, sizeof(r.key), "%s", uri);
    r.module = module;
    assert_true(rig_start_refused(&r, why));
}

static void test_a_start_without_its_token_or_key_is_refused(void **state)
{
    struct fixture *f = *state;
    struct note_key other;
    char next[96];
    need_token();
    refused_with(f, "pkcs11:token=nowhere;object=log", shared.module, "there is no token");
    refused_with(f, URI("nothing"), shared.module, "no Ed25519 private key");
    refused_with(f, f->rig.key, "/nowhere.so", "cannot load the module");
    refused_with(f, f->rig.key, NULL, "no module");
    refused_with(f, "pkcs11:object=log", shared.module, "not a URI for one key");
    refused_with(f, URI("log;colour=red"), shared.module, "not a URI for one key");
    unlink(f->rig.log);
    snprintf(next, sizeof(next), URI("other-%d"), count);
    f->rig.next = next;
    assert_int_equal(rig_run(&f->rig, (const char *const[]){"newkey", NULL}), 0);
    f->rig.next = NULL;
    rig_log_vkey(&f->rig, &other);
    assert_memory_not_equal(other.pub, f->rig.vkey.pub, KEY_PUB);
    refused_with(f, next, shared.module, "another origin or key"); /* another public key than the state's */
}

static void test_a_wrong_pin_is_named(void **state)
{
    struct fixture *f = *state;
    char path[96];
    need_token();
    snprintf(path, sizeof(path), "%s/pin", f->rig.dir);
    FILE *file = fopen(path, "w");
    fputs("9999\n", file);
    fclose(file);
    chmod(path, 0600);
    f->rig.pin = path;
    assert_true(rig_start_refused(&f->rig, "wrong PIN"));
    chmod(path, 0644);
    assert_true(rig_start_refused(&f->rig, "mode 0400 or 0600"));
    unlink(path);
    assert_true(rig_start_refused(&f->rig, "cannot open"));
}

/* The signer ends and says why; started anew it signs that size once, whatever is asked then. */
static void fails_while_signing(struct fixture *f, const char *fault, const char *says)
{
    int status;
    need_token();
    begin(f);
    softhsm_fault(&shared, fault);
    peer_send_append(&f->p, 1, &f->t.head, CONST(f->leaf), N);
    assert_false(peer_take(&f->p, &f->m));
    assert_int_equal(waitpid(f->rig.pid, &status, 0), f->rig.pid);
    f->rig.pid = 0;
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILURE);
    assert_true(rig_log_says(&f->rig, says));
    softhsm_fault(&shared, NULL);
    rig_start(&f->rig);
    fixture_reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m);
    assert_int_equal(f->m.opened.pending, SIGWIRE_NONE); /* nothing was signed */
    peer_append(&f->p, 2, &f->t.head, CONST(f->other), N, &f->m);
    peer_send_append(&f->p, 2, &f->t.head, CONST(f->leaf), N);
    peer_expect_refused(&f->p, SIGWIRE_C_PENDING);
}

static void test_a_removed_token_ends_the_signer(void **state)
{
    fails_while_signing(*state, "gone", "the token was removed");
}

static void test_a_token_logged_out_ends_the_signer(void **state)
{
    fails_while_signing(*state, "out", "logged out");
}

static void test_a_wrong_signature_never_leaves(void **state)
{
    fails_while_signing(*state, "wrong", "does not verify under its public key");
}

static void test_a_token_that_hangs_ends_the_signer(void **state)
{
    fails_while_signing(*state, "hang", "event=token_hangs");
}

static void test_a_broken_token_is_refused_at_start(void **state)
{
    struct fixture *f = *state;
    need_token();
    softhsm_fault(&shared, "wrong");
    assert_true(rig_start_refused(&f->rig, "does not verify under its public key"));
    softhsm_fault(&shared, "gone");
    assert_true(rig_start_refused(&f->rig, "the token was removed"));
}

static void test_a_slow_token_signs_and_is_named(void **state)
{
    struct fixture *f = *state;
    need_token();
    begin(f);
    softhsm_fault(&shared, "slow");
    rig_commit_group(&f->p, 1, &f->t, 2, 9);
    assert_signed(&f->t, &f->rig.vkey);
    assert_true(rig_log_says(&f->rig, "event=token_slow"));
}

static void test_a_rotation_from_a_file_into_a_token(void **state)
{
    struct fixture *f = *state;
    struct note_key in_token;
    char next[96], file[160];
    need_token();
    rig_fini(&f->rig);
    rig_init(&f->rig);
    memcpy(file, f->rig.key, sizeof(file));
    f->rig.module = shared.module;
    f->rig.pin = shared.pin;
    begin(f);
    rig_stop(&f->rig, SIGTERM);
    snprintf(next, sizeof(next), URI("next-%d"), count);
    f->rig.next = next;
    unlink(f->rig.log);
    assert_int_equal(rig_run(&f->rig, (const char *const[]){"newkey", NULL}), 0);
    rig_log_vkey(&f->rig, &in_token);
    rig_start(&f->rig);
    fixture_reconnect(f);
    peer_open(&f->p, 2, &f->t, NULL, &f->m);
    rig_commit_group(&f->p, 2, &f->t, 3, 5);
    assert_signed(&f->t, &f->rig.vkey);
    assert_signed(&f->t, &in_token);
    rig_stop(&f->rig, SIGTERM);
    snprintf(f->rig.key, sizeof(f->rig.key), "%s", next);
    f->rig.next = NULL;
    rig_start(&f->rig);
    fixture_reconnect(f);
    peer_open(&f->p, 3, &f->t, NULL, &f->m);
    rig_commit_group(&f->p, 3, &f->t, 3, 6);
    assert_signed(&f->t, &in_token);
    unlink(file);
}

static void test_uris(void **state)
{
    struct token_uri u;
    (void)state;
    assert_int_equal(token_uri_parse(&u, "pkcs11:token=My%20HSM;id=%01%ff;type=private?module-path=/m.so&"
                                         "pin-source=file:/run/pin"),
                     0);
    assert_string_equal(u.token, "My HSM");
    assert_int_equal(u.id_len, 2);
    assert_int_equal(u.id[1], 0xff);
    assert_string_equal(u.module, "/m.so");
    assert_string_equal(u.pin_source, "/run/pin");
    static const char *const bad[] = {
        "file:/key",
        "pkcs11:",
        "pkcs11:token=a",
        "pkcs11:object=a",
        "pkcs11:token=a;token=b;object=c",
        "pkcs11:token=a;object=%0",
        "pkcs11:token=a;object=%zz",
        "pkcs11:token=a;object=b%00c",
        "pkcs11:token=a;object=b;type=public",
        "pkcs11:token=a;object=b;slot-id=1",
        "pkcs11:token=a;object=b?pin-value=1234",
        "pkcs11:token;object=b",
        "pkcs11:token=a;object=b?module-path=",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_not_equal(token_uri_parse(&u, bad[i]), 0);
}

#define W(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        W(test_a_key_in_a_token_signs),
        W(test_a_key_in_a_token_is_never_used_for_a_second_log),
        W(test_a_start_without_its_token_or_key_is_refused),
        W(test_a_wrong_pin_is_named),
        W(test_a_removed_token_ends_the_signer),
        W(test_a_token_logged_out_ends_the_signer),
        W(test_a_wrong_signature_never_leaves),
        W(test_a_token_that_hangs_ends_the_signer),
        W(test_a_broken_token_is_refused_at_start),
        W(test_a_slow_token_signs_and_is_named),
        W(test_a_rotation_from_a_file_into_a_token),
        cmocka_unit_test(test_uris),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
