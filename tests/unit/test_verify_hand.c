/*
 * A person with coreutils and openssl, and README.txt: its commands are run as they stand, by a shell that
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

/* Only what README.txt names stands in the folder that is searched for programs. */
static const char *const programs[] = {"sha256sum", "openssl", "base64", "od", "mktemp", "rm"};
#define PROGRAMS (sizeof(programs) / sizeof(*programs))

/* Each leaves a mark when it is started: how many there are must not grow with the entries. */
static bool few_programs(void)
{
    char path[100], text[300];
    for (size_t i = 0; i < PROGRAMS; i++) {
        snprintf(path, sizeof(path), "/usr/bin/%s", programs[i]);
        if (access(path, X_OK) != 0)
            return false;
        snprintf(text, sizeof(text), "#!/bin/bash\necho %s >>%s/started\nexec /usr/bin/%s \"$@\"\n",
                 programs[i], top, programs[i]);
        snprintf(path, sizeof(path), "bin/%s", programs[i]);
        write_file(path, text, strlen(text));
        snprintf(path, sizeof(path), "%s/bin/%s", top, programs[i]);
        if (chmod(path, 0755) != 0)
            return false;
    }
    return true;
}

static unsigned started(void)
{
    char path[100];
    unsigned n = 0;
    snprintf(path, sizeof(path), "%s/started", top);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    for (int c; (c = fgetc(f)) != EOF;)
        n += c == '\n';
    fclose(f);
    assert_int_equal(remove(path), 0);
    return n;
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
    snprintf(dir, sizeof(dir), "%s/bundle", top);
    (void)!nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS); /* of the run before */
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
        if (access("/bin/bash", X_OK) != 0 || !few_programs()) {                                             \
            print_message("# skipped: no bash, coreutils or openssl here\n");                                \
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

static void plan_fails(const struct rig_plan *p, void (*doctor)(struct bundle_rig *), const char *says)
{
    struct bundle_rig r;
    rig_init(&r, p);
    if (doctor)
        doctor(&r);
    int status = by_hand(&r);
    assert_true(said(says));
    assert_int_equal(status, 1);
    rig_fini(&r);
}

static void hand_fails(void (*doctor)(struct bundle_rig *), const char *says)
{
    plan_fails(&plan, doctor, says);
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

static void leave_out_counted(struct bundle_rig *r)
{
    rig_drop(r, "entries/00003.json");
    rig_edit(r, "bundle.json", "\"count\":5", "\"count\":4");
    rig_seal(r);
}

/* The end of a batch that was reopened: closed before, and by the count of bundle.json nothing is missing. */
static void cut(struct bundle_rig *r)
{
    rig_drop(r, "entries/00005.json");
    rig_drop(r, "proofs/00005.tlog-proof");
    rig_edit(r, "bundle.json", "\"count\":5", "\"count\":4");
    rig_seal(r);
}

static void cut_with_the_map(struct bundle_rig *r)
{
    rig_drop(r, "map.json");
    cut(r);
}

static void other_row(struct bundle_rig *r)
{
    rig_edit(r, "map.json", "\"count\":5", "\"count\":4");
    cut(r);
}

static void void_gone(struct bundle_rig *r)
{
    rig_drop(r, "support/00003.json");
    rig_drop(r, "support/00003.tlog-proof");
    rig_seal(r);
}

static void twice(struct bundle_rig *r)
{
    static const char *const ends[] = {"json", "tlog-proof"};
    for (size_t i = 0; i < 2; i++) {
        char from[40], to[40];
        snprintf(from, sizeof(from), "support/00003.%s", ends[i]);
        snprintf(to, sizeof(to), "support/00004.%s", ends[i]);
        const struct buf *b = rig_file(r, from);
        char *text = arena_strndup(&r->a, b->data, b->len);
        rig_put(r, to, text);
    }
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

/* Its digest stands in the entry, but was typed there. */
static void typed_value(struct bundle_rig *r)
{
    rig_put(r, "disclosures/00005.note", RIG_STREAM);
    rig_seal(r);
}

/* A certificate of the same chain stamps. The one that the root key names stands before it in tsa.pem. */
static void forged_stamp(struct bundle_rig *r)
{
    struct rig_tsa *t = rig_tsa_sibling(r->tsa, "Injected TSA");
    struct buf pem, chain, *tsr = NULL;
    char name[BUNDLE_NAME];
    buf_init(&pem);
    buf_init(&chain);
    rig_tsa_pem(t, &pem, &chain);
    buf_add(rig_file(r, "timestamps/tsa.pem"), pem.data, pem.len);
    snprintf(name, sizeof(name), "timestamps/%zu.note", r->n);
    const struct buf *note = rig_file(r, name);
    snprintf(name, sizeof(name), "timestamps/%zu.tsr", r->n);
    tsr = rig_file(r, name);
    buf_clear(tsr);
    rig_tsa_stamp(t, note->data, note->len, RIG_BEGIN, tsr);
    buf_fini(&pem);
    buf_fini(&chain);
    rig_tsa_free(t);
    rig_seal(r);
}

static void test_by_hand_forged_stamp_is_noticed(void **state)
{
    (void)state;
    need_programs();
    hand_fails(forged_stamp, "not by an authority that the root key names");
}

static void test_by_hand_cut_end_is_noticed(void **state)
{
    (void)state;
    need_programs();
    hand_fails(cut, "FAILED: map.json");
    hand_fails(cut_with_the_map, "FAILED: neither closed nor counted by a map");
    hand_fails(other_row, "FAILED: map.json");
}

/* What an entry says stands in its body itself: not deeper, and not in what somebody typed. */
static void test_by_hand_a_text_counts_nothing(void **state)
{
    (void)state;
    need_programs();
    plan_fails(&(struct rig_plan){.steps = 2, .twist = TWIST_CLOSING}, NULL, "FAILED: entries/00005.json");
    plan_fails(&(struct rig_plan){.steps = 2, .map = true, .twist = TWIST_MAP_ASIDE}, NULL,
               "FAILED: map.json");
}

static void test_by_hand_open_and_reopened_batches_pass(void **state)
{
    static const struct rig_plan plans[] = {{.steps = 2, .map = true, .open = true, .others = 1},
                                            {.steps = 2, .map = true, .redact = true, .reopened = true}};
    (void)state;
    need_programs();
    for (size_t i = 0; i < 2; i++) {
        struct bundle_rig r;
        rig_init(&r, &plans[i]);
        int status = by_hand(&r);
        assert_true(said(", as of map 12; root key"));
        assert_int_equal(status, 0);
        rig_fini(&r);
    }
}

static void test_by_hand_missing_map_is_told(void **state)
{
    struct bundle_rig r;
    (void)state;
    need_programs();
    rig_init(&r, &(struct rig_plan){.steps = 2});
    assert_int_equal(by_hand(&r), 0);
    assert_true(said("NOT PROVED: that it was not reopened since"));
    rig_fini(&r);
}

static void test_by_hand_void_ranges_are_counted(void **state)
{
    (void)state;
    need_programs();
    hand_fails(void_gone, "FAILED: support: not all log.void are here");
    hand_fails(twice, "FAILED: support/00004.json: twice");
}

/* A program for each hash would take three quarters of an hour for a thousand entries. */
static void test_by_hand_programs_are_few_however_many_entries(void **state)
{
    struct bundle_rig r;
    unsigned n[2];
    (void)state;
    need_programs();
    for (size_t i = 0; i < 2; i++) {
        rig_init(&r, &(struct rig_plan){.steps = i ? 120 : 20, .map = true, .others = 1});
        int status = by_hand(&r);
        assert_true(said("checked by hand"));
        assert_int_equal(status, 0);
        n[i] = started();
        rig_fini(&r);
    }
    assert_true(n[1] < n[0] + 30);
}

static void test_by_hand_edited_entry_is_noticed(void **state)
{
    (void)state;
    need_programs();
    hand_fails(edit, "FAILED: entries/00003.json");
}

static void test_by_hand_missing_entry_is_noticed(void **state)
{
    (void)state;
    need_programs();
    hand_fails(leave_out, "FAILED: bundle.json: not all entries are here");
    hand_fails(leave_out_counted, "FAILED: entries/00004.json");
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
    hand_fails(typed_value, "FAILED: disclosures/00005.note");
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
    rig_init(&r, &(struct rig_plan){.steps = 3, .map = true});
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
    rig_init(&r, &(struct rig_plan){.steps = 3, .map = true});
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
        TEST(test_by_hand_forged_stamp_is_noticed),
        TEST(test_by_hand_cut_end_is_noticed),
        TEST(test_by_hand_a_text_counts_nothing),
        TEST(test_by_hand_open_and_reopened_batches_pass),
        TEST(test_by_hand_missing_map_is_told),
        TEST(test_by_hand_void_ranges_are_counted),
        TEST(test_by_hand_programs_are_few_however_many_entries),
        TEST(test_program_exit_status_is_the_class),
        TEST(test_program_takes_what_its_owner_holds),
        TEST(test_program_wrong_use),
        TEST(test_program_calls_no_socket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
