#pragma once
/*
 * Writing a ZIP that every unpacker reads alike: the plain profile of doc/evidence-bundle.md. Each member is
 * deflated, its sizes and checksum stand in its local header and again in the directory, and there is nothing
 * that one program heeds and another does not: no data descriptor, extra field, comment, second name or
 * ZIP64.
 */
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"
#include "base/err.h"

struct zip_out {
    struct buf *out, directory;
    size_t from; /* where the ZIP begins in `out` */
    unsigned n;
};

/* Appends to `ret`, which must outlive it. */
void zip_out_init(struct zip_out *z, struct buf *ret);
void zip_out_fini(struct zip_out *z);
/* One member; `ms` (Unix) becomes its time, UTC, to two seconds. CPF_E_LIMIT: beyond BOUND_BUNDLE_*. */
must_check int zip_out_add(struct zip_out *z, const char *name, const void *data, size_t len, int64_t ms);
/* The directory. CPF_E_LIMIT. */
must_check int zip_out_end(struct zip_out *z);
