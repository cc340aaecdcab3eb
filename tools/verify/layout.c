/* What files there are, and whether they are those that MANIFEST.sha256 lists. */
#include <string.h>

#include "verify_int.h"

static void check_listed(struct verify *v, const struct bundle_digest *list, size_t n)
{
    size_t i = 0;
    /* both are sorted by name */
    for (size_t k = 0; k < v->nmembers; k++) {
        const struct member *m = &v->member[k];
        if (strcmp(m->name, BUNDLE_MANIFEST) == 0)
            continue;
        for (; i < n && strcmp(list[i].name, m->name) < 0; i++)
            verify_fail(v, MANIFEST_ABSENT, list[i].name, NULL);
        if (i == n || strcmp(list[i].name, m->name) != 0)
            verify_fail(v, MANIFEST_UNLISTED, m->name, NULL);
        else if (memcmp(list[i++].digest, m->digest, HASH_LEN) != 0)
            verify_fail(v, MANIFEST_DIGEST, m->name, NULL);
    }
    for (; i < n; i++)
        verify_fail(v, MANIFEST_ABSENT, list[i].name, NULL);
}

static void check_manifest(struct verify *v)
{
    const struct member *m = verify_member(v, BUNDLE_MANIFEST);
    struct bundle_digest *list;
    size_t n;
    if (!m)
        return; /* told as missing */
    int r = bundle_manifest_parse(&v->own, m->data, m->len, &list, &n);
    if (r)
        verify_fail(v, MANIFEST_FORM, m->name, "%s", cpf_strerror(r));
    else
        check_listed(v, list, n);
}

static void check_info(struct verify *v)
{
    const struct member *m = verify_member(v, BUNDLE_INFO);
    if (!m)
        return;
    int r = bundle_info_parse(&v->info, &v->a, m->data, m->len);
    if (r)
        verify_fail(v, INFO_FORM, m->name, "%s", cpf_strerror(r));
    v->have_info = r == CPF_OK;
    const char *batch = r ? NULL : stream_rest(v->info.stream, STREAM_BATCH);
    if (!r && (!batch || !*batch))
        verify_fail(v, INFO_FORM, m->name, "stream %s", v->info.stream);
    const struct member *readme = verify_member(v, BUNDLE_README);
    if (!r && readme && bundle_readme_check(&v->info, readme->data, readme->len) != CPF_OK)
        verify_fail(v, README_OTHER, readme->name, NULL);
}

bool verify_layout(struct verify *v)
{
    static const char *const needed[] = {BUNDLE_README,     BUNDLE_MANIFEST, BUNDLE_INFO,
                                         BUNDLE_CHECKPOINT, BUNDLE_POLICY,   BUNDLE_KEYS};
    for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
        if (!verify_member(v, needed[i]))
            verify_fail(v, LAYOUT_MISSING, needed[i], NULL);
    check_manifest(v);
    check_info(v);
    return v->have_info;
}
