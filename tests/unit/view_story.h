#pragma once
/*
 * A small story that has one of everything the projections show, played by the real rules (bench_rig.h):
 * two batches, KA-0001 to its end and KA-0002 left open in the middle of a step.
 */
#include "bench_rig.h"

/* From rig_init to the last entry; the caller ends with rig_fini. */
void view_story_play(struct rig *r);
