#include "vectors.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/evp.h>

static const char *root(void)
{
    const char *dir = getenv("CPF_VECTORS");
    return dir && *dir ? dir : CPF_VECTORS_DEFAULT;
}

static void full_path(const char *path, char *ret, size_t size)
{
    int n = snprintf(ret, size, "%s/%s", root(), path);
    assert_true(n > 0 && (size_t)n < size);
}

bool vectors_there(const char *set)
{
    char full[4096];
    struct stat st;
    full_path(set, full, sizeof(full));
    return stat(full, &st) == 0;
}

/* For tests/check/vectors: no file may lie unread. */
static void note_read(const char *path)
{
    const char *log = getenv("CPF_VECTORS_LOG");
    FILE *f = log ? fopen(log, "ae") : NULL;
    if (!f)
        return;
    fprintf(f, "%s\n", path);
    fclose(f);
}

void vectors_read(const char *path, struct buf *ret)
{
    char full[4096], block[4096];
    size_t n;
    full_path(path, full, sizeof(full));
    FILE *f = fopen(full, "rb");
    if (!f)
        fail_msg("cannot read %s", full);
    note_read(path);
    buf_reserve(ret, 1);
    while ((n = fread(block, 1, sizeof(block), f)) > 0)
        buf_add(ret, block, n);
    assert_int_equal(ferror(f), 0);
    fclose(f);
}

json_t *vectors_json(const char *path)
{
    struct buf text;
    json_error_t err;
    buf_init(&text);
    vectors_read(path, &text);
    json_t *v = json_loadb(text.data, text.len, JSON_DECODE_ANY, &err);
    if (!v) /* an index of 2^64 - 1 */
        v = json_loadb(text.data, text.len, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &err);
    if (!v)
        fail_msg("%s: %s", path, err.text);
    buf_fini(&text);
    return v;
}

size_t vectors_each(const char *dir, vectors_fn fn, void *arg)
{
    char full[4096], path[4096];
    struct dirent **list;
    size_t count = 0;
    full_path(dir, full, sizeof(full));
    int n = scandir(full, &list, NULL, alphasort);
    assert_true(n >= 0);
    for (int i = 0; i < n; i++) {
        struct stat st;
        if (list[i]->d_name[0] != '.') {
            assert_true((size_t)snprintf(path, sizeof(path), "%s/%s", dir, list[i]->d_name) < sizeof(path));
            full_path(path, full, sizeof(full));
            assert_int_equal(stat(full, &st), 0);
            if (S_ISDIR(st.st_mode)) {
                count += vectors_each(path, fn, arg);
            } else {
                fn(arg, path);
                count++;
            }
        }
        free(list[i]);
    }
    free(list);
    return count;
}

const char *vectors_str(const json_t *obj, const char *name)
{
    const char *s = json_string_value(json_object_get(obj, name));
    if (!s)
        fail_msg("member %s is missing", name);
    return s;
}

uint64_t vectors_uint(const json_t *obj, const char *name)
{
    const json_t *v = json_object_get(obj, name);
    assert_true(json_is_number(v));
    if (json_is_integer(v))
        return (uint64_t)json_integer_value(v);
    double d = json_real_value(v);
    return d >= 18446744073709551615.0 ? UINT64_MAX : (uint64_t)d;
}

void vectors_unb64(const char *text, struct buf *ret)
{
    size_t len = strlen(text);
    buf_reserve(ret, len + 3);
    int n = EVP_DecodeBlock((unsigned char *)ret->data + ret->len, (const unsigned char *)text, (int)len);
    assert_true(n >= 0);
    for (size_t pad = 0; pad < 2 && pad < len && text[len - 1 - pad] == '='; pad++)
        n--;
    ret->len += (size_t)n;
    ret->data[ret->len] = '\0';
}

void vectors_unhex(const char *text, uint8_t *ret, size_t n)
{
    assert_int_equal(strlen(text), 2 * n);
    for (size_t i = 0; i < n; i++) {
        unsigned v;
        assert_int_equal(sscanf(text + 2 * i, "%2x", &v), 1);
        ret[i] = (uint8_t)v;
    }
}
