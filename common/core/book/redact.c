/* What was erased: the log says that it is gone, the book goes on as it would after a restart. */
#include <stdio.h>
#include <string.h>

#include "core/book/apply.h"
#include "core/entry/identity.h"

bool redact_key(uint64_t idx, const char *name, char ret[REDACT_KEY])
{
    return snprintf(ret, REDACT_KEY, "%llu/%s", (unsigned long long)idx, name) < REDACT_KEY;
}

bool book_redacted(const struct book *b, uint64_t idx, const char *name)
{
    char key[REDACT_KEY];
    return redact_key(idx, name, key) && map_get(&b->redacted, key);
}

static void wipe(const char **text)
{
    explicit_bzero((char *)*text, strlen(*text)); /* the book's own copy */
    *text = "";
}

void book_forget(struct book *b, const char *stream, const char *digest)
{
    struct batch *x = book_batch(b, stream_rest(stream, STREAM_BATCH));
    for (size_t s = 0; x && s < x->protocol->nsteps; s++)
        for (size_t o = 0; o < x->step[s].nocc; o++)
            for (size_t i = 0; i < x->step[s].occ[o]->ninputs; i++) {
                struct input *in = &x->step[s].occ[o]->input[i];
                if (in->digest && strcmp(in->digest, digest) == 0)
                    wipe(&in->text);
            }
    for (size_t i = 0; x && i < x->nwritings; i++)
        if (x->writing[i].digest && strcmp(x->writing[i].digest, digest) == 0)
            wipe(&x->writing[i].text);
}
