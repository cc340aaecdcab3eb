#pragma once
/* A protocol for people: an outline, a graph, or the JSON that stations get. */
#include <stdio.h>
#include "core/protocol/protocol.h"

void protocol_show_outline(FILE *out, const struct protocol *p);
/* For graphviz: steps boxed by section, solid arrows = order, dashed ones = windows and deadlines. */
void protocol_show_dot(FILE *out, const struct protocol *p);
void protocol_show_json(FILE *out, const struct protocol *p);
