/* Unpacking, by libarchive, of a ZIP whose structure zip_walk() has accepted. */
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#include "zip_walk.h"

struct unpack {
    struct verify *v;
    struct archive *ar;
    struct member *m;
};

/* Exactly the bytes that the directory told, and no more. */
static bool read_member(struct unpack *u, const struct zip_member *z, struct member *m)
{
    char *data = arena_alloc(&u->v->a, (size_t)z->size + 1), more;
    size_t got = 0;
    if (!data) {
        verify_fail(u->v, ZIP_SIZE, z->name, "no room");
        return false;
    }
    while (got < z->size) {
        la_ssize_t n = archive_read_data(u->ar, data + got, z->size - got);
        if (n <= 0) {
            verify_fail(u->v, ZIP_DATA, z->name, "%s",
                        n < 0 && archive_error_string(u->ar) ? archive_error_string(u->ar) : "too short");
            return false;
        }
        got += (size_t)n;
    }
    /* asking once more makes libarchive compare the checksum */
    la_ssize_t n = archive_read_data(u->ar, &more, 1);
    if (n != 0) {
        verify_fail(u->v, ZIP_DATA, z->name, "%s",
                    n < 0 && archive_error_string(u->ar) ? archive_error_string(u->ar) : "too long");
        return false;
    }
    m->data = data;
    m->len = got;
    hash_sha256(data, got, m->digest);
    return true;
}

static bool next_member(struct unpack *u, const struct zip_member *z, struct member *m)
{
    struct archive_entry *e;
    const char *name = NULL;
    if (archive_read_next_header(u->ar, &e) == ARCHIVE_OK)
        name = archive_entry_pathname(e);
    if (!name || strcmp(name, z->name) != 0 || archive_entry_filetype(e) != AE_IFREG) {
        verify_fail(u->v, ZIP_STRUCTURE, z->name, "read as something else");
        return false;
    }
    m->name = arena_strdup(&u->v->own, z->name);
    return bundle_name_parse(&m->is, m->name) == CPF_OK && read_member(u, z, m);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct member *)a)->name, ((const struct member *)b)->name);
}

bool verify_zip(struct verify *v, const uint8_t *zip, size_t len)
{
    struct zip_member *z = NULL;
    size_t n = 0;
    if (!zip_walk(v, zip, len, &z, &n))
        return false;
    struct unpack u = {.v = v, .ar = archive_read_new()};
    struct member *m = xcalloc(n, sizeof(*m));
    require(u.ar && archive_read_support_format_zip_seekable(u.ar) == ARCHIVE_OK);
    bool ok = archive_read_open_memory(u.ar, zip, len) == ARCHIVE_OK;
    if (!ok)
        verify_fail(v, ZIP_STRUCTURE, NULL, "%s",
                    archive_error_string(u.ar) ? archive_error_string(u.ar) : "");
    for (size_t i = 0; ok && i < n; i++)
        ok = next_member(&u, &z[i], &m[i]);
    archive_read_free(u.ar);
    free(z);
    v->member = m;
    v->nmembers = ok ? n : 0;
    if (ok)
        qsort(m, n, sizeof(*m), by_name);
    return ok;
}

const struct member *verify_member(const struct verify *v, const char *name)
{
    struct member key = {.name = name};
    return v->nmembers ? bsearch(&key, v->member, v->nmembers, sizeof(key), by_name) : NULL;
}

const struct member *verify_numbered(const struct verify *v, enum bundle_kind kind, uint64_t number)
{
    struct bundle_name n = {.kind = kind, .number = number, .copy = 1};
    char name[BUNDLE_NAME];
    return bundle_name_format(&n, name) == CPF_OK ? verify_member(v, name) : NULL;
}
