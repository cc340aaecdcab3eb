/* What is kept outside the database: the root key's manifest, the policy, certificates. */
#include <stdio.h>
#include <string.h>

#include "bundle/int.h"
#include "base/file.h"
#include "base/log.h"

/* *ret_there (may be NULL): was it there at all? NULL: it must be. */
static int take(struct make *m, const char *name, size_t limit, bool *ret_there)
{
    struct buf text;
    buf_init(&text);
    const char *path = arena_printf(&m->a, "%s/%s", m->q->evidence, name);
    int r = file_read(path, limit, &text);
    bool absent = r == CPF_E_NOTFOUND;
    if (!r)
        r = make_file(m, name, arena_strndup(&m->a, text.data ? text.data : "", text.len), text.len);
    else if (absent && ret_there)
        r = CPF_OK;
    else
        make_fail(m, r, "%s: %s", path, file_strerror(r));
    if (ret_there)
        *ret_there = !absent;
    buf_fini(&text);
    return r;
}

/* A line for the key that log.opened names, and for each that came with a rotation. */
static void add_log_key(struct buf *b, const struct entry *e)
{
    struct log_opened opened = {0};
    struct key_rotated rotated = {0};
    enum kind_id kind = e->kind ? log_kind(e) : KIND_NONE;
    if (kind == KIND_LOG_OPENED && log_read(&log_opened_shape, e, &opened))
        buf_printf(b, "log %s\n", opened.vkey);
    if (kind == KIND_KEY_ROTATED && log_read(&key_rotated_shape, e, &rotated))
        buf_printf(b, "log %s\n", rotated.new);
}

/* Without a policy of its own the log asks nobody else: its keys, no quorum. */
static int own_policy(struct make *m)
{
    struct buf b;
    buf_init(&b);
    for (size_t i = 0; i < m->nsupport; i++)
        add_log_key(&b, &m->support[i]);
    buf_puts(&b, "quorum none\n");
    int r = make_file(m, BUNDLE_POLICY, arena_strndup(&m->a, b.data, b.len), b.len);
    buf_fini(&b);
    return r;
}

int make_kept(struct make *m)
{
    static const char *const maybe[] = {BUNDLE_TSA, BUNDLE_CHAIN, BUNDLE_CRLS};
    bool there;
    int r = take(m, BUNDLE_KEYS, BOUND_NOTE_BYTES, NULL);
    if (!r)
        r = take(m, BUNDLE_ROOT, BOUND_NOTE_BYTES, NULL);
    if (!r)
        r = take(m, BUNDLE_POLICY, BOUND_POLICY_BYTES, &there);
    if (!r && !there)
        r = own_policy(m);
    for (size_t i = 0; i < sizeof(maybe) / sizeof(*maybe) && !r; i++)
        r = take(m, maybe[i], BOUND_PEM_BYTES, &there);
    return r;
}
