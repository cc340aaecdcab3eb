/* The ledger's own entries, in the stream `log` (doc/log.md 2); maps are in ledger_map.c. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/shape.h"
#include "ledger/ledger_int.h"

int ledger_own_read_boot(struct ledger *l)
{
#ifdef CPF_TESTHOOKS /* so that a test can have a power loss */
    const char *given = getenv("CPF_TEST_BOOT_ID");
    if (given && strlen(given) == 36) {
        memcpy(l->boot, given, 37);
        return 0;
    }
#endif
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, l->boot, sizeof(l->boot) - 1);

    if (fd >= 0)
        close(fd);
    if (n < 36)
        return CPF_E_IO;
    l->boot[36] = '\0';
    return 0;
}

void ledger_own_add(struct ledger *l, struct arena *a, struct ledger_item *item, enum kind_id kind,
                    const struct shape *shape, const void *body, int64_t at)
{
    struct entry *e = arena_alloc(a, sizeof(*e));
    struct json *o = json_object(a);
    shape_build(shape, body, a, o);
    e->kind = kind_text(kind);
    e->stream = stream_type_name(STREAM_LOG);
    e->zone = clock_zone_name();
    e->sseq = ++l->log_sseq;
    memcpy(e->prev, l->log_leaf, HASH_LEN);
    e->at = at > l->last_at ? at : l->last_at;
    e->actor = json_set_str(a, json_object(a), "system", "cpfd");
    e->clock = entry_clock(a, l->cfg.training);
    e->body = o;
    e->idx = l->next_idx++;
    require(entry_build(e, a) == 0);
    memcpy(l->log_leaf, e->leaf, HASH_LEN);
    l->last_at = e->at;
    *item = (struct ledger_item){.entry = e};
}

static void own_add(struct ledger *l, struct ledger_item *item, enum kind_id kind, const struct shape *shape,
                    const void *body)
{
    ledger_own_add(l, &l->own, item, kind, shape, body, l->cfg.now_ms(l->cfg.arg));
}

static void add_opened(struct ledger *l, struct ledger_item *item)
{
    const struct log_opened o = {.origin = l->cfg.origin,
                                 .vkey = ledger_key_text(&l->own, &l->keys.key[0]),
                                 .boot = l->boot,
                                 .schema = LEDGER_SCHEMA};
    own_add(l, item, KIND_LOG_OPENED, &log_opened_shape, &o);
}

/* log.void comes first: the next group after a void run begins with it. */
void ledger_own_begin(struct ledger *l)
{
    struct ledger_item item[3];
    size_t n = 0;
    const struct run *tail = l->nruns ? &l->run[l->nruns - 1] : NULL;
    if (tail && tail->first + tail->count == l->settled.size) {
        const struct log_void v = {(int64_t)tail->first, (int64_t)tail->count};
        own_add(l, &item[n++], KIND_LOG_VOID, &log_void_shape, &v);
        l->nvoids++;
    }
    if (!*l->log_boot) {
        add_opened(l, &item[n++]);
    } else if (strcmp(l->log_boot, l->boot) != 0) {
        const struct log_recovered v = {l->log_boot, l->boot};
        own_add(l, &item[n++], KIND_LOG_RECOVERED, &log_recovered_shape, &v);
    }
    if (ledger_key_rotates(l)) {
        const struct key_rotated v = ledger_key_rotated(l, &l->own);
        own_add(l, &item[n++], KIND_KEY_ROTATED, &key_rotated_shape, &v);
    }
    if (n)
        queue_push(&l->queue, item, n, NULL, true);
    memcpy(l->log_boot, l->boot, sizeof(l->boot));
}
