/* README.txt of a bundle: readme/readme.txt for people, readme/hand.sh for their shell. */
#include "base/bundle_readme.h"

#include <string.h>

#include "base/bundle.h"
#include "base/clock.h"
#include "base/enc.h"

/* What differs from bundle to bundle, and the marks that stand for it. */
#define HEADER "対象 / about     : @STREAM@\n記録簿 / log     : @ORIGIN@\n作成 / made      : @MADE@\n"

static void put_filled(const struct bundle_info *i, const char *text, struct buf *ret)
{
    char made[CLOCK_TEXT];
    clock_format(i->made, made);
    const char *const mark[] = {"@STREAM@", "@ORIGIN@", "@MADE@"};
    const char *const value[] = {i->stream, i->origin, made};
    while (*text) {
        size_t k = 0;
        while (k < 3 && strncmp(text, mark[k], strlen(mark[k])) != 0)
            k++;
        if (k < 3) {
            buf_puts(ret, value[k]);
            text += strlen(mark[k]);
        } else {
            buf_addc(ret, *text++);
        }
    }
}

static void put_text(struct buf *ret)
{
    for (const char *const *line = bundle_readme_text; *line; line++)
        buf_puts(ret, *line);
}

void bundle_readme(const struct bundle_info *i, struct buf *ret)
{
    struct buf text;
    buf_init(&text);
    put_text(&text);
    char *header = strstr(text.data, HEADER);
    require(header);
    buf_add(ret, text.data, (size_t)(header - text.data));
    put_filled(i, HEADER, ret);
    buf_puts(ret, header + strlen(HEADER));
    buf_fini(&text);
}

/* ---- is it one of ours? ---- */

/* SHA-256 of the texts with their marks, oldest first. Bundles are kept for decades: none is ever taken out.
 */
static const char *const known[] = {
    "472fdad007b23ca349d4518340f1d66b80e7b102000afc85cfca5a7b3eae9d4d",
    "4e9eb865f2877f6a13dbe9808122915b91d21ef191f03415ca9484f25cb0c9e0",
    "7ecc5f0499a538e7cda0df0bfcdaffd76d1bd10a557b864e67e7bea760db3c0c",
};
#define KNOWN (sizeof(known) / sizeof(*known))

const char *bundle_readme_newest(void)
{
    return known[KNOWN - 1];
}

static void hex_digest(const char *text, size_t len, struct buf *ret)
{
    uint8_t digest[HASH_LEN];
    hash_sha256(text, len, digest);
    enc_hex(ret, digest, HASH_LEN);
}

void bundle_readme_digest(struct buf *ret)
{
    struct buf text;
    buf_init(&text);
    put_text(&text);
    hex_digest(text.data, text.len, ret);
    buf_fini(&text);
}

static bool is_known(const char *text, size_t len)
{
    struct buf hex;
    bool found = false;
    buf_init(&hex);
    hex_digest(text, len, &hex);
    for (size_t i = 0; i < KNOWN; i++)
        found = found || strcmp(hex.data, known[i]) == 0;
    buf_fini(&hex);
    return found;
}

int bundle_readme_check(const struct bundle_info *i, const char *text, size_t len)
{
    struct buf header, plain;
    buf_init(&header);
    buf_init(&plain);
    put_filled(i, HEADER, &header);
    const char *at = memmem(text, len, header.data, header.len);
    if (at) {
        buf_add(&plain, text, (size_t)(at - text));
        buf_puts(&plain, HEADER);
        at += header.len;
        buf_add(&plain, at, len - (size_t)(at - text));
    }
    int r = at && is_known(plain.data, plain.len) ? CPF_OK : CPF_E_MISMATCH;
    buf_fini(&header);
    buf_fini(&plain);
    return r;
}
