/* A story with a case in it, or with a step left out. */
#include <stdio.h>
#include <string.h>

#include "sim/story.h"

struct merge {
    struct arena *a;
    struct block *head, **tail;
    int64_t day;
};

static bool is_step(const struct block *b, const char *step)
{
    return b->kind <= BLOCK_SKIP && b->step && strcmp(b->step, step) == 0;
}

/* A copy: the same block may stand in many batches' stories. */
static void push(struct merge *m, const struct block *b)
{
    struct block *copy = arena_alloc(m->a, sizeof(*copy));
    *copy = *b;
    copy->next = NULL;
    if (copy->day == NO_DAY)
        copy->day = m->day;
    m->day = copy->day;
    *m->tail = copy;
    m->tail = &copy->next;
}

static void push_all(struct merge *m, const struct block *b)
{
    for (; b; b = b->next)
        push(m, b);
}

/* Is `b` the first (the last) block of `step` in the story? */
static bool first_of(const struct story *s, const struct block *b, const char *step)
{
    for (const struct block *x = s->blocks; x != b; x = x->next)
        if (is_step(x, step))
            return false;
    return is_step(b, step);
}

static bool last_of(const struct block *b, const char *step)
{
    for (const struct block *x = b->next; x; x = x->next)
        if (is_step(x, step))
            return false;
    return is_step(b, step);
}

static void push_changed(struct merge *m, const struct story *s, const struct story *with,
                         const struct block *b)
{
    bool gone = false;
    for (const struct change *c = with ? with->changes : NULL; c; c = c->next) {
        if (c->place == PLACE_INSTEAD && is_step(b, c->step)) {
            gone = true;
            if (!first_of(s, b, c->step))
                continue;
        } else if (c->place != PLACE_BEFORE || !first_of(s, b, c->step)) {
            continue;
        }
        m->day = b->day;
        push_all(m, c->blocks);
    }
    if (!gone)
        push(m, b);
    for (const struct change *c = with ? with->changes : NULL; c; c = c->next)
        if (c->place == PLACE_AFTER && last_of(b, c->step))
            push_all(m, c->blocks);
}

static bool has_step(const struct story *s, const char *step)
{
    for (const struct block *b = s->blocks; b; b = b->next)
        if (is_step(b, step))
            return true;
    return false;
}

static int check_names(const struct story *s, const struct story *with, const char *omit, char *ret_error)
{
    for (const struct change *c = with ? with->changes : NULL; c; c = c->next)
        if (!has_step(s, c->step)) {
            snprintf(ret_error, STORY_ERROR, "%s:%d: the story has no step %s", with->file, c->line, c->step);
            return CPF_E_NOTFOUND;
        }
    if (with && with->until && !has_step(s, with->until)) {
        snprintf(ret_error, STORY_ERROR, "%s: the story has no step %s", with->file, with->until);
        return CPF_E_NOTFOUND;
    }
    if (omit && !has_step(s, omit)) {
        snprintf(ret_error, STORY_ERROR, "%s has no step %s", s->file, omit);
        return CPF_E_NOTFOUND;
    }
    return CPF_OK;
}

int story_merge(const struct story *s, const struct story *with, const char *omit, struct arena *a,
                struct block **ret, char ret_error[STORY_ERROR])
{
    struct merge m = {.a = a, .day = NO_DAY};
    int err = check_names(s, with, omit, ret_error);
    if (err)
        return err;
    m.tail = &m.head;
    for (const struct block *b = s->blocks; b; b = b->next) {
        if (omit && is_step(b, omit))
            continue;
        push_changed(&m, s, with, b);
        if (with && with->until && last_of(b, with->until))
            break;
    }
    *ret = m.head;
    return CPF_OK;
}
