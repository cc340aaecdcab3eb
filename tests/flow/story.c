#include "story.h"
#include <stdlib.h>
#include "view_story.h"

struct story {
    struct rig rig;
};

struct story *story_new(void)
{
    struct story *s = calloc(1, sizeof(*s));
    assert_non_null(s);
    view_story_play(&s->rig);
    return s;
}

void story_free(struct story *s)
{
    rig_fini(&s->rig);
    free(s);
}

size_t story_count(const struct story *s)
{
    return s->rig.n;
}

const char *story_text(const struct story *s, size_t i, size_t *ret_len)
{
    assert_true(i < s->rig.n);
    *ret_len = s->rig.log[i].len;
    return s->rig.log[i].text;
}

const struct protocol *story_protocol(void *story, const char *name)
{
    const struct story *s = story;
    const struct protocol_state *p = map_get(&s->rig.book.protocols, name);
    return p ? p->protocol : NULL;
}

const char *story_place(const struct story *s, const char *container)
{
    const struct container *c = book_container(&s->rig.book, container);
    return c && c->place ? c->place : "";
}
