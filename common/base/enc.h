#pragma once
/* Text forms of bytes: hex, base64 (RFC 4648 4, padded), base64url without padding (RFC 4648 5). */
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"

void enc_hex(struct buf *b, const void *data, size_t len);                         /* lower case, appended */
must_check int enc_unhex(const char *s, size_t len, uint8_t *ret, size_t ret_len); /* exactly ret_len bytes */

void enc_b64(struct buf *b, const void *data, size_t len);
void enc_b64url(struct buf *b, const void *data, size_t len);
/* Strict: canonical form only (trailing bits zero, right padding or none), else CPF_E_SYNTAX.
 * Appends to `ret`. */
must_check int enc_unb64(const char *s, size_t len, struct buf *ret);
must_check int enc_unb64url(const char *s, size_t len, struct buf *ret);
/* Exactly ret_len bytes. */
must_check int enc_unb64url_fixed(const char *s, size_t len, uint8_t *ret, size_t ret_len);

/* 43 characters + NUL: base64url of 32 bytes. */
void enc_digest(const uint8_t d[32], char ret[44]);

/* 1 if `s` is well-formed UTF-8 without NUL. */
int enc_utf8_ok(const char *s, size_t len);

/* Foreign text for a terminal, appended: what would steer it or change the order of what is read stands there
 * as <U+XXXX> (controls of C0 and C1, DEL, bidirectional controls, separators of lines, invisible marks),
 * bytes that are no UTF-8 as <XX>. enc_shown_lines leaves newlines; enc_shown_json too, and writes \uXXXX, so
 * that JSON stays what it was. */
void enc_shown(struct buf *b, const char *s, size_t len);
void enc_shown_lines(struct buf *b, const char *s, size_t len);
void enc_shown_json(struct buf *b, const char *s, size_t len);

/* Random bytes from the operating system; aborts if there are none. */
void enc_random(void *ret, size_t len);

/* UUIDs (RFC 9562) as canonical lower-case text, and nothing else. */
#define UUID_LEN  16
#define UUID_TEXT 37 /* 36 characters + NUL */
must_check int uuid_read(const char *s, size_t len, uint8_t ret[UUID_LEN]);
void uuid_text(const uint8_t u[UUID_LEN], char ret[UUID_TEXT]);
/* UUIDv7 (5.7): also checks version and variant; *ret_ms = its Unix time in ms. */
must_check int uuid7_parse(const char *s, size_t len, int64_t *ret_ms);
void uuid7_make(int64_t unix_ms, char ret[UUID_TEXT]);
