/* README.txt, bundle.json, MANIFEST.sha256; and all of it in one ZIP, by name, every time the same. */
#include <stdlib.h>
#include <string.h>

#include "base/zip.h"
#include "bundle/int.h"

static int add_info(struct make *m)
{
    const struct bundle_info info = {m->checkpoint.origin, m->stream,         m->nentries,
                                     m->checkpoint.size,   m->q->disclosures, m->q->made};
    struct buf json, readme;
    buf_init(&json);
    buf_init(&readme);
    bundle_info_format(&info, &json);
    bundle_readme(&info, &readme);
    int r = make_file(m, BUNDLE_INFO, arena_strndup(&m->a, json.data, json.len), json.len);
    if (!r)
        r = make_file(m, BUNDLE_README, arena_strndup(&m->a, readme.data, readme.len), readme.len);
    buf_fini(&json);
    buf_fini(&readme);
    return r;
}

static int add_manifest(struct make *m)
{
    struct bundle_digest *list = arena_alloc(&m->a, m->nfiles * sizeof(*list));
    struct buf text;
    for (size_t i = 0; i < m->nfiles; i++) {
        list[i].name = m->file[i].name;
        hash_sha256(m->file[i].data, m->file[i].len, list[i].digest);
    }
    buf_init(&text);
    bundle_manifest_format(list, m->nfiles, &text);
    int r = make_file(m, BUNDLE_MANIFEST, arena_strndup(&m->a, text.data, text.len), text.len);
    buf_fini(&text);
    return r;
}

/* README.txt first, for who looks in with any tool; then by name. */
static int by_name(const void *a, const void *b)
{
    const struct file *x = a, *y = b;
    int rx = strcmp(x->name, BUNDLE_README) != 0, ry = strcmp(y->name, BUNDLE_README) != 0;
    return rx != ry ? rx - ry : strcmp(x->name, y->name);
}

static int put_all(struct make *m, struct zip_out *zip)
{
    int r = CPF_OK;
    for (size_t i = 0; i < m->nfiles && !r; i++)
        r = zip_out_add(zip, m->file[i].name, m->file[i].data, m->file[i].len, m->q->made);
    if (!r)
        r = zip_out_end(zip);
    return r ? make_fail(m, r, "the bundle grows beyond what a verifier takes") : CPF_OK;
}

int make_zip(struct make *m, struct buf *ret)
{
    int r = add_info(m);
    if (!r)
        r = add_manifest(m);
    if (r)
        return r;
    qsort(m->file, m->nfiles, sizeof(*m->file), by_name);
    struct zip_out zip;
    zip_out_init(&zip, ret);
    r = put_all(m, &zip);
    zip_out_fini(&zip);
    return r;
}
