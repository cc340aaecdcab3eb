#include "anchor/evidence.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int evidence_read(const char *folder, const char *name, size_t limit, struct buf *ret)
{
    char chunk[4096], *path;
    size_t n, total = 0;
    int err = CPF_OK;
    require(asprintf(&path, "%s%s%s", folder ? folder : "", folder ? "/" : "", name) > 0);
    FILE *f = fopen(path, "re");
    if (!f)
        err = errno == ENOENT ? CPF_E_NOTFOUND : CPF_E_IO;
    while (!err && (n = fread(chunk, 1, sizeof(chunk), f)) > 0) {
        total += n;
        if (total > limit)
            err = CPF_E_LIMIT;
        else
            buf_add(ret, chunk, n);
    }
    if (f && !err && ferror(f))
        err = CPF_E_IO;
    if (f)
        fclose(f);
    free(path);
    return err;
}
