#pragma once
/* Between the two halves of the rig. */
#include "bundle_rig.h"

/* Fills r->entry and r->leaf by the plan; disclosures and the map's row become files at once. */
void rig_log(struct bundle_rig *r);
