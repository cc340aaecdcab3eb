#include "base/kind.h"

#include <string.h>

#define KIND_NAME_(id, symbol, name, stream, flags) {KIND_##id, name, stream, flags},
static const struct kind_name kinds[KINDS] = {{KIND_NONE, NULL, STREAM_NONE, 0}, KIND_LIST(KIND_NAME_)};

enum kind_id kind_find_n(const char *name, size_t len)
{
    size_t lo = 1, hi = KINDS;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int c = strncmp(name, kinds[mid].name, len);
        if (c == 0 && kinds[mid].name[len])
            c = -1; /* a beginning of it only */
        if (c == 0)
            return kinds[mid].id;
        if (c < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return KIND_NONE;
}

enum kind_id kind_find(const char *name)
{
    return name ? kind_find_n(name, strlen(name)) : KIND_NONE;
}

const struct kind_name *kind_about(enum kind_id id)
{
    return &kinds[(unsigned)id < KINDS ? id : KIND_NONE];
}

bool kind_is(const char *name, enum kind_id id)
{
    return id != KIND_NONE && kind_find(name) == id;
}

/* ---- streams ---- */

static const char *const stream_names[] = {
    [STREAM_BATCH] = "batch",
    [STREAM_CLINIC] = "clinic",
    [STREAM_PLAN] = "plan",
    [STREAM_DAY] = "day",
    [STREAM_EQUIPMENT] = "equipment",
    [STREAM_FACILITY] = "facility",
    [STREAM_LOG] = "log",
    [STREAM_LOT] = "lot",
    [STREAM_PERSON] = "person",
    [STREAM_PLACE] = "place",
    [STREAM_PROTOCOL] = "protocol",
    [STREAM_ROOM] = "room",
    [STREAM_STATION] = "station",
};
#define STREAM_TYPES (sizeof(stream_names) / sizeof(*stream_names))

enum stream_type stream_type(const char *stream, const char **ret_rest)
{
    size_t n = strcspn(stream, "/");
    for (size_t i = 1; i < STREAM_TYPES; i++)
        if (strlen(stream_names[i]) == n && memcmp(stream_names[i], stream, n) == 0) {
            if (ret_rest)
                *ret_rest = stream[n] ? stream + n + 1 : "";
            return (enum stream_type)i;
        }
    return STREAM_NONE;
}

const char *stream_type_name(enum stream_type t)
{
    return (unsigned)t < STREAM_TYPES ? stream_names[t] : NULL;
}

const char *stream_rest(const char *stream, enum stream_type t)
{
    const char *rest;
    return stream_type(stream, &rest) == t ? rest : NULL;
}
