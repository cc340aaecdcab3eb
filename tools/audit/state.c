/*
 * What the last audit that passed knew: a text file, written whole and last of all.
 *
 *   cpf-audit-state 1
 *   origin NAME, size N, root B64, at TIME, boot ID      a line each
 *   stream SSEQ LEAF NAME                                a line for each stream: its newest entry
 *   sha256 HEX                                           of all lines before
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "audit/int.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/mem.h"
#include "lib/files.h"

#define STATE_MOST ((size_t)1 << 30)
#define STATE_HEAD "cpf-audit-state 1\n"

static int unfit(struct audit *a, const char *why)
{
    return audit_fault(a, CPF_E_FORK,
                       "%s does not fit: %s; find out why, then remove it and audit the whole log again",
                       a->state_path, why);
}

/* ---- load ---- */

/* The value of the line at *p that begins with `name`, NUL-terminated; *p goes behind it. NULL: another line.
 */
static char *value(char **p, const char *name)
{
    size_t n = strlen(name);
    char *line = *p, *end = strchr(line, '\n');
    if (!end || strncmp(line, name, n) != 0 || line[n] != ' ')
        return NULL;
    *end = '\0';
    *p = end + 1;
    return line + n + 1;
}

static bool number(const char *s, uint64_t *ret)
{
    char *end;
    errno = 0;
    *ret = strtoull(s, &end, 10);
    return *s >= '0' && *s <= '9' && !*end && !errno && *ret <= INT64_MAX;
}

static bool whole(char *text, size_t len)
{
    static const size_t tail = 7 + 64 + 1; /* "sha256 HEX\n" */
    uint8_t sum[HASH_LEN], want[HASH_LEN];
    if (len < sizeof(STATE_HEAD) - 1 + tail || strlen(text) != len ||
        strncmp(text, STATE_HEAD, sizeof(STATE_HEAD) - 1) != 0)
        return false;
    char *last = text + len - tail;
    if (strncmp(last, "sha256 ", 7) != 0 || last[-1] != '\n' || enc_unhex(last + 7, 64, want, HASH_LEN) != 0)
        return false;
    hash_sha256(text, len - tail, sum);
    *last = '\0';
    return memcmp(sum, want, HASH_LEN) == 0;
}

static bool read_stream(struct audit *a, char *line)
{
    char *leaf = strchr(line, ' '), *name = leaf ? strchr(leaf + 1, ' ') : NULL;
    uint64_t sseq;
    if (!name || name - leaf != 44 || strlen(name + 1) > ENTRY_STREAM_MAX)
        return false;
    *leaf++ = *name++ = '\0';
    if (!number(line, &sseq) || sseq == 0)
        return false;
    struct stream *s = streams_at(&a->streams, name, strlen(name));
    s->sseq = sseq;
    memcpy(s->prev, leaf, 44);
    return true;
}

static bool read_all(struct audit *a, char *p, const char **ret_origin)
{
    struct known *k = &a->known;
    uint8_t root[HASH_LEN];
    char *size, *b64, *at, *boot, *stream;
    p += sizeof(STATE_HEAD) - 1;
    if (!(*ret_origin = value(&p, "origin")) || !(size = value(&p, "size")) || !number(size, &k->size) ||
        k->size == 0)
        return false;
    if (!(b64 = value(&p, "root")) || enc_unb64url_fixed(b64, strlen(b64), root, HASH_LEN) != 0)
        return false;
    if (!(at = value(&p, "at")) || clock_parse(at, &k->at) != 0 || !(boot = value(&p, "boot")) ||
        strlen(boot) >= sizeof(k->boot))
        return false;
    memcpy(k->root, root, HASH_LEN);
    memcpy(k->boot, boot, strlen(boot) + 1);
    while (!a->full && (stream = value(&p, "stream")))
        if (!read_stream(a, stream))
            return false;
    k->have = a->full || *p == '\0';
    return k->have;
}

int audit_state_load(struct audit *a)
{
    struct buf b;
    const char *origin;
    int err = 0;
    if (!a->state_path || (access(a->state_path, F_OK) != 0 && errno == ENOENT))
        return 0; /* the first time */
    buf_init(&b);
    if (file_read(a->state_path, STATE_MOST, &b))
        err = unfit(a, "it cannot be read");
    else if (buf_addc(&b, '\0'), !whole(b.data, b.len - 1) || !read_all(a, b.data, &origin))
        err = unfit(a, "it is damaged");
    else if (strcmp(origin, a->key.name) != 0)
        err = unfit(a, "it is of another log");
    else if (a->known.size > a->size)
        err = audit_fault(a, CPF_E_FORK,
                          "the last audit saw %" PRIu64 " entries, now there are %" PRIu64
                          ": the log was cut, or an old copy was restored",
                          a->known.size, a->size);
    if (!err && !a->full) {
        a->from = a->known.size;
        a->opened = true;
        memcpy(a->boot, a->known.boot, sizeof(a->boot));
    }
    buf_fini(&b);
    return err;
}

/* ---- save ---- */

static void put_streams(const struct audit *a, struct buf *b)
{
    size_t pos = 0;
    for (const struct stream *s; (s = map_next(&a->streams, &pos));)
        buf_printf(b, "stream %" PRIu64 " %s %s\n", s->sseq, s->prev, s->name);
}

int audit_state_save(const struct audit *a)
{
    struct buf b;
    uint8_t sum[HASH_LEN];
    char root[44], at[CLOCK_TEXT];
    if (!a->state_path || a->size == 0)
        return 0;
    buf_init(&b);
    enc_digest(a->root, root);
    clock_format(clock_now_ms(), at);
    buf_printf(&b, STATE_HEAD "origin %s\nsize %" PRIu64 "\nroot %s\nat %s\nboot %s\n", a->key.name, a->size,
               root, at, a->boot);
    put_streams(a, &b);
    hash_sha256(b.data, b.len, sum);
    buf_puts(&b, "sha256 ");
    enc_hex(&b, sum, sizeof(sum));
    buf_addc(&b, '\n');
    int err = files_write(a->state_path, b.data, b.len, 0640);
    buf_fini(&b);
    return err;
}
