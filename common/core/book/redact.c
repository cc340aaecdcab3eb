/* What was erased: the log says that it is gone, the book goes on as it would after a restart. */
#include <stdio.h>
#include <string.h>

#include "core/book/apply.h"

#define REDACTED_KEY 96

static bool key_of(uint64_t idx, const char *name, char ret[REDACTED_KEY])
{
    return snprintf(ret, REDACTED_KEY, "%llu/%s", (unsigned long long)idx, name) < REDACTED_KEY;
}

bool book_redacted(const struct book *b, uint64_t idx, const char *name)
{
    char key[REDACTED_KEY];
    return key_of(idx, name, key) && map_get(&b->redacted, key);
}

int apply_redacted(struct book *b, struct stream *s, const struct entry *e)
{
    int64_t idx = json_get_int(e->body, "idx", -1);
    const struct json *names = json_get(e->body, "names");
    char key[REDACTED_KEY];
    if (idx < 0 || !names || names->type != JSON_ARRAY)
        return CPF_E_PROFILE;
    json_each(n, names) {
        if (n->type != JSON_STRING)
            return CPF_E_PROFILE;
        if (key_of((uint64_t)idx, n->str, key) && !map_get(&b->redacted, key))
            map_put(&b->redacted, book_keep(b, key), s);
    }
    return 0;
}

static void wipe(struct input *in)
{
    explicit_bzero((char *)in->text, strlen(in->text)); /* the book's own copy */
    in->text = "";
}

void book_forget(struct book *b, const char *stream, const char *digest)
{
    struct batch *x = strncmp(stream, "batch/", 6) == 0 ? book_batch(b, stream + 6) : NULL;
    for (size_t s = 0; x && s < x->protocol->nsteps; s++)
        for (size_t o = 0; o < x->step[s].nocc; o++)
            for (size_t i = 0; i < x->step[s].occ[o]->ninputs; i++) {
                struct input *in = &x->step[s].occ[o]->input[i];
                if (in->digest && strcmp(in->digest, digest) == 0)
                    wipe(in);
            }
}
