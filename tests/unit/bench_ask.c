/* Questions to the bench rig: what stands in its log, and whether a verdict is the one expected. */
#include "bench_rig.h"
#include <stdio.h>
#include <stdlib.h>
#include "base/clock.h"
#include "base/enc.h"

struct batch *rig_batch(const struct rig *r, const char *batch)
{
    struct batch *x = book_batch(&r->book, batch);
    assert_non_null(x);
    return x;
}

size_t rig_count(const struct rig *r, const char *kind)
{
    size_t n = 0;
    for (size_t i = 0; i < r->v.ndrafts; i++)
        n += r->v.draft[i].kind == kind_find(kind);
    return n;
}

const char *rig_text_of(const struct rig *r, const char *kind)
{
    for (size_t i = 0; i < r->v.ndrafts; i++)
        if (r->v.draft[i].kind == kind_find(kind))
            return r->log[r->first + i].text;
    fail_msg("no entry of kind %s", kind);
    return NULL;
}

bool rig_says(const struct rig *r, const char *word)
{
    for (size_t i = r->first; i < r->n; i++)
        if (strstr(r->log[i].text, word))
            return true;
    return false;
}

static const char *arg_text(const struct json *v)
{
    static char text[200];
    struct buf b;
    buf_init(&b);
    if (v)
        json_write(&b, v);
    snprintf(text, sizeof(text), "%s", b.data ? b.data : "");
    buf_fini(&b);
    return text;
}

void rig_expect(const struct verdict *v, enum outcome outcome, const char *code, const char *arg,
                const char *value, const char *file, int line)
{
    bool good = (outcome == ANY_OUTCOME || v->outcome == outcome) && (!code || strcmp(v->code, code) == 0);
    if (!good) {
        print_error("%s %s %s\n", outcome_name(v->outcome), v->code, arg_text(v->args));
        print_error("wanted: %s %s\n", outcome_name(outcome), code ? code : "");
        _fail(file, line);
    }
    if (!arg)
        return;
    const struct json *got = json_get(v->args, arg);
    const char *text = got && got->str ? got->str : arg_text(got);
    if (strcmp(text, value) != 0) {
        print_error("%s: %s is %s, wanted %s\n", v->code, arg, text, value);
        _fail(file, line);
    }
}
