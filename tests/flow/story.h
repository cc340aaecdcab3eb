#pragma once
/*
 * Entries that the real rules wrote (tests/unit/view_story.h), to be submitted to a real ledger. Apart from
 * rig.h: both rigs have a struct rig.
 */
#include <stddef.h>
#include "core/protocol/protocol.h"

struct story;
struct story *story_new(void);
void story_free(struct story *s);

size_t story_count(const struct story *s);
const char *story_text(const struct story *s, size_t i, size_t *ret_len);
/* For view_config and follow_config: the protocols of the story. */
const struct protocol *story_protocol(void *story, const char *name);
/* The newest place of a container by the book; "" for none. */
const char *story_place(const struct story *s, const char *container);
