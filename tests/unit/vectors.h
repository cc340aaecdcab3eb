#pragma once
/*
 * Published test data, kept outside the project: the folder named by the
 * environment's CPF_VECTORS, else ../shared/vectors beside the source.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include "base/jansson.h"

#include "base/buf.h"

/* Leaves the test as skipped, with the reason, if the set is absent. */
#define vectors_need(set)                                                                                    \
    do {                                                                                                     \
        if (!vectors_there(set)) {                                                                           \
            print_message("# skipped: no test vectors `%s' (set CPF_VECTORS)\n", set);                       \
            skip();                                                                                          \
        }                                                                                                    \
    } while (0)

bool vectors_there(const char *set);
/* The whole file, NUL-terminated; the test fails if it cannot be read. */
void vectors_read(const char *path, struct buf *ret);
/* A JSON file; integers too large for int64 become reals. The caller's to json_decref. */
json_t *vectors_json(const char *path);
/* Every regular file below `dir`, sorted by name, with its path below the vectors' folder. */
typedef void (*vectors_fn)(void *arg, const char *path);
size_t vectors_each(const char *dir, vectors_fn fn, void *arg);

/* Members that must be there. */
const char *vectors_str(const json_t *obj, const char *name);
uint64_t vectors_uint(const json_t *obj, const char *name);
/* Base64 of any length, by OpenSSL and not by us. */
void vectors_unb64(const char *text, struct buf *ret);
/* Hex into exactly n bytes. */
void vectors_unhex(const char *text, uint8_t *ret, size_t n);
