#pragma once
/* A batch from its order to its closing; its steps are in step.h. */
#include "core/entry/kind.h"
#include "core/entry/step.h"

struct batch_closed {
    int64_t count; /* entries of the stream, this one included */
};
struct batch_reopened {
    const char *cause;
};
/* batch.ordered is a step's form that names the protocol: struct step_form */
