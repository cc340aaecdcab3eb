#pragma once
/*
 * A small YAML file as JSON, for facility descriptions: one document, plain
 * mappings, lists and scalars; no anchors, aliases or tags. Scalars become
 * strings, save unquoted true and false. Bounded in size and depth.
 */
#include "base/jansson.h"
#include "base/err.h"

/* *ret_error: file:line:column and what is wrong; the caller frees it. */
must_check int yaml_json_load(const char *path, json_t **ret, char **ret_error);
