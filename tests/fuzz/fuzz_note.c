/* Signed notes and checkpoints from outside; an accepted checkpoint formats back to its text. */
#include <string.h>
#include "base/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct note n;
    struct checkpoint c;
    struct note_key k;
    if (note_parse(&n, (const char *)data, size) == 0)
        require(n.text_len <= size && n.nsigs <= BOUND_NOTE_SIGS);
    if (checkpoint_parse(&c, (const char *)data, size) == 0)
        require(c.origin[0] != '\0');
    char text[512];
    size_t len = size < sizeof(text) - 1 ? size : sizeof(text) - 1;
    if (len > 0)
        memcpy(text, data, len);
    text[len] = '\0';
    if (note_key_parse(&k, text) == 0) {
        struct buf again;
        buf_init(&again);
        note_key_format(&k, &again);
        require(strcmp(again.data, text) == 0);
        buf_fini(&again);
    }
    return 0;
}
