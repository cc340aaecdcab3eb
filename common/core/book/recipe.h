#pragma once
/* A version of a protocol as the log has it: its text, who approved it, and who has read it. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"

struct person;
struct protocol;

struct protocol_reader {
    const struct person *person;
    int64_t at;
};
struct protocol_state {
    const char *name;              /* <id>@<version> */
    struct protocol *protocol;     /* NULL until registered */
    struct buf text;               /* parts gathered */
    bool manufacturing, quality;   /* approved by */
    const struct person *author;   /* who registered it, or NULL (set-up) */
    const struct person *approver; /* who approved first, or NULL (set-up) */
    const char *against;           /* what that one compared it with: <id>@<version>, or NULL: nothing */
    bool another;                  /* … and called it another process */
    bool superseded;
    bool revises; /* another version: whoever works by it has read it */
    size_t nreaders;
    struct protocol_reader *reader;
};
