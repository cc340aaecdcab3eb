#pragma once
/* The growth curve: live cells on a logarithmic scale, viability on the right, by day of culture. */
#include <stdbool.h>
#include <stddef.h>
#include "pdf/pdf.h"

struct curve_point {
    double day;       /* since the first count */
    double total;     /* 10^6 live cells; not above 0: left out */
    double viability; /* percent */
    bool outside;     /* beyond an action limit: marked */
};
void curve_draw(struct pdf *p, double x, double y, double width, double height,
                const struct curve_point *list, size_t n);
