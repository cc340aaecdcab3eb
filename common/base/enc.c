#include "base/enc.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/crypto.h>

static const char hex_digits[] = "0123456789abcdef";
static const char std_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* ---- hex ---- */

void enc_hex(struct buf *b, const void *data, size_t len)
{
    const uint8_t *p = data;
    buf_reserve(b, 2 * len);
    char *o = b->data + b->len;
    for (size_t i = 0; i < len; i++) {
        *o++ = hex_digits[p[i] >> 4];
        *o++ = hex_digits[p[i] & 15];
    }
    *o = '\0';
    b->len += 2 * len;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int enc_unhex(const char *s, size_t len, uint8_t *ret, size_t ret_len)
{
    if (len != 2 * ret_len)
        return CPF_E_SYNTAX;
    for (size_t i = 0; i < len; i++)
        if (hex_value(s[i]) < 0)
            return CPF_E_SYNTAX;
    for (size_t i = 0; i < ret_len; i++)
        ret[i] = (uint8_t)(hex_value(s[2 * i]) * 16 + hex_value(s[2 * i + 1]));
    return CPF_OK;
}

/* ---- base64 ---- */

/* Writes ceil(4 len / 3) characters, without padding; answers how many. */
static size_t encode64(const char *alphabet, const uint8_t *p, size_t len, char *o)
{
    char *begin = o;
    for (; len >= 3; len -= 3, p += 3) {
        uint32_t v = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
        *o++ = alphabet[v >> 18];
        *o++ = alphabet[v >> 12 & 63];
        *o++ = alphabet[v >> 6 & 63];
        *o++ = alphabet[v & 63];
    }
    if (len > 0) {
        uint32_t v = (uint32_t)p[0] << 16 | (len > 1 ? (uint32_t)p[1] << 8 : 0);
        *o++ = alphabet[v >> 18];
        *o++ = alphabet[v >> 12 & 63];
        if (len > 1)
            *o++ = alphabet[v >> 6 & 63];
    }
    return (size_t)(o - begin);
}

void enc_b64(struct buf *b, const void *data, size_t len)
{
    buf_reserve(b, (len + 2) / 3 * 4);
    size_t n = encode64(std_alphabet, data, len, b->data + b->len);
    while (n % 4)
        b->data[b->len + n++] = '=';
    b->len += n;
    b->data[b->len] = '\0';
}

void enc_b64url(struct buf *b, const void *data, size_t len)
{
    buf_reserve(b, (len + 2) / 3 * 4);
    b->len += encode64(url_alphabet, data, len, b->data + b->len);
    b->data[b->len] = '\0';
}

/* The 6 bits of a letter or digit plus one, 0 for others: a table, since random characters defeat the branch
 * predictor and every digest of every entry passes here. */
static const uint8_t plain64[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
    ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62};

/* The 6 bits of a character; c62 and c63 are the alphabet's last two. */
static int value64(char c, char c62, char c63)
{
    int v = plain64[(uint8_t)c];
    if (v)
        return v - 1;
    return c == c62 ? 62 : c == c63 ? 63 : -1;
}

/* `len` characters without padding into len * 3 / 4 bytes; canonical only. */
static int decode64(const char *s, size_t len, char c62, char c63, uint8_t *ret)
{
    uint32_t acc = 0;
    unsigned bits = 0;
    if (len % 4 == 1)
        return CPF_E_SYNTAX;
    for (size_t i = 0; i < len; i++) {
        int v = value64(s[i], c62, c63);
        if (v < 0)
            return CPF_E_SYNTAX;
        acc = acc << 6 | (uint32_t)v;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            *ret++ = (uint8_t)(acc >> bits);
            acc &= (1u << bits) - 1;
        }
    }
    return acc == 0 ? CPF_OK : CPF_E_SYNTAX;
}

