#include "softhsm.h"
#include "scratch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#define MODULE "/usr/lib/softhsm/libsofthsm2.so"

static void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fchmod(fileno(f), 0600), 0);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

bool softhsm_up(struct softhsm *h)
{
    char path[128], text[256];
    if (access(MODULE, R_OK) != 0 || access("/usr/bin/softhsm2-util", X_OK) != 0) {
        print_message("# skipped: no SoftHSM here (package softhsm2)\n");
        return false;
    }
    memset(h, 0, sizeof(*h));
    h->module = MODULE;
    h->failing = PKCS11_FAULT;
    assert_non_null(mkdtemp(scratch(h->dir, "cpf-softhsm")));
    snprintf(path, sizeof(path), "%s/tokens", h->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(text, sizeof(text), "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n",
             path);
    snprintf(path, sizeof(path), "%s/conf", h->dir);
    write_text(path, text);
    setenv("SOFTHSM2_CONF", path, 1);
    setenv("CPF_P11_MODULE", MODULE, 1);
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* SoftHSM leaks a string with each key it makes */
    snprintf(h->pin, sizeof(h->pin), "%s/pin", h->dir);
    write_text(h->pin, SOFTHSM_PIN "\n");
    snprintf(h->fault, sizeof(h->fault), "%s/fault", h->dir);
    setenv("CPF_P11_FAULT", h->fault, 1);
    assert_int_equal(system("softhsm2-util --init-token --free --label " SOFTHSM_TOKEN " --pin " SOFTHSM_PIN
                            " --so-pin 12345678 >/dev/null"),
                     0);
    return true;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void softhsm_down(struct softhsm *h)
{
    nftw(h->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void softhsm_fault(const struct softhsm *h, const char *what)
{
    unlink(h->fault);
    if (what)
        write_text(h->fault, what);
}
