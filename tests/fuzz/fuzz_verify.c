/*
 * What lies behind the ZIP: a good bundle of which the input changes some bytes of some files, sealed again.
 * The input is a list of (file, offset, length, bytes). The root key is given, so that no bundle of another
 * can pass.
 */
#include <stdlib.h>
#include <string.h>
#include "bundle_rig.h"
#include "verify_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static struct bundle_rig rig;
static struct buf root;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    /* stamps have a fuzzer of their own, and take their time */
    static const struct rig_plan plan = {
        .steps = 1, .map = true, .older = true, .voids = true, .redact = true};
    (void)argc;
    (void)argv;
    rig_init(&rig, &plan);
    rig_root(&rig, &root);
    return 0;
}

/* Bytes at `at` give way to n others; `shift` of the old ones go. */
static void change(struct member *m, size_t at, size_t cut, const uint8_t *bytes, size_t n)
{
    char *text = calloc(1, m->len + n + 1);
    at %= m->len + 1;
    if (cut > m->len - at)
        cut = m->len - at;
    memcpy(text, m->data, at);
    if (n)
        memcpy(text + at, bytes, n);
    memcpy(text + at + n, m->data + at + cut, m->len - at - cut);
    free((char *)m->data);
    m->data = text;
    m->len = m->len + n - cut;
}

static void play(struct member *m, size_t nmembers, const uint8_t *data, size_t size)
{
    while (size >= 5) {
        size_t file = data[0] % nmembers, at = (size_t)data[1] << 8 | data[2], cut = data[3] % 32,
               n = data[4] % 32;
        data += 5;
        size -= 5;
        if (n > size)
            n = size;
        change(&m[file], at, cut, data, n);
        data += n;
        size -= n;
    }
}

static void load(struct member *m)
{
    for (size_t i = 0; i < rig.nfiles; i++) {
        const struct rig_file *f = &rig.file[i];
        char *text = calloc(1, f->data.len + 1);
        memcpy(text, f->data.data, f->data.len);
        m[i] = (struct member){.name = f->name, .data = text, .len = f->data.len};
        require(bundle_name_parse(&m[i].is, f->name) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct verify_options opt = {.root = {"root", root.data, root.len}};
    struct member *m = calloc(rig.nfiles, sizeof(*m));
    struct buf b;
    load(m);
    play(m, rig.nfiles, data, size);
    for (size_t i = 0; i < rig.nfiles; i++)
        hash_sha256(m[i].data, m[i].len, m[i].digest);
    struct verify *v = verify_members(m, rig.nfiles, &opt);
    buf_init(&b);
    if (size % 8 == 0)
        verify_report_text(v, size % 16, &b);
    if (size % 8 == 1)
        verify_report_json(v, &b);
    buf_fini(&b);
    for (size_t i = 0; i < rig.nfiles; i++)
        free((char *)m[i].data);
    verify_free(v); /* and the table */
    return 0;
}