static int unb64(const char *s, size_t len, char c62, char c63, struct buf *ret)
{
    size_t n = len / 4 * 3 + len % 4 * 3 / 4;
    buf_reserve(ret, n);
    int r = decode64(s, len, c62, c63, (uint8_t *)ret->data + ret->len);
    if (r == CPF_OK)
        ret->len += n;
    ret->data[ret->len] = '\0';
    return r;
}

int enc_unb64(const char *s, size_t len, struct buf *ret)
{
    size_t pad = 0;
    if (len % 4)
        return CPF_E_SYNTAX;
    while (pad < 2 && pad < len && s[len - 1 - pad] == '=')
        pad++;
    return unb64(s, len - pad, '+', '/', ret);
}

int enc_unb64url(const char *s, size_t len, struct buf *ret)
{
    return unb64(s, len, '-', '_', ret);
}

int enc_unb64url_fixed(const char *s, size_t len, uint8_t *ret, size_t ret_len)
{
    uint8_t tmp[256];
    if (ret_len > sizeof(tmp) || len != (ret_len * 4 + 2) / 3)
        return CPF_E_SYNTAX;
    int r = decode64(s, len, '-', '_', tmp);
    if (r == CPF_OK)
        memcpy(ret, tmp, ret_len);
    return r;
}

void enc_digest(const uint8_t d[32], char ret[44])
{
    size_t n = encode64(url_alphabet, d, 32, ret);
    ret[n] = '\0';
}

/* ---- UTF-8 ---- */

