#include "base/zip.h"

#include <string.h>
#include <time.h>

#include <zlib.h>

#include "base/bounds.h"
#include "base/mem.h"

#define VERSION  20                  /* what is needed: deflate */
#define MADE_BY  (3u << 8 | VERSION) /* Unix: the attributes are a mode */
#define MODE     (0100644u << 16)    /* a plain file */
#define DEFLATED 8

static void put16(struct buf *b, uint32_t v)
{
    buf_addc(b, (char)(uint8_t)v);
    buf_addc(b, (char)(uint8_t)(v >> 8));
}

static void put32(struct buf *b, uint32_t v)
{
    put16(b, v & 0xffff);
    put16(b, v >> 16);
}

void zip_out_init(struct zip_out *z, struct buf *ret)
{
    *z = (struct zip_out){.out = ret, .from = ret->len};
    buf_init(&z->directory);
}

void zip_out_fini(struct zip_out *z)
{
    buf_fini(&z->directory);
}

/* As MS-DOS counted, from 1980. */
static uint32_t dos_time(int64_t ms)
{
    time_t t = (time_t)(ms / 1000);
    struct tm tm;
    if (!gmtime_r(&t, &tm) || tm.tm_year < 80 || tm.tm_year > 80 + 127)
        return 1u << 21 | 1u << 16;
    return (uint32_t)(tm.tm_year - 80) << 25 | (uint32_t)(tm.tm_mon + 1) << 21 | (uint32_t)tm.tm_mday << 16 |
           (uint32_t)tm.tm_hour << 11 | (uint32_t)tm.tm_min << 5 | (uint32_t)tm.tm_sec / 2;
}

/* Appends the deflated bytes. */
static void pack(struct buf *b, const void *data, size_t len)
{
    z_stream s = {.next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)len};
    require(deflateInit2(&s, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    size_t room = deflateBound(&s, (uLong)len);
    buf_reserve(b, room);
    s.next_out = (Bytef *)b->data + b->len;
    s.avail_out = (uInt)room;
    require(deflate(&s, Z_FINISH) == Z_STREAM_END);
    b->len += s.total_out;
    b->data[b->len] = '\0';
    deflateEnd(&s);
}

/* What both headers tell alike. */
struct told {
    uint32_t time, crc, packed, size, name_len;
};

static void put_told(struct buf *b, const struct told *t)
{
    put16(b, VERSION);
    put16(b, 0); /* flags */
    put16(b, DEFLATED);
    put32(b, t->time);
    put32(b, t->crc);
    put32(b, t->packed);
    put32(b, t->size);
    put16(b, t->name_len);
    put16(b, 0); /* extra field */
}

static void put_central(struct buf *b, const struct told *t, const char *name, uint32_t at)
{
    put32(b, 0x02014b50);
    put16(b, MADE_BY);
    put_told(b, t);
    put16(b, 0); /* comment */
    put16(b, 0); /* disk */
    put16(b, 0); /* internal attributes */
    put32(b, MODE);
    put32(b, at);
    buf_add(b, name, t->name_len);
}

int zip_out_add(struct zip_out *z, const char *name, const void *data, size_t len, int64_t ms)
{
    size_t at = z->out->len;
    struct told t = {.time = dos_time(ms), .size = (uint32_t)len, .name_len = (uint32_t)strlen(name)};
    if (z->n == BOUND_BUNDLE_MEMBERS || len > BOUND_BUNDLE_MEMBER || t.name_len > UINT16_MAX)
        return CPF_E_LIMIT;
    t.crc = (uint32_t)crc32(0, len ? data : (const void *)"", (uInt)len);
    struct buf packed;
    buf_init(&packed);
    pack(&packed, data, len);
    t.packed = (uint32_t)packed.len;
    put32(z->out, 0x04034b50);
    put_told(z->out, &t);
    buf_add(z->out, name, t.name_len);
    buf_add(z->out, packed.data, packed.len);
    buf_fini(&packed);
    put_central(&z->directory, &t, name, (uint32_t)(at - z->from));
    z->n++;
    return z->out->len - z->from <= BOUND_BUNDLE_BYTES ? CPF_OK : CPF_E_LIMIT;
}

int zip_out_end(struct zip_out *z)
{
    uint32_t from = (uint32_t)(z->out->len - z->from);
    buf_add(z->out, z->directory.data, z->directory.len);
    put32(z->out, 0x06054b50);
    put32(z->out, 0); /* disks */
    put16(z->out, z->n);
    put16(z->out, z->n);
    put32(z->out, (uint32_t)z->directory.len);
    put32(z->out, from);
    put16(z->out, 0); /* comment */
    return z->out->len - z->from <= BOUND_BUNDLE_BYTES ? CPF_OK : CPF_E_LIMIT;
}
