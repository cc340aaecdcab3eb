/* What was erased: the log says that it is gone, the book goes on as it would after a restart. */
#include <stdio.h>
#include <string.h>

#include "core/book/apply.h"

bool redact_key(uint64_t idx, const char *name, char ret[REDACT_KEY])
{
    return snprintf(ret, REDACT_KEY, "%llu/%s", (unsigned long long)idx, name) < REDACT_KEY;
}

bool book_redacted(const struct book *b, uint64_t idx, const char *name)
{
    char key[REDACT_KEY];
    return redact_key(idx, name, key) && map_get(&b->redacted, key);
}

static void wipe(struct input *in)
{
    explicit_bzero((char *)in->text, strlen(in->text)); /* the book's own copy */
    in->text = "";
}

void book_forget(struct book *b, const char *stream, const char *digest)
{
    struct batch *x = book_batch(b, stream_rest(stream, STREAM_BATCH));
    for (size_t s = 0; x && s < x->protocol->nsteps; s++)
        for (size_t o = 0; o < x->step[s].nocc; o++)
            for (size_t i = 0; i < x->step[s].occ[o]->ninputs; i++) {
                struct input *in = &x->step[s].occ[o]->input[i];
                if (in->digest && strcmp(in->digest, digest) == 0)
                    wipe(in);
            }
}
