#pragma once
/*
 * One exchange on cpfd's admin UNIX socket (mode 0600, plain HTTP): libevent's
 * client cannot connect to a path, so this asks with `Connection: close` and
 * reads to the end. It talks to our own daemon only.
 */
#include "base/jansson.h"
#include "base/err.h"

/* POST `body`. CPF_OK with *ret_status and *ret_json (may be NULL; the caller's); CPF_E_AWAY if nobody
 * listens there, CPF_E_SYNTAX for an answer that is no HTTP, CPF_E_IO. */
must_check int admin_post(const char *socket_path, const char *path, const json_t *body, int timeout_ms,
                          int *ret_status, json_t **ret_json);
