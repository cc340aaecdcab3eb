/* tests/bundles/mutate: bundles that a seed changes, and what cpf-verify says of each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bundle_rig.h"
#include "seeded.h"
#include "verify.h"

#define NOW (RIG_BEGIN + INT64_C(10) * 86400000)

/* The nonces, salts and void leaves of the bundles: by the seed, too. */
static struct seeded random_bytes;

void __wrap_enc_random(void *ret, size_t len);
void __wrap_enc_random(void *ret, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ((uint8_t *)ret)[i] = (uint8_t)seeded_below(&random_bytes, 256);
}

/* ---- what is changed ---- */

#define STEPS .steps = 6, .others = 2
static const struct rig_plan wholes[] = {
    {STEPS, .map = true},
    {STEPS, .map = true, .open = true},
    {STEPS, .map = true, .voids = true, .older = true, .witness = true},
    {STEPS, .map = true, .redact = true},
    {STEPS, .map = true, .redact = true, .reopened = true},
    {STEPS, .map = true, .without_values = true},
    {STEPS, .map = true, .voids = true, .stamp = true, .older = true, .witness = true},
    {STEPS},
};
#define WHOLES  (sizeof(wholes) / sizeof(*wholes))
#define TWISTS  (TWIST_ROW_OTHER + 1)
#define SOURCES (WHOLES + TWISTS)

/* Each lie of the rig, in the plan in which it shows. */
static struct rig_plan twisted(enum rig_twist t)
{
    struct rig_plan p = {STEPS, .map = true, .twist = t};
    p.voids = t == TWIST_ENTRY_VOID || t == TWIST_VOID_FORM || t == TWIST_TWO_VOIDS || t == TWIST_MAP_VOIDS;
    p.redact = t == TWIST_REDACTED_NOTHING || t == TWIST_REDACTED_UNSIGNED || t == TWIST_SELF_APPROVED ||
               t == TWIST_UNAPPROVED || t == TWIST_ERASED_CLOSED;
    p.stamp = t == TWIST_BACKDATED || t == TWIST_LATE_STAMP;
    p.older = t == TWIST_FORK || p.stamp;
    p.others = t == TWIST_ORDER ? 0 : 2;
    return p;
}

static struct bundle_rig source[SOURCES];

/* A bundle in hand: files that may be changed without changing where they came from. */
static void copy_files(struct bundle_rig *to, const struct bundle_rig *from)
{
    *to = (struct bundle_rig){.file = calloc(RIG_FILES, sizeof(*to->file))};
    for (size_t i = 0; i < from->nfiles; i++) {
        const struct rig_file *f = &from->file[i];
        buf_add(rig_file(to, f->name), f->data.data, f->data.len);
    }
}

static void drop_files(struct bundle_rig *r)
{
    for (size_t i = 0; i < r->nfiles; i++)
        buf_fini(&r->file[i].data);
    free(r->file);
}

static struct rig_file *some_file(struct bundle_rig *r, struct seeded *s)
{
    for (int tries = 0;; tries++) {
        struct rig_file *f = &r->file[seeded_below(s, r->nfiles)];
        bool told_first = strcmp(f->name, BUNDLE_README) == 0 || strcmp(f->name, BUNDLE_MANIFEST) == 0 ||
                          strcmp(f->name, BUNDLE_INFO) == 0;
        if (!told_first || tries > 3) /* these hide what lies behind: seldom */
            return f;
    }
}

static void splice(struct buf *b, size_t at, size_t cut, const void *put, size_t n)
{
    struct buf out;
    buf_init(&out);
    at = at > b->len ? b->len : at;
    cut = cut > b->len - at ? b->len - at : cut;
    buf_add(&out, b->data, at);
    buf_add(&out, put, n);
    buf_add(&out, b->data + at + cut, b->len - at - cut);
    buf_fini(b);
    *b = out;
}

/* A digit or letter becomes another: what stays of its form is judged by its meaning. */
static void change_character(struct buf *b, struct seeded *s)
{
    for (int tries = 0; tries < 200 && b->len; tries++) {
        char *c = &b->data[seeded_below(s, b->len)];
        if (*c >= '0' && *c <= '9')
            *c = (char)('0' + seeded_below(s, 10));
        else if (*c >= 'a' && *c <= 'z')
            *c = (char)('a' + seeded_below(s, 26));
        else
            continue;
        return;
    }
}

