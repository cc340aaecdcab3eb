#include "base/hash.h"

#include <pthread.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/err.h"

/*
 * Fetching the algorithm and making a context cost more than hashing a node,
 * so the first is done once per process and the second once per thread.
 */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t destructor;
static EVP_MD *sha256;
static __thread EVP_MD_CTX *thread_ctx;

static void ctx_free(void *ctx)
{
    EVP_MD_CTX_free(ctx);
    thread_ctx = NULL;
}

static void prepare(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    require(sha256 != NULL);
    require(pthread_key_create(&destructor, ctx_free) == 0);
}

static EVP_MD_CTX *ctx_new(void)
{
    require(pthread_once(&once, prepare) == 0);
    thread_ctx = EVP_MD_CTX_new();
    require(thread_ctx != NULL);
    require(pthread_setspecific(destructor, thread_ctx) == 0);
    return thread_ctx;
}

static void digest(const void *prefix, size_t prefix_len, const void *data, size_t len, uint8_t ret[HASH_LEN])
{
    EVP_MD_CTX *ctx = thread_ctx ? thread_ctx : ctx_new();
    unsigned int n = 0;
    require(EVP_DigestInit_ex2(ctx, sha256, NULL) == 1);
    if (prefix_len)
        require(EVP_DigestUpdate(ctx, prefix, prefix_len) == 1);
    if (len)
        require(EVP_DigestUpdate(ctx, data, len) == 1);
    require(EVP_DigestFinal_ex(ctx, ret, &n) == 1 && n == HASH_LEN);
}

void hash_sha256(const void *data, size_t len, uint8_t ret[HASH_LEN])
{
    digest(NULL, 0, data, len, ret);
}

void hash_leaf(const void *data, size_t len, uint8_t ret[HASH_LEN])
{
    digest("\x00", 1, data, len, ret);
}

void hash_node(const uint8_t left[HASH_LEN], const uint8_t right[HASH_LEN], uint8_t ret[HASH_LEN])
{
    uint8_t block[1 + 2 * HASH_LEN];
    block[0] = 1;
    memcpy(block + 1, left, HASH_LEN);
    memcpy(block + 1 + HASH_LEN, right, HASH_LEN);
    digest(NULL, 0, block, sizeof(block), ret);
}

void hash_empty(uint8_t ret[HASH_LEN])
{
    digest(NULL, 0, NULL, 0, ret);
}
