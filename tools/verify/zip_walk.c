#include "zip_walk.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define END_LEN     22
#define CENTRAL_LEN 46
#define LOCAL_LEN   30
#define LATER_LEN   16
#define FLAG_CRYPT  (1u << 0 | 1u << 6 | 1u << 13)
#define FLAG_LATER  (1u << 3)          /* sizes stand behind the data: the streamed profile */
#define NEEDED      20                 /* version: deflate, and no more */
#define MADE_BY     (3u << 8 | NEEDED) /* Unix */
#define PLAIN_MODE  ((uint32_t)0100644 << 16)
#define DEFLATE     8
#define RATIO_FREE  65536 /* small members may be as repetitive as they like */

static uint32_t u16(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t u32(const uint8_t *p)
{
    return u16(p) | u16(p + 2) << 16;
}

struct walk {
    struct verify *v;
    const uint8_t *zip;
    size_t directory; /* where it begins */
    size_t end;       /* where it ends */
    size_t at;        /* in the directory */
    size_t local;     /* where the next member must begin */
    uint64_t total;
    struct zip_member *m;
};

/* One entry of the directory, taken apart. */
struct central {
    const uint8_t *p;
    uint32_t flags, method, time, crc, packed, size, name_len, extra_len, offset;
};

/* None in the plain profile; in the streamed one the time and owner that its writer put there, of exactly its
 * form: nothing that another program would read as a name, a size or a kind. */
static bool extra_ok(const uint8_t *p, size_t len, bool streamed)
{
    static const uint8_t time[] = {'U', 'T', 5, 0, 1}, owner[] = {'u', 'x', 11, 0, 1, 4};
    if (!streamed)
        return len == 0;
    return len == 9 + 15 && memcmp(p, time, sizeof(time)) == 0 && memcmp(p + 9, owner, sizeof(owner)) == 0 &&
           p[9 + 10] == 4;
}

static bool leads_away(const char *name)
{
    return *name == '/' || strchr(name, '\\') || strchr(name, ':') || strcmp(name, "..") == 0 ||
           strncmp(name, "../", 3) == 0 || strstr(name, "/../") || strstr(name, "//") ||
           (strlen(name) >= 3 && strcmp(name + strlen(name) - 3, "/..") == 0) ||
           strncmp(name, "./", 2) == 0 || strstr(name, "/./");
}

static bool check_name(struct walk *w, const struct central *c, char *name)
{
    struct bundle_name n;
    char shown[BUNDLE_NAME];
    size_t len = c->name_len < BUNDLE_NAME ? c->name_len : BUNDLE_NAME - 1;
    memcpy(shown, c->p + CENTRAL_LEN, len);
    shown[len] = '\0';
    if (strlen(shown) != c->name_len || leads_away(shown)) {
        verify_fail(w->v, ZIP_PATH, shown, NULL);
        return false;
    }
    size_t end = strlen(shown);
    if (end > 0 && shown[end - 1] == '/') {
        verify_fail(w->v, ZIP_KIND, shown, "folder");
        return false;
    }
    if (bundle_name_parse(&n, shown) != CPF_OK) {
        verify_fail(w->v, LAYOUT_UNKNOWN, shown, NULL);
        return false;
    }
    memcpy(name, shown, len + 1);
    return true;
}

/* Whatever the host: its attributes may not make a link, a folder or a device of it, nor hide it. */
static bool check_kind(struct walk *w, const struct central *c, const char *name)
{
    uint32_t made = u16(c->p + 4), needed = u16(c->p + 6), attributes = u32(c->p + 38);
    if (c->flags & FLAG_CRYPT)
        verify_fail(w->v, ZIP_ENCRYPTED, name, NULL);
    else if (c->method != DEFLATE)
        verify_fail(w->v, ZIP_METHOD, name, "method %u", c->method);
    else if (attributes != PLAIN_MODE)
        verify_fail(w->v, ZIP_KIND, name, "attributes %08x", attributes);
    else if (made != MADE_BY || needed != NEEDED)
        verify_fail(w->v, ZIP_STRUCTURE, name, "made by %04x, needs version %u", made, needed);
    else if (c->flags & ~FLAG_LATER)
        verify_fail(w->v, ZIP_STRUCTURE, name, "flags %04x", c->flags);
    else
        return true;
    return false;
}

static bool check_sizes(struct walk *w, const struct central *c, const char *name)
{
    w->total += c->size;
    if (c->size > BOUND_BUNDLE_MEMBER || w->total > BOUND_BUNDLE_UNPACKED)
        verify_fail(w->v, ZIP_SIZE, name, "%u bytes, %llu in all", c->size, (unsigned long long)w->total);
    else if (c->size > RATIO_FREE && c->size / BOUND_BUNDLE_RATIO > c->packed)
        verify_fail(w->v, ZIP_BOMB, name, "%u bytes from %u", c->size, c->packed);
    else
        return true;
    return false;
}

/* "PK\7\8", checksum, sizes, behind the data. */
static bool later_ok(const uint8_t *p, const struct central *c)
{
    return u32(p) == 0x08074b50 && u32(p + 4) == c->crc && u32(p + 8) == c->packed && u32(p + 12) == c->size;
}

/* The checksum and sizes of a local header: the directory's, or nothing where they come behind the data. */
static bool told(const uint8_t *p, const struct central *c)
{
    bool later = c->flags & FLAG_LATER;
    return u32(p + 14) == (later ? 0 : c->crc) && u32(p + 18) == (later ? 0 : c->packed) &&
           u32(p + 22) == (later ? 0 : c->size);
}

/* NULL, or what differs between the local header and the directory. */
static const char *local_differs(const struct walk *w, const struct central *c)
{
    const uint8_t *p = w->zip + w->local;
    size_t room = w->directory - w->local;
    if (c->offset != w->local || room < LOCAL_LEN || u32(p) != 0x04034b50)
        return "not right behind the member before it";
    if (u16(p + 4) != NEEDED || u16(p + 6) != c->flags || u16(p + 8) != c->method || u32(p + 10) != c->time ||
        u16(p + 26) != c->name_len || u16(p + 28) != c->extra_len ||
        room - LOCAL_LEN < (size_t)c->name_len + c->extra_len ||
        memcmp(p + LOCAL_LEN, c->p + CENTRAL_LEN, (size_t)c->name_len + c->extra_len) != 0)
        return "header and directory differ";
    return told(p, c) ? NULL : "header and directory differ in sizes";
}

/* The local header says what the directory says, at the place where it must; the data lies right behind. */
static bool check_local(struct walk *w, const struct central *c, struct zip_member *m)
{
    const char *what = local_differs(w, c);
    bool later = c->flags & FLAG_LATER;
    size_t data = what ? 0 : w->local + LOCAL_LEN + c->name_len + c->extra_len, after = later ? LATER_LEN : 0;
    if (!what && w->directory - data < (size_t)c->packed + after)
        what = "overlaps the directory";
    if (!what && later && !later_ok(w->zip + data + c->packed, c))
        what = "sizes behind the data differ";
    if (what) {
        verify_fail(w->v, ZIP_STRUCTURE, m->name, "%s", what);
        return false;
    }
    m->data = data;
    w->local = data + c->packed + after;
    return true;
}

static bool read_central(struct walk *w, struct central *c)
{
    const uint8_t *p = w->zip + w->at;
    if (w->end - w->at < CENTRAL_LEN || u32(p) != 0x02014b50)
        return false;
    *c = (struct central){.p = p, .flags = u16(p + 8), .method = u16(p + 10), .time = u32(p + 12)};
    c->crc = u32(p + 16);
    c->packed = u32(p + 20);
    c->size = u32(p + 24);
    c->name_len = u16(p + 28);
    c->extra_len = u16(p + 30);
    c->offset = u32(p + 42);
    size_t rest = (size_t)c->name_len + c->extra_len;
    /* no comment, the first disk, no internal attributes */
    if (w->end - w->at - CENTRAL_LEN < rest || u16(p + 32) != 0 || u32(p + 34) != 0)
        return false;
    w->at += CENTRAL_LEN + rest;
    return extra_ok(p + CENTRAL_LEN + c->name_len, c->extra_len, c->flags & FLAG_LATER);
}

static bool one_member(struct walk *w, struct zip_member *m)
{
    struct central c;
    if (!read_central(w, &c)) {
        verify_fail(w->v, ZIP_STRUCTURE, NULL, "directory");
        return false;
    }
    if (!check_name(w, &c, m->name) || !check_kind(w, &c, m->name))
        return false;
    m->packed = c.packed;
    m->size = c.size;
    m->crc = c.crc;
    return check_sizes(w, &c, m->name) && check_local(w, &c, m);
}

/* Some file systems take names that differ in case for one. */
static int by_name(const void *a, const void *b)
{
    return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

static bool names_differ(struct verify *v, const struct zip_member *m, size_t n)
{
    const char **name = xcalloc(n, sizeof(*name));
    bool ok = true;
    for (size_t i = 0; i < n; i++)
        name[i] = m[i].name;
    qsort(name, n, sizeof(*name), by_name);
    for (size_t i = 1; i < n; i++)
        if (strcasecmp(name[i - 1], name[i]) == 0) {
            verify_fail(v, ZIP_DUPLICATE, name[i], NULL);
            ok = false;
        }
    free(name);
    return ok;
}

/* The end of the directory, with no comment behind it: there is one place only where it can be. */
static bool find_directory(struct walk *w, size_t len, size_t *ret_n)
{
    if (len < END_LEN || len > BOUND_BUNDLE_BYTES) {
        verify_fail(w->v, len > BOUND_BUNDLE_BYTES ? ZIP_SIZE : ZIP_STRUCTURE, NULL, "%zu bytes", len);
        return false;
    }
    const uint8_t *p = w->zip + len - END_LEN;
    size_t n = u16(p + 10), size = u32(p + 12), from = u32(p + 16);
    if (u32(p) != 0x06054b50 || u32(p + 4) != 0 || u16(p + 8) != n || u16(p + 20) != 0 ||
        from > len - END_LEN || len - END_LEN - from != size) {
        verify_fail(w->v, ZIP_STRUCTURE, NULL, "no end of directory, or not at the end");
        return false;
    }
    if (n == 0 || n > BOUND_BUNDLE_MEMBERS) {
        verify_fail(w->v, ZIP_COUNT, NULL, "%zu", n);
        return false;
    }
    w->directory = w->at = from;
    w->end = from + size;
    *ret_n = n;
    return true;
}

bool zip_walk(struct verify *v, const uint8_t *zip, size_t len, struct zip_member **ret, size_t *ret_n)
{
    struct walk w = {.v = v, .zip = zip};
    size_t n = 0;
    bool ok = true;
    if (!find_directory(&w, len, &n))
        return false;
    struct zip_member *m = xcalloc(n, sizeof(*m));
    for (size_t i = 0; ok && i < n; i++)
        ok = one_member(&w, &m[i]);
    if (ok && (w.at != w.end || w.local != w.directory)) {
        verify_fail(v, ZIP_STRUCTURE, NULL, "bytes that belong to no member");
        ok = false;
    }
    if (ok)
        ok = names_differ(v, m, n);
    if (!ok) {
        free(m);
        return false;
    }
    *ret = m;
    *ret_n = n;
    return true;
}
