#include "core/code/unit.h"

#include <stdio.h>
#include <string.h>

enum dimension {
    DIM_PURE = 1,
    DIM_PERCENT,
    DIM_PIECES,
    DIM_VOLUME,
    DIM_MASS,
    DIM_CELLS,
    DIM_CELL_DENSITY,
    DIM_ACTIVITY,
    DIM_ACTIVITY_DENSITY,
    DIM_MASS_DENSITY,
    DIM_TEMPERATURE,
    DIM_PRESSURE,
    DIM_TIME,
    DIM_SPEED,
    DIM_ROTATION,
    DIM_FLOW,
    DIM_LENGTH,
    DIM_AREA,
    DIM_COLONIES,
    DIM_PARTICLES,
    DIM_ENDOTOXIN,
    DIM_ACIDITY,
    DIM_OSMOLALITY,
    DIM_RATE,
    DIM_DENSITY_AREA,
    DIM_COPIES,
};

static const struct {
    const char *name;
    enum dimension dimension;
} units[] = {
    {"1", DIM_PURE},
    {"x", DIM_PURE},
    {"%", DIM_PERCENT},
    {"pc", DIM_PIECES},
    {"vial", DIM_PIECES},
    {"bag", DIM_PIECES},
    {"L", DIM_VOLUME},
    {"mL", DIM_VOLUME},
    {"µL", DIM_VOLUME},
    {"kg", DIM_MASS},
    {"g", DIM_MASS},
    {"mg", DIM_MASS},
    {"µg", DIM_MASS},
    {"ng", DIM_MASS},
    {"cells", DIM_CELLS},
    {"10^6 cells", DIM_CELLS},
    {"10^7 cells", DIM_CELLS},
    {"10^8 cells", DIM_CELLS},
    {"10^9 cells", DIM_CELLS},
    {"10^6", DIM_CELLS},
    {"10^7", DIM_CELLS},
    {"10^8", DIM_CELLS},
    {"10^9", DIM_CELLS},
    {"cells/mL", DIM_CELL_DENSITY},
    {"10^4 cells/mL", DIM_CELL_DENSITY},
    {"10^5 cells/mL", DIM_CELL_DENSITY},
    {"10^6 cells/mL", DIM_CELL_DENSITY},
    {"10^7 cells/mL", DIM_CELL_DENSITY},
    {"10^4/mL", DIM_CELL_DENSITY},
    {"10^5/mL", DIM_CELL_DENSITY},
    {"10^6/mL", DIM_CELL_DENSITY},
    {"10^7/mL", DIM_CELL_DENSITY},
    {"/µL", DIM_CELL_DENSITY},
    {"10^2/µL", DIM_CELL_DENSITY},
    {"10^3/µL", DIM_CELL_DENSITY},
    {"10^4/µL", DIM_CELL_DENSITY},
    {"cells/cm2", DIM_DENSITY_AREA},
    {"cells/kg", DIM_RATE},
    {"10^6 cells/kg", DIM_RATE},
    {"10^6/kg", DIM_RATE},
    {"IU", DIM_ACTIVITY},
    {"U", DIM_ACTIVITY},
    {"KE", DIM_ACTIVITY},
    {"IU/mL", DIM_ACTIVITY_DENSITY},
    {"U/mL", DIM_ACTIVITY_DENSITY},
    {"U/L", DIM_ACTIVITY_DENSITY},
    {"KE/mL", DIM_ACTIVITY_DENSITY},
    {"g/dL", DIM_MASS_DENSITY},
    {"mg/dL", DIM_MASS_DENSITY},
    {"mg/mL", DIM_MASS_DENSITY},
    {"mg/L", DIM_MASS_DENSITY},
    {"µg/mL", DIM_MASS_DENSITY},
    {"ng/mL", DIM_MASS_DENSITY},
    {"pg/mL", DIM_MASS_DENSITY},
    {"°C", DIM_TEMPERATURE},
    {"Pa", DIM_PRESSURE},
    {"hPa", DIM_PRESSURE},
    {"kPa", DIM_PRESSURE},
    {"mmHg", DIM_PRESSURE},
    {"s", DIM_TIME},
    {"min", DIM_TIME},
    {"h", DIM_TIME},
    {"d", DIM_TIME},
    {"m/s", DIM_SPEED},
    {"xg", DIM_ROTATION},
    {"rpm", DIM_ROTATION},
    {"mL/min", DIM_FLOW},
    {"mL/h", DIM_FLOW},
    {"mm", DIM_LENGTH},
    {"cm", DIM_LENGTH},
    {"cm2", DIM_AREA},
    {"CFU", DIM_COLONIES},
    {"CFU/m3", DIM_COLONIES},
    {"CFU/plate", DIM_COLONIES},
    {"particles", DIM_PARTICLES},
    {"particles/m3", DIM_PARTICLES},
    {"/m3", DIM_PARTICLES},
    {"EU", DIM_ENDOTOXIN},
    {"EU/mL", DIM_ENDOTOXIN},
    {"pH", DIM_ACIDITY},
    {"mOsm/kg", DIM_OSMOLALITY},
    {"/min", DIM_RATE},
    {"copies/mL", DIM_COPIES},
    {"copies/µg", DIM_COPIES},
    {NULL, 0},
};

int unit_known(const char *unit)
{
    for (size_t i = 0; unit && units[i].name; i++)
        if (strcmp(units[i].name, unit) == 0)
            return (int)units[i].dimension;
    return 0;
}

const char *unit_name(size_t i)
{
    return i < sizeof(units) / sizeof(*units) ? units[i].name : NULL;
}

static bool pure(const char *unit)
{
    return unit_known(unit) == DIM_PURE;
}

/* "cells/mL" = cells over mL; "1" = nothing over nothing. */
struct fraction {
    char over[40], under[40];
};

static struct fraction split(const char *unit)
{
    struct fraction f = {"", ""};
    const char *slash = strchr(unit, '/');
    int n = slash ? (int)(slash - unit) : (int)strlen(unit);
    if (!pure(unit))
        snprintf(f.over, sizeof(f.over), "%.*s", n, unit);
    if (slash)
        snprintf(f.under, sizeof(f.under), "%s", slash + 1);
    return f;
}

static void cancel(char *a, char *b)
{
    if (*a && strcmp(a, b) == 0)
        *a = *b = '\0';
}

static bool times(struct fraction a, struct fraction b, struct fraction result)
{
    cancel(a.over, b.under);
    cancel(b.over, a.under);
    if ((*a.over && *b.over) || (*a.under && *b.under))
        return true; /* a unit that this table has no name for */
    return strcmp(*a.over ? a.over : b.over, result.over) == 0 &&
           strcmp(*a.under ? a.under : b.under, result.under) == 0;
}

bool unit_product_ok(const char *a, const char *b, const char *result)
{
    if (strcmp(a, "%") == 0 || strcmp(b, "%") == 0) /* a hundredth would be lost */
        return false;
    return times(split(a), split(b), split(result));
}

bool unit_ratio_ok(const char *a, const char *b, const char *result)
{
    struct fraction f = split(b), turned;
    memcpy(turned.over, f.under, sizeof(f.under));
    memcpy(turned.under, f.over, sizeof(f.over));
    if (strcmp(a, b) == 0)
        return pure(result);
    return times(split(a), turned, split(result));
}
