/* The table of what is checked besides, and who calls it. */
#include "audit/hook.h"
#include "audit/keys.h"

const struct audit_hook audit_hooks[] = {
    {"acts", NULL, audit_acts_begin, NULL, NULL, audit_acts_fini},
    {"keys", NULL, audit_keys_begin, NULL, NULL, NULL},
    {"paths", NULL, NULL, NULL, audit_path_end, NULL}, /* the others ask by index */
    {"maps", audit_map_kinds, audit_map_begin, audit_map_entry, audit_map_end, audit_map_fini},
    {"redactions", audit_redact_kinds, audit_redact_begin, audit_redact_entry, audit_redact_end,
     audit_redact_fini},
    {"anchors", NULL, audit_anchor_begin, NULL, audit_anchor_end, audit_anchor_fini},
    {NULL, NULL, NULL, NULL, NULL, NULL},
};

static bool wants(const struct audit_hook *h, enum kind_id kind)
{
    for (const enum kind_id *k = h->kinds; k && *k; k++)
        if (*k == kind)
            return true;
    return false;
}

bool audit_hooks_want(enum kind_id kind)
{
    for (const struct audit_hook *h = audit_hooks; h->name; h++)
        if (wants(h, kind))
            return true;
    return false;
}

int audit_hooks_begin(struct audit *a)
{
    int err = 0;
    for (size_t i = 0; audit_hooks[i].name && !err; i++) {
        require(i < AUDIT_HOOKS);
        if (audit_hooks[i].begin)
            err = audit_hooks[i].begin(a, &a->hook_state[i]);
    }
    return err;
}

int audit_hooks_entry(struct audit *a, const struct entry *e)
{
    int err = 0;
    for (size_t i = 0; audit_hooks[i].name && !err; i++)
        if (audit_hooks[i].entry && wants(&audit_hooks[i], kind_find(e->kind)))
            err = audit_hooks[i].entry(a, a->hook_state[i], e);
    return err;
}

int audit_hooks_end(struct audit *a)
{
    int err = 0;
    for (size_t i = 0; audit_hooks[i].name && !err; i++)
        if (audit_hooks[i].end)
            err = audit_hooks[i].end(a, a->hook_state[i]);
    return err;
}

void audit_hooks_fini(struct audit *a)
{
    for (size_t i = 0; audit_hooks[i].name; i++)
        if (audit_hooks[i].fini)
            audit_hooks[i].fini(a->hook_state[i]);
}
