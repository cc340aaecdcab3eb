/* README.txt, bundle.json, MANIFEST.sha256; and all of it in one ZIP, by name, every time the same. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

static la_ssize_t on_write(struct archive *zip, void *arg, const void *data, size_t len)
{
    struct buf *ret = arg;
    if (ret->len + len > BOUND_BUNDLE_BYTES) {
        archive_set_error(zip, EFBIG, "the bundle grows beyond what a verifier takes");
        return -1;
    }
    buf_add(ret, data, len);
    return (la_ssize_t)len;
}

static int put_file(struct make *m, struct archive *zip, const struct file *f)
{
    struct archive_entry *e = archive_entry_new();
    require(e);
    archive_entry_set_pathname(e, f->name);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_perm(e, 0644);
    archive_entry_set_mtime(e, (time_t)(m->q->made / 1000), 0);
    int r = archive_write_header(zip, e);
    if (r == ARCHIVE_OK && f->len && archive_write_data(zip, f->data, f->len) != (la_ssize_t)f->len)
        r = ARCHIVE_FATAL;
    archive_entry_free(e);
    return r == ARCHIVE_OK ? CPF_OK : make_fail(m, CPF_E_LIMIT, "%s: %s", f->name, archive_error_string(zip));
}

/* Sizes stand behind the data and in the directory alone: a local header that told half of them could
 * contradict these. */
static int put_all(struct make *m, struct archive *zip, struct buf *ret)
{
    int r = CPF_OK;
    archive_write_set_format_zip(zip);
    archive_write_zip_set_compression_deflate(zip);
    if (archive_write_set_format_option(zip, "zip", "zip64", NULL) != ARCHIVE_OK)
        return make_fail(m, CPF_E_STATE, "%s", archive_error_string(zip));
    archive_write_set_bytes_per_block(zip, 1 << 16);
    archive_write_set_bytes_in_last_block(zip, 1);
    if (archive_write_open2(zip, ret, NULL, on_write, NULL, NULL) != ARCHIVE_OK)
        return make_fail(m, CPF_E_NOMEM, "%s", archive_error_string(zip));
    for (size_t i = 0; i < m->nfiles && !r; i++)
        r = put_file(m, zip, &m->file[i]);
    if (!r && archive_write_close(zip) != ARCHIVE_OK)
        r = make_fail(m, CPF_E_LIMIT, "%s", archive_error_string(zip));
    return r;
}

int make_zip(struct make *m, struct buf *ret)
{
    int r = add_info(m);
    if (!r)
        r = add_manifest(m);
    if (r)
        return r;
    qsort(m->file, m->nfiles, sizeof(*m->file), by_name);
    struct archive *zip = archive_write_new();
    require(zip);
    r = put_all(m, zip, ret);
    archive_write_free(zip);
    return r;
}
