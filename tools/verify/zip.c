/* Unpacking of a ZIP whose structure zip_walk() has accepted. */
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "zip_walk.h"

/* NULL, or what is wrong with the packed bytes. They must be exactly one deflate stream: a program that reads
 * from the front takes its end, not the size told, for the end of the member. */
static const char *inflate_exactly(const uint8_t *packed, const struct zip_member *z, char *data)
{
    z_stream s = {.next_in = (Bytef *)(uintptr_t)packed, .avail_in = z->packed};
    uint8_t more;
    require(inflateInit2(&s, -MAX_WBITS) == Z_OK);
    s.next_out = z->size ? (Bytef *)data : &more; /* zlib wants a place, even for nothing */
    s.avail_out = z->size ? z->size : 1;
    int r = inflate(&s, Z_FINISH);
    const char *what = NULL;
    if (r != Z_STREAM_END)
        what = r == Z_BUF_ERROR || r == Z_OK ? "longer than told" : s.msg ? s.msg : "not deflated";
    else if (s.total_out != z->size)
        what = "shorter than told";
    else if (s.avail_in)
        what = "bytes behind the deflated ones";
    inflateEnd(&s);
    return what;
}

/* Exactly the bytes that the directory told, and no more. */
static bool read_member(struct verify *v, const uint8_t *zip, const struct zip_member *z, struct member *m)
{
    char *data = arena_alloc(&v->a, (size_t)z->size + 1);
    if (!data) {
        verify_fail(v, ZIP_SIZE, z->name, "no room");
        return false;
    }
    const char *what = inflate_exactly(zip + z->data, z, data);
    if (!what && crc32(0, (const Bytef *)data, z->size) != z->crc)
        what = "checksum";
    if (what) {
        verify_fail(v, ZIP_DATA, z->name, "%s", what);
        return false;
    }
    data[z->size] = '\0';
    m->name = arena_strdup(&v->own, z->name);
    m->data = data;
    m->len = z->size;
    hash_sha256(data, z->size, m->digest);
    return bundle_name_parse(&m->is, m->name) == CPF_OK;
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
    struct member *m = xcalloc(n, sizeof(*m));
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++)
        ok = read_member(v, zip, &z[i], &m[i]);
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