static void mutate(struct bundle_rig *r, struct seeded *s)
{
    struct rig_file *f = some_file(r, s), *g = some_file(r, s);
    size_t at = f->data.len ? seeded_below(s, f->data.len) : 0;
    char byte = (char)seeded_below(s, 256);
    switch (seeded_below(s, 9)) {
    case 0:
        if (f->data.len)
            f->data.data[at] ^= (char)(1 << seeded_below(s, 8));
        break;
    case 1:
    case 2:
        change_character(&f->data, s);
        break;
    case 3:
        rig_drop(r, f->name);
        break;
    case 4: { /* two files change places */
        struct buf b = f->data;
        f->data = g->data;
        g->data = b;
        break;
    }
    case 5:
        splice(&f->data, at, 1 + seeded_below(s, 8), "", 0);
        break;
    case 6:
        splice(&f->data, at, 0, &byte, 1);
        break;
    case 7: { /* the same file of another bundle */
        const struct bundle_rig *other = &source[seeded_below(s, SOURCES)];
        for (size_t i = 0; i < other->nfiles; i++)
            if (strcmp(other->file[i].name, f->name) == 0) {
                buf_clear(&f->data);
                buf_add(&f->data, other->file[i].data.data, other->file[i].data.len);
            }
        break;
    }
    default: /* one file stands for another */
        if (f != g) {
            buf_clear(&f->data);
            buf_add(&f->data, g->data.data, g->data.len);
        }
    }
}

static void one_bundle(struct seeded *s, struct buf *zip)
{
    struct bundle_rig r;
    size_t from = seeded_below(s, 4) ? seeded_below(s, WHOLES) : WHOLES + seeded_below(s, TWISTS);
    copy_files(&r, &source[from]);
    for (size_t n = seeded_below(s, 4); n > 0; n--)
        mutate(&r, s);
    if (seeded_below(s, 16))
        rig_seal(&r);
    rig_zip(&r, zip);
    if (seeded_below(s, 12) == 0)
        zip->data[seeded_below(s, zip->len)] ^= (char)(1 << seeded_below(s, 8));
    drop_files(&r);
}

/* ---- the program ---- */

static void put_file(const char *folder, const char *name, const void *data, size_t len)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *f = fopen(path, "we");
    if (!f || fwrite(data, 1, len, f) != len || fclose(f) != 0) {
        perror(path);
        exit(1);
    }
}

static void tell(const char *folder, const struct buf *root, unsigned long i, const struct buf *zip)
{
    const struct verify_options opt = {.root = {"root.txt", root->data, root->len}, .now = NOW};
    const struct verify_failure *f;
    char name[32];
    struct verify *v = verify_run(zip->data, zip->len, &opt);
    const char *first = "-"; /* of those that decide */
    for (size_t n = verify_failures(v, &f); n > 0; n--)
        if (f[n - 1].class == verify_class(v))
            first = f[n - 1].rule;
    snprintf(name, sizeof(name), "%05lu.zip", i);
    put_file(folder, name, zip->data, zip->len);
    printf("%05lu %d %s\n", i, (int)verify_class(v), first);
    verify_free(v);
}

static void give_along(const char *folder, struct buf *root)
{
    char now[CLOCK_TEXT];
    rig_root(&source[0], root);
    put_file(folder, "root.txt", root->data, root->len);
    clock_format(NOW, now);
    put_file(folder, "now.txt", now, strlen(now));
}

int main(int argc, char **argv)
{
    unsigned long n = argc == 4 ? strtoul(argv[1], NULL, 10) : 0,
                  seed = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
    struct seeded s = {seed + 1};
    struct buf root;
    if (argc != 4)
        return 2;
    random_bytes = (struct seeded){seed ^ 0x5eed};
    buf_init(&root);
    for (size_t i = 0; i < SOURCES; i++) {
        struct rig_plan p = i < WHOLES ? wholes[i] : twisted((enum rig_twist)(i - WHOLES));
        rig_init(&source[i], &p);
    }
    give_along(argv[3], &root);
    for (unsigned long i = 1; i <= n; i++) {
        struct buf zip;
        buf_init(&zip);
        one_bundle(&s, &zip);
        tell(argv[3], &root, i, &zip);
        buf_fini(&zip);
    }
    for (size_t i = 0; i < SOURCES; i++)
        rig_fini(&source[i]);
    buf_fini(&root);
    return 0;
}
