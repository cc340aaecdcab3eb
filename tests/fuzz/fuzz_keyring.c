/* vkey files: what is accepted names one log by different keys, and is read again from its own lines. */
#include <string.h>
#include "base/keyring.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct keyring r, again;
    struct buf text;
    buf_init(&text);
    buf_add(&text, data, size);
    buf_addc(&text, '\0');
    if (keyring_parse(&r, text.data) == 0) {
        require(r.n >= 1 && r.n <= KEYRING_MAX);
        buf_clear(&text);
        for (size_t i = 0; i < r.n; i++) {
            require(strcmp(r.key[i].name, r.key[0].name) == 0 && key_check_public(r.key[i].pub) == 0);
            note_key_format(&r.key[i], &text);
            buf_addc(&text, '\n');
        }
        require(keyring_parse(&again, text.data) == 0 && again.n == r.n);
        for (size_t i = 0; i < r.n; i++)
            require(memcmp(again.key[i].pub, r.key[i].pub, KEY_PUB) == 0);
    }
    buf_fini(&text);
    return 0;
}
