/* The small texts of a bundle: names, MANIFEST.sha256, bundle.json, map.json. */
#include <stdlib.h>
#include <string.h>
#include "base/batchmap.h"
#include "base/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same(const struct buf *b, const char *text, size_t len)
{
    require(b->len == len && memcmp(b->data, text, len) == 0);
}

static void name_case(const char *name)
{
    struct bundle_name n;
    char again[BUNDLE_NAME];
    if (bundle_name_parse(&n, name) != 0)
        return;
    /* nothing that is accepted leads out of a folder */
    require(*name != '/' && !strstr(name, "../") && !strchr(name, '\\'));
    if (n.kind != BUNDLE_K_FIXED)
        require(bundle_name_format(&n, again) == 0 && strcmp(again, name) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = calloc(1, size + 1);
    struct bundle_digest *list;
    struct bundle_info info;
    struct batchmap_opening map;
    struct arena a;
    struct buf b;
    uint8_t root[HASH_LEN] = {0};
    size_t n;
    if (size)
        memcpy(text, data, size);
    arena_init(&a, 1 << 26);
    buf_init(&b);
    name_case(text);
    if (bundle_manifest_parse(&a, text, size, &list, &n) == 0 && n > 0) {
        bundle_manifest_format(list, n, &b);
        same(&b, text, size);
    }
    buf_clear(&b);
    if (bundle_info_parse(&info, &a, text, size) == 0) {
        bundle_info_format(&info, &b);
        same(&b, text, size);
        bundle_readme(&info, &b);
    }
    buf_clear(&b);
    if (batchmap_opening_parse(&map, &a, text, size) == 0) {
        batchmap_opening_format(&map, &b);
        same(&b, text, size);
        (void)!batchmap_opening_verify(&map, root);
    }
    buf_fini(&b);
    arena_fini(&a);
    free(text);
    return 0;
}
