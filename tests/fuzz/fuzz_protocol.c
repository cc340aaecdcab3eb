/* Any file is a protocol with canonical JSON, or errors that can be shown; never both, never neither. */
#include <string.h>
#include "base/enc.h"
#include "core/protocol/protocol.h"

#define ERRORS_MAX 50

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_good(const struct protocol *p)
{
    struct arena a;
    struct buf text;
    arena_init(&a, 0);
    buf_init(&text);
    json_write(&text, protocol_json(&a, p));
    require(enc_utf8_ok(text.data, text.len));
    for (size_t i = 0; i < p->nsteps; i++)
        require(protocol_step(p, p->step[i].id) == (int)i);
    buf_fini(&text);
    arena_fini(&a);
}

static void check_errors(const struct protocol_error *list, size_t n)
{
    require(n > 0);
    for (size_t i = 0; i < n && i < ERRORS_MAX; i++) {
        require(list[i].text[0] != '\0' && strlen(list[i].text) < sizeof(list[i].text));
        require(enc_utf8_ok(list[i].text, strlen(list[i].text)));
        require(enc_utf8_ok(list[i].hint, strlen(list[i].hint)));
        require(i == 0 || list[i - 1].line <= list[i].line);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct protocol_error list[ERRORS_MAX];
    struct protocol *p = NULL;
    size_t n = 0;
    if (protocol_load((const char *)data, size, &p, list, ERRORS_MAX, &n) == CPF_OK)
        check_good(p);
    else
        check_errors(list, n);
    protocol_free(p);
    return 0;
}
