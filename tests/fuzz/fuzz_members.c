/* The audit's quick look for members (tools/audit/members.c) against the strict reader: of what that one
 * takes, both must see the same. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "audit/int.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(const struct entry *e, const struct members *m)
{
    char text[64];
    require(member_is(m->stream, e->stream) && member_is(m->kind, e->kind));
    snprintf(text, sizeof(text), "%" PRIu64, e->sseq);
    require(member_is(m->sseq, text));
    clock_format(e->at, text);
    require(member_is(m->at, text));
    enc_digest(e->prev, text);
    require(member_is(m->prev, e->sseq > 1 ? text : ""));
    require(e->id ? member_is(m->id, e->id) : !m->id.s);
    require(m->has_pd == (e->pd != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *s = malloc(size + 1); /* not terminated: a read behind its end is seen */
    struct entry e = {0};
    struct members m;
    struct arena a;
    arena_init(&a, 1 << 24);
    if (size)
        memcpy(s, data, size);
    char *exact = realloc(s, size ? size : 1);
    bool found = members_find(exact, size, &m);
    char *text = arena_strndup(&a, exact, size);
    if (entry_read(&e, &a, text, size) == 0) {
        require(found);
        compare(&e, &m);
    }
    arena_fini(&a);
    free(exact);
    return 0;
}
