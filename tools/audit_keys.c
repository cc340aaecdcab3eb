/* Whose signature a checkpoint must bear. */
#include "audit_int.h"

int audit_keys_open(const struct audit *a, struct checkpoint *ret, const char *note, size_t len)
{
    return checkpoint_open(ret, note, len, &a->key);
}
