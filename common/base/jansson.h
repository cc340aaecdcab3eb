#pragma once
/*
 * <jansson.h> beside "base/json.h". What both call by one name keeps our
 * meaning; jansson's is jansson_object(), jansson_array(), jansson_copy() and
 * JANSSON_OBJECT, JANSSON_ARRAY, JANSSON_STRING, JANSSON_NULL. All the rest of
 * jansson (json_is_object(), json_object_get() ...) is as its manual says.
 */
#include "base/json.h"

#ifdef JANSSON_H
#error "include base/jansson.h instead of jansson.h"
#endif
#define BASE_JANSSON

struct json_t;
struct json_t *jansson_object(void) __asm__("json_object");
struct json_t *jansson_array(void) __asm__("json_array");
struct json_t *jansson_copy(struct json_t *) __asm__("json_copy");

#define json_object jansson_object
#define json_array  jansson_array
#define json_copy   jansson_copy
#define JSON_OBJECT JANSSON_OBJECT
#define JSON_ARRAY  JANSSON_ARRAY
#define JSON_STRING JANSSON_STRING
#define JSON_NULL   JANSSON_NULL
#include <jansson.h>
#undef json_object
#undef json_array
#undef json_copy
#undef JSON_OBJECT
#undef JSON_ARRAY
#undef JSON_STRING
#undef JSON_NULL

/* jansson's own macros would name our enumerators. */
#undef json_is_object
#undef json_is_array
#undef json_is_string
#undef json_is_null
#define json_is_object(j) ((j) && json_typeof(j) == JANSSON_OBJECT)
#define json_is_array(j)  ((j) && json_typeof(j) == JANSSON_ARRAY)
#define json_is_string(j) ((j) && json_typeof(j) == JANSSON_STRING)
#define json_is_null(j)   ((j) && json_typeof(j) == JANSSON_NULL)
