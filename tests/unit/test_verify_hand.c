/*
 * A person with sha256sum and openssl, and README.txt: its commands are run as they stand, by a shell that
 * finds no other program. And cpf-verify as people call it.
 */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "bundle_rig.h"
#include "verify.h"
#include "scratch.h"

static char top[64];

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int setup(void **state)
{
    (void)state;
    return mkdtemp(scratch(top, "cpf-hand")) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    return nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void write_file(const char *name, const void *data, size_t len)
{
    char path[300];
    snprintf(path, sizeof(path), "%s/%s", top, name);
    for (char *c = path + strlen(top) + 1; *c; c++)
        if (*c == '/') {
            *c = '\0';
            mkdir(path, 0755);
            *c = '/';
        }
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

/* Only these two stand in the folder that is searched for programs. */
static bool two_programs(void)
{
    static const char *const names[] = {"sha256sum", "openssl"};
    char from[100], to[200];
    snprintf(to, sizeof(to), "%s/bin", top);
    mkdir(to, 0755);
    for (size_t i = 0; i < 2; i++) {
        snprintf(from, sizeof(from), "/usr/bin/%s", names[i]);
        snprintf(to, sizeof(to), "%s/bin/%s", top, names[i]);
        if (access(from, X_OK) != 0 || symlink(from, to) != 0)
            return false;
    }
    return true;
}

/* Exit status; what it said goes to <top>/out. */
static int run(const char *const argv[], const char *cwd)
{
    char path[100], out[100];
    int status;
    snprintf(path, sizeof(path), "PATH=%s/bin", top);
    snprintf(out, sizeof(out), "%s/out", top);
    pid_t pid = fork();
    if (pid == 0) {
        char tmp[] = "TMPDIR=/tmp", *const env[] = {path, tmp, NULL};
        int fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        if (fd < 0 || chdir(cwd) != 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
            _exit(127);
        execve(argv[0], (char *const *)argv, env);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static bool said(const char *text)
{
    char path[100], all[8192] = {0};
    snprintf(path, sizeof(path), "%s/out", top);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t n = fread(all, 1, sizeof(all) - 1, f);
    fclose(f);
    all[n] = '\0';
    if (!strstr(all, text))
        print_message("# it said: %s\n", all);
    return strstr(all, text) != NULL;
}

static const struct rig_plan plan = {
    .steps = 2, .map = true, .witness = true, .stamp = true, .older = true, .voids = true, .others = 1};

/* The commands between the two pairs of scissors, as a person would paste them. */
static int by_hand(struct bundle_rig *r)
{
    char dir[100], script[100];
    const char *readme = rig_file(r, BUNDLE_README)->data;
    const char *from = strstr(readme, "8< --------\n"), *to = strstr(readme, "-------- >8");
    assert_non_null(from);
    assert_non_null(to);
    from += strlen("8< --------\n");
    for (size_t i = 0; i < r->nfiles; i++) {
        char name[BUNDLE_NAME + 8];
        snprintf(name, sizeof(name), "bundle/%s", r->file[i].name);
        write_file(name, r->file[i].data.data, r->file[i].data.len);
    }
    write_file("script", from, (size_t)(to - from));
    snprintf(dir, sizeof(dir), "%s/bundle", top);
    snprintf(script, sizeof(script), "%s/script", top);
    return run((const char *const[]){"/bin/bash", "--noprofile", "--norc", script, NULL}, dir);
}

#define need_programs()                                                                                      \
    do {                                                                                                     \
        if (access("/bin/bash", X_OK) != 0 || !two_programs()) {                                             \
            print_message("# skipped: no bash, sha256sum or openssl here\n");                                \
            skip();                                                                                          \
        }                                                                                                    \
    } while (0)

static void test_by_hand_good_bundle_passes(void **state)
{
    struct bundle_rig r;
    (void)state;
    need_programs();
    rig_init(&r, &plan);
    int status = by_hand(&r);
    assert_true(said("checked by hand: 5 entries"));
    assert_int_equal(status, 0);
    rig_fini(&r);
}

static void hand_fails(void (*doctor)(struct bundle_rig *), const char *says)
{
    struct bundle_rig r;
    rig_init(&r, &plan);
    doctor(&r);
    int status = by_hand(&r);
    assert_true(said(says));
    assert_int_equal(status, 1);
    rig_fini(&r);
}

static void edit(struct bundle_rig *r)
{
    rig_edit(r, "entries/00003.json", "81.1", "99.9");
    rig_seal(r);
}

static void leave_out(struct bundle_rig *r)
{
    rig_drop(r, "entries/00003.json");
    rig_seal(r);
}

static void unsealed(struct bundle_rig *r)
{
    rig_edit(r, "policy.txt", "quorum both", "quorum none");
}

static void other_key(struct bundle_rig *r)
{
    struct buf *b = rig_file(r, "checkpoint.txt");
    buf_clear(b);
    rig_checkpoint(r, r->n, r->thief, b);
    rig_seal(r);
}

static void other_root(struct bundle_rig *r)
{
    rig_sign_keys(r, r->thief);
    rig_seal(r);
}

/* The manifest names one more log key, of an overlap. */
static void add_log_key(struct bundle_rig *r)
{
    struct keymanifest_line *l = &r->keys.line[r->keys.n++];
    uint8_t pub[KEY_PUB];
    *l = (struct keymanifest_line){.role = KEYMANIFEST_LOG, .from = 1, .until = KEYMANIFEST_ALWAYS};
    key_public(r->thief, pub);
    assert_int_equal(note_key_make(&l->key, r->origin, pub), CPF_OK);
    rig_sign_keys(r, r->root);
    rig_seal(r);
}

static void test_by_hand_a_bundle_of_an_overlap_passes(void **state)
{
    struct bundle_rig r;
    (void)state;
    need_programs();
    rig_init(&r, &plan);
    add_log_key(&r);
    assert_int_equal(by_hand(&r), 0);
    rig_fini(&r);
}

static void end_key(struct bundle_rig *r)
{
    r->keys.line[0].until = r->n - 1;
    rig_sign_keys(r, r->root);
    rig_seal(r);
}

static void other_value(struct bundle_rig *r)
{
    const char *salted;
    char digest[44];
    disclosure_make(&r->a, "donor_name", "佐藤 太郎", &salted, digest);
    rig_put(r, "disclosures/00001.donor_name", salted);
    rig_seal(r);
}

static void other_authority(struct bundle_rig *r)
{
    struct rig_tsa *t = rig_tsa_sibling(r->tsa, "Injected TSA");
    struct buf *pem = rig_file(r, "timestamps/tsa.pem"), chain;
    buf_init(&chain);
    buf_clear(pem);
    rig_tsa_pem(t, pem, &chain);
    buf_fini(&chain);
    rig_tsa_free(t);
    rig_seal(r);
}

static void test_by_hand_edited_entry_is_noticed(void **state)
{
    (void)state;
    need_programs();
    hand_fails(edit, "FAILED: proofs/00003.tlog-proof");
}

static void test_by_hand_missing_entry_is_noticed(void **state)
{
    (void)state;
    need_programs();
    hand_fails(leave_out, "FAILED: entries/00004.json");
}

static void test_by_hand_changed_file_is_noticed(void **state)
{
    (void)state;
    need_programs();
    hand_fails(unsealed, "FAILED: MANIFEST.sha256");
}

static void test_by_hand_other_log_key_is_noticed(void **state)
{
    (void)state;
    need_programs();
    hand_fails(other_key, "FAILED: checkpoint.txt");
    hand_fails(end_key, "FAILED: checkpoint.txt");
}

static void test_by_hand_other_root_is_noticed(void **state)
{
    (void)state;
    need_programs();
    hand_fails(other_root, "FAILED: keys/manifest.txt");
}

static void test_by_hand_other_value_is_noticed(void **state)
{
    (void)state;
    need_programs();
    hand_fails(other_value, "FAILED: disclosures/00001.donor_name");
}

static void test_by_hand_other_authority_is_noticed(void **state)
{
    (void)state;
    need_programs();
    hand_fails(other_authority, "FAILED: timestamps/");
}

/* ---- cpf-verify ---- */

static int call(const struct bundle_rig *r, const char *option, const char *value)
{
    struct buf zip;
    buf_init(&zip);
    rig_zip(r, &zip);
    write_file("b.zip", zip.data, zip.len);
    buf_fini(&zip);
    return run((const char *const[]){VERIFY_PROGRAM, "b.zip", option, value, NULL}, top);
}

static void test_program_exit_status_is_the_class(void **state)
{
    struct bundle_rig r;
    (void)state;
    rig_init(&r, &(struct rig_plan){.steps = 3});
    assert_int_equal(call(&r, NULL, NULL), VERIFY_OK);
    assert_true(said("VERIFIED"));
    assert_int_equal(call(&r, "--lang", "ja"), VERIFY_OK);
    assert_true(said("合格"));
    assert_int_equal(call(&r, "--json", NULL), VERIFY_OK);
    assert_true(said("\"ok\":true"));
    edit(&r);
    assert_int_equal(call(&r, NULL, NULL), VERIFY_PROOF);
    assert_true(said("[proof.inclusion] entries/00003.json"));
    rig_fini(&r);
}

static void test_program_takes_what_its_owner_holds(void **state)
{
    struct bundle_rig r;
    struct buf b;
    (void)state;
    buf_init(&b);
    rig_init(&r, &(struct rig_plan){.steps = 3});
    rig_root(&r, &b);
    assert_int_equal(call(&r, "--root", b.data), VERIFY_OK);
    write_file("root", b.data, b.len);
    assert_int_equal(call(&r, "--root", "root"), VERIFY_OK);
    buf_clear(&b);
    rig_checkpoint(&r, r.n, r.log, &b);
    write_file("known", b.data, b.len);
    assert_int_equal(call(&r, "--known-checkpoint", "known"), VERIFY_OK);
    buf_clear(&b);
    rig_checkpoint(&r, r.n - 1, r.log, &b);
    write_file("known", b.data, b.len);
    assert_int_equal(call(&r, "--known-checkpoint", "known"), VERIFY_KNOWN);
    write_file("policy", "quorum none\n", 12);
    assert_int_equal(call(&r, "--policy", "policy"), VERIFY_OK);
    write_file("policy", "what?\n", 6);
    assert_int_equal(call(&r, "--policy", "policy"), VERIFY_QUORUM);
    rig_fini(&r);
    buf_fini(&b);
}

static void test_program_wrong_use(void **state)
{
    struct bundle_rig r;
    (void)state;
    rig_init(&r, &(struct rig_plan){.steps = 1});
    assert_int_equal(call(&r, "--lang", "de"), VERIFY_USAGE);
    assert_int_equal(call(&r, "--known-checkpoint", "absent"), VERIFY_USAGE);
    assert_int_equal(call(&r, "--what", NULL), VERIFY_USAGE);
    assert_int_equal(run((const char *const[]){VERIFY_PROGRAM, "absent.zip", NULL}, top), VERIFY_USAGE);
    assert_int_equal(run((const char *const[]){VERIFY_PROGRAM, NULL}, top), VERIFY_USAGE);
    assert_int_equal(run((const char *const[]){VERIFY_PROGRAM, "--version", NULL}, top), VERIFY_OK);
    rig_fini(&r);
}

/* No network: not even the code for it. */
static void test_program_calls_no_socket(void **state)
{
    struct buf b;
    char chunk[65536];
    size_t n;
    (void)state;
    FILE *f = fopen(VERIFY_PROGRAM, "r");
    assert_non_null(f);
    buf_init(&b);
    while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
        buf_add(&b, chunk, n);
    fclose(f);
    static const char *const words[] = {"socket", "connect", "getaddrinfo", "PQconnectdb"};
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        char word[32] = {0}; /* as it stands among the names of dynamic symbols, with its NULs */
        snprintf(word + 1, sizeof(word) - 1, "%s", words[i]);
        assert_null(memmem(b.data, b.len, word, strlen(words[i]) + 2));
    }
    buf_fini(&b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(test_by_hand_good_bundle_passes),
        TEST(test_by_hand_a_bundle_of_an_overlap_passes),
        TEST(test_by_hand_edited_entry_is_noticed),
        TEST(test_by_hand_missing_entry_is_noticed),
        TEST(test_by_hand_changed_file_is_noticed),
        TEST(test_by_hand_other_log_key_is_noticed),
        TEST(test_by_hand_other_root_is_noticed),
        TEST(test_by_hand_other_value_is_noticed),
        TEST(test_by_hand_other_authority_is_noticed),
        TEST(test_program_exit_status_is_the_class),
        TEST(test_program_takes_what_its_owner_holds),
        TEST(test_program_wrong_use),
        TEST(test_program_calls_no_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
