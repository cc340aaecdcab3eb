/*
 * Cold verification: cpf-verify started anew for each round, over one batch of 200 entries out of a log of a
 * million. One JSON object on stdout, a line for people on stderr.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bundle_rig.h"

#define ENTRIES 200
#define LOG     1000000
#define ROUNDS  21

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

static double one_round(const char *program, const char *file)
{
    double began = now_ms();
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        if (!freopen("/dev/null", "w", stdout))
            _exit(127);
        execl(program, program, file, "--json", (char *)NULL);
        _exit(127);
    }
    require(pid > 0 && waitpid(pid, &status, 0) == pid);
    require(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return now_ms() - began;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void measure(const char *program, const char *file, double *ret_median, double *ret_worst)
{
    double ms[ROUNDS];
    for (int i = 0; i < ROUNDS; i++)
        ms[i] = one_round(program, file);
    qsort(ms, ROUNDS, sizeof(*ms), ascending);
    *ret_median = ms[ROUNDS / 2];
    *ret_worst = ms[ROUNDS - 1];
}

/* Bytes of the largest proof, with and without the checkpoint that all share; all proofs together. */
static void proof_sizes(struct bundle_rig *r, size_t *ret_whole, size_t *ret_own)
{
    size_t note = rig_file(r, BUNDLE_CHECKPOINT)->len;
    *ret_whole = 0;
    for (size_t i = 0; i < r->nfiles; i++)
        if (strncmp(r->file[i].name, "proofs/", 7) == 0 && r->file[i].data.len > *ret_whole)
            *ret_whole = r->file[i].data.len;
    *ret_own = *ret_whole - note;
}

/* What the proofs add to the ZIP, for each. */
static size_t packed_proof(struct bundle_rig *r, size_t whole)
{
    struct buf zip;
    size_t n = 0;
    for (size_t i = r->nfiles; i-- > 0;)
        if (strncmp(r->file[i].name, "proofs/", 7) == 0) {
            rig_drop(r, r->file[i].name);
            n++;
        }
    buf_init(&zip);
    rig_zip(r, &zip);
    size_t each = (whole - zip.len) / n;
    buf_fini(&zip);
    return each;
}

int main(int argc, char **argv)
{
    const struct rig_plan plan = {
        .steps = ENTRIES - 3, .filler = LOG / 2, .map = true, .witness = true, .stamp = true, .older = true};
    char file[] = "/tmp/cpf-bundle-XXXXXX";
    double median, worst;
    size_t whole, own;
    struct bundle_rig r;
    struct buf zip;
    if (argc != 2) {
        fputs("verify_bundle PATH-OF-CPF-VERIFY\n", stderr);
        return 2;
    }
    rig_init(&r, &plan);
    buf_init(&zip);
    rig_zip(&r, &zip);
    int fd = mkstemp(file);
    require(fd >= 0 && write(fd, zip.data, zip.len) == (ssize_t)zip.len && close(fd) == 0);
    measure(argv[1], file, &median, &worst);
    unlink(file);
    proof_sizes(&r, &whole, &own);
    size_t packed = packed_proof(&r, zip.len);
    printf("{\"bench\":\"verify_bundle\",\"entries\":%d,\"log\":%zu,\"zip_bytes\":%zu,\"proof_bytes\":%zu,"
           "\"proof_bytes_without_checkpoint\":%zu,\"proof_bytes_in_zip\":%zu,\"cold_ms\":%.1f,\"worst_ms\":%"
           ".1f}\n",
           ENTRIES, r.n, zip.len, whole, own, packed, median, worst);
    fprintf(
        stderr,
        "bundle of %d entries of %zu: cold %.1f ms (worst of %d: %.1f); a proof: %zu bytes, %zu without its "
        "checkpoint, %zu in the ZIP\n",
        ENTRIES, r.n, median, ROUNDS, worst, whole, own, packed);
    buf_fini(&zip);
    rig_fini(&r);
    return 0;
}