/* Length of the well-formed sequence at s (RFC 3629 4), 0 if there is none; *s is not ASCII. */
static size_t utf8_sequence(const uint8_t *s, size_t len)
{
    uint8_t c = s[0], low = 0x80, high = 0xbf;
    size_t n;
    if (c >= 0xc2 && c <= 0xdf)
        n = 2;
    else if (c >= 0xe0 && c <= 0xef)
        n = 3;
    else if (c >= 0xf0 && c <= 0xf4)
        n = 4;
    else
        return 0;
    if (c == 0xe0)
        low = 0xa0; /* overlong */
    else if (c == 0xed)
        high = 0x9f; /* surrogates */
    else if (c == 0xf0)
        low = 0x90; /* overlong */
    else if (c == 0xf4)
        high = 0x8f; /* beyond U+10FFFF */
    if (len < n || s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

int enc_utf8_ok(const char *text, size_t len)
{
    const uint8_t *s = (const uint8_t *)text, *end = s + len;
    while (s < end) {
        if (*s == 0)
            return 0;
        if (*s < 0x80) {
            s++;
            continue;
        }
        size_t n = utf8_sequence(s, (size_t)(end - s));
        if (n == 0)
            return 0;
        s += n;
    }
    return 1;
}

/* ---- for terminals ---- */

static uint32_t code_point(const uint8_t *s, size_t n)
{
    uint32_t c = n == 1 ? s[0] : n == 2 ? s[0] & 0x1f : n == 3 ? s[0] & 0x0f : s[0] & 0x07;
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (s[i] & 0x3f);
    return c;
}

static bool steers(uint32_t c)
{
    static const struct {
        uint32_t from, to;
    } ranges[] = {{0, 0x1f},        {0x7f, 0x9f},     {0xad, 0xad},      {0x61c, 0x61c},
                  {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e},  {0x2060, 0x206f},
                  {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};
    for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
        if (c >= ranges[i].from && c <= ranges[i].to)
            return true;
    return false;
}

static void shown(struct buf *b, const char *text, size_t len, bool lines, bool json)
{
    const uint8_t *s = (const uint8_t *)text, *end = s + len;
    while (s < end) {
        size_t n = *s < 0x80 ? 1 : utf8_sequence(s, (size_t)(end - s));
        uint32_t c = n ? code_point(s, n) : 0;
        if (!n)
            buf_printf(b, "<%02X>", *s);
        else if (!steers(c) || (lines && c == '\n'))
            buf_add(b, s, n);
        else if (json && c > 0xffff)
            buf_printf(b, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10), 0xdc00 + ((c - 0x10000) & 0x3ff));
        else
            buf_printf(b, json ? "\\u%04x" : "<U+%04X>", c);
        s += n ? n : 1;
    }
}

void enc_shown(struct buf *b, const char *s, size_t len)
{
    shown(b, s, len, false, false);
}

void enc_shown_lines(struct buf *b, const char *s, size_t len)
{
    shown(b, s, len, true, false);
}

void enc_shown_json(struct buf *b, const char *s, size_t len)
{
    shown(b, s, len, true, true);
}

/* ---- random ---- */

#define POOL 1024

static void from_system(uint8_t *p, size_t len)
{
    while (len > 0) {
        ssize_t n = getrandom(p, len, 0);
        if (n < 0 && errno == EINTR)
            continue;
        require(n > 0);
        p += n;
        len -= (size_t)n;
    }
}

/* A child process must not repeat its parent's pool. */
static unsigned generation;
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;

static void in_child(void)
{
    generation++;
}

static void watch_forks(void)
{
    require(pthread_atfork(NULL, NULL, in_child) == 0);
}

void enc_random(void *ret, size_t len)
{
    static __thread struct {
        uint8_t bytes[POOL];
        size_t left;
        unsigned generation;
    } pool;
    if (len > POOL / 4) {
        from_system(ret, len);
        return;
    }
    if (pool.left < len || pool.generation != generation) {
        require(pthread_once(&fork_once, watch_forks) == 0);
        from_system(pool.bytes, POOL);
        pool.left = POOL;
        pool.generation = generation;
    }
    pool.left -= len;
    memcpy(ret, pool.bytes + pool.left, len);
    OPENSSL_cleanse(pool.bytes + pool.left, len); /* what was handed out is not kept */
}

/* ---- UUID ---- */

int uuid_read(const char *s, size_t len, uint8_t ret[UUID_LEN])
{
    uint8_t b[UUID_LEN];
    size_t n = 0;
    if (len != UUID_TEXT - 1)
        return CPF_E_SYNTAX;
    for (size_t i = 0; i < len; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (s[i] != '-')
                return CPF_E_SYNTAX;
            continue;
        }
        int v = hex_value(s[i]);
        if (v < 0 || (s[i] >= 'A' && s[i] <= 'F'))
            return CPF_E_SYNTAX;
        b[n / 2] = (uint8_t)(n % 2 ? b[n / 2] | v : v << 4);
        n++;
    }
    memcpy(ret, b, sizeof(b));
    return CPF_OK;
}

void uuid_text(const uint8_t u[UUID_LEN], char ret[UUID_TEXT])
{
    char *o = ret;
    for (unsigned i = 0; i < UUID_LEN; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *o++ = '-';
        *o++ = hex_digits[u[i] >> 4];
        *o++ = hex_digits[u[i] & 15];
    }
    *o = '\0';
}

int uuid7_parse(const char *s, size_t len, int64_t *ret_ms)
{
    uint8_t b[UUID_LEN];
    int64_t ms = 0;
    if (uuid_read(s, len, b) != CPF_OK || b[6] >> 4 != 7 || b[8] >> 6 != 2)
        return CPF_E_SYNTAX;
    for (size_t i = 0; i < 6; i++)
        ms = ms << 8 | b[i];
    *ret_ms = ms;
    return CPF_OK;
}

void uuid7_make(int64_t unix_ms, char ret[UUID_TEXT])
{
    uint8_t b[UUID_LEN];
    enc_random(b + 6, 10);
    for (unsigned i = 0; i < 6; i++)
        b[i] = (uint8_t)(unix_ms >> (40 - 8 * i));
    b[6] = (uint8_t)(0x70 | (b[6] & 0x0f));
    b[8] = (uint8_t)(0x80 | (b[8] & 0x3f));
    uuid_text(b, ret);
}
