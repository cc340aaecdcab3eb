#include "verify.h"

#include <stdlib.h>
#include <string.h>

#include "verify_int.h"

#define TREES ((size_t)1 << 30) /* what JSON trees of one bundle may take */

/* Each part looks at what the parts before it made. */
static void run(struct verify *v)
{
    if (!verify_layout(v))
        return;
    verify_keys(v);
    verify_policy(v);
    verify_older(v);
    verify_known(v);
    verify_stamps(v);
    verify_entries(v);
    verify_void(v);
    verify_stream(v);
    verify_map(v);
    verify_persons(v);
    verify_personal(v);
    verify_acts(v);
    verify_spool(v);
    verify_brackets(v);
    verify_reports(v);
}

static struct verify *new_verify(const struct verify_options *opt)
{
    struct verify *v = xcalloc(1, sizeof(*v));
    v->opt = *opt;
    require(opt->nknown <= VERIFY_KNOWN_MAX);
    arena_init(&v->a, TREES);
    arena_init(&v->own, 0);
    return v;
}

struct verify *verify_run(const void *zip, size_t len, const struct verify_options *opt)
{
    struct verify *v = new_verify(opt);
    if (verify_zip(v, zip, len))
        run(v);
    return v;
}

struct verify *verify_members(struct member *m, size_t n, const struct verify_options *opt)
{
    struct verify *v = new_verify(opt);
    v->member = m;
    v->nmembers = n;
    run(v);
    return v;
}

void verify_free(struct verify *v)
{
    if (!v)
        return;
    free(v->member);
    free(v->older);
    free(v->anchor);
    free(v->entry);
    free(v->support);
    free(v->person);
    arena_fini(&v->a);
    arena_fini(&v->own);
    free(v);
}

enum verify_class verify_class(const struct verify *v)
{
    return v->class;
}

size_t verify_failures(const struct verify *v, const struct verify_failure **ret)
{
    *ret = v->failure;
    return v->nfailures;
}
