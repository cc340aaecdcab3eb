/* What a printed checkpoint catches: old bundles and second histories (doc/testing.md, attacks, rows 5, 10,
 * 12). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify_cases.h"

static void hold_newest(struct bundle_rig *r, struct verify_options *o)
{
    rig_checkpoint(r, r->n, r->log, &held[0]);
    o->nknown = 1;
    give(&o->known[0], 0, "printed");
}

static void hold_fork(struct bundle_rig *r, struct verify_options *o)
{
    r->leaf[r->n - 1][0] ^= 1;
    hold_newest(r, o);
    r->leaf[r->n - 1][0] ^= 1;
}

/* Only the three lines, as somebody read them from paper. */
static void hold_bare(struct bundle_rig *r, struct verify_options *o)
{
    hold_newest(r, o);
    char *end = strstr(held[0].data, "\n\n");
    end[1] = '\0';
    o->known[0].len = strlen(held[0].data);
}

/* The same, by an editor on Windows: a mark in front, CR LF, blanks, an empty line. */
static void hold_typed(struct bundle_rig *r, struct verify_options *o)
{
    struct buf typed;
    hold_bare(r, o);
    buf_init(&typed);
    buf_puts(&typed, "\xef\xbb\xbf");
    for (const char *c = held[0].data; *c; c++)
        if (*c == '\n')
            buf_puts(&typed, " \r\n");
        else
            buf_addc(&typed, *c);
    buf_puts(&typed, "\r\n\r\n");
    buf_fini(&held[0]);
    held[0] = typed;
    give(&o->known[0], 0, "typed");
}

/* The whole note, its lines ended so, and none behind the last. */
static void hold_note_crlf(struct bundle_rig *r, struct verify_options *o)
{
    struct buf typed;
    hold_newest(r, o);
    buf_init(&typed);
    for (const char *c = held[0].data; c[1]; c++) {
        if (*c == '\n')
            buf_addc(&typed, '\r');
        buf_addc(&typed, *c);
    }
    buf_fini(&held[0]);
    held[0] = typed;
    give(&o->known[0], 0, "typed");
}

static void hold_newer(struct bundle_rig *r, struct verify_options *o)
{
    struct checkpoint c = {.size = r->n + 10};
    snprintf(c.origin, sizeof(c.origin), "%s", r->origin);
    checkpoint_format(&c, &held[0]);
    o->nknown = 1;
    give(&o->known[0], 0, "printed");
}

static void hold_other_log(struct bundle_rig *r, struct verify_options *o)
{
    hold_newer(r, o);
    held[0].data[0] = 'x';
}

static void hold_older(struct bundle_rig *r, struct verify_options *o)
{
    rig_checkpoint(r, r->n / 2, r->log, &held[0]);
    o->nknown = 1;
    give(&o->known[0], 0, "printed");
}

static void hold_older_fork(struct bundle_rig *r, struct verify_options *o)
{
    r->leaf[0][0] ^= 1;
    hold_older(r, o);
    r->leaf[0][0] ^= 1;
}

static void hold_unproven(struct bundle_rig *r, struct verify_options *o)
{
    rig_checkpoint(r, 7, r->log, &held[0]);
    o->nknown = 1;
    give(&o->known[0], 0, "printed");
}

static void hold_garbage(struct bundle_rig *r, struct verify_options *o)
{
    (void)r;
    buf_puts(&held[0], "what?\n");
    o->nknown = 1;
    give(&o->known[0], 0, "printed");
}

static void hold_two(struct bundle_rig *r, struct verify_options *o)
{
    hold_older(r, o);
    rig_checkpoint(r, r->n, r->log, &held[1]);
    o->nknown = 2;
    give(&o->known[1], 1, "printed later");
}

static void old_name(const struct bundle_rig *r, const char *end, char *ret)
{
    snprintf(ret, BUNDLE_NAME, "consistency/%zu%s", r->n / 2, end);
}

static void old_hash(struct bundle_rig *r, struct verify_options *o)
{
    char name[BUNDLE_NAME];
    (void)o;
    old_name(r, ".proof", name);
    char *p = strchr(rig_file(r, name)->data, '\n') + 1;
    p[3] = p[3] == 'A' ? 'B' : 'A';
}

static void old_unproved(struct bundle_rig *r, struct verify_options *o)
{
    char name[BUNDLE_NAME];
    (void)o;
    old_name(r, ".proof", name);
    rig_drop(r, name);
}

static void old_misspelt(struct bundle_rig *r, struct verify_options *o)
{
    char name[BUNDLE_NAME];
    (void)o;
    old_name(r, ".proof", name);
    rig_file(r, name)->data[0] = 'O'; /* Old 15 */
}

static void old_unsigned(struct bundle_rig *r, struct verify_options *o)
{
    char name[BUNDLE_NAME];
    (void)o;
    old_name(r, ".checkpoint", name);
    struct buf *b = rig_file(r, name);
    buf_clear(b);
    rig_checkpoint(r, r->n / 2, r->thief, b);
}

/* clang-format off */
const struct doctored cases_known[] = {
    {"known_newest", {CLOSED}, hold_newest, HOLDS},
    {"known_bare", {CLOSED}, hold_bare, HOLDS},
    {"known_typed", {CLOSED}, hold_typed, HOLDS},
    {"known_note_crlf", {CLOSED}, hold_note_crlf, HOLDS},
    {"known_older", {FULL}, hold_older, HOLDS},
    {"known_two", {FULL}, hold_two, HOLDS},
    {"fork", {FULL, .twist = TWIST_FORK}, NULL, VERIFY_KNOWN, "consistency.proof", "consistency/15.proof", false},
    {"known_newer", {CLOSED}, hold_newer, VERIFY_KNOWN, "known.newer", "printed", false},
    {"known_fork", {CLOSED}, hold_fork, VERIFY_KNOWN, "known.fork", "printed", false},
    {"known_older_fork", {FULL}, hold_older_fork, VERIFY_KNOWN, "known.fork", "printed", false},
    {"known_unproven", {FULL}, hold_unproven, VERIFY_KNOWN, "known.unproven", "printed", false},
    {"known_other_log", {CLOSED}, hold_other_log, VERIFY_KNOWN, "known.origin", "printed", false},
    {"known_garbage", {CLOSED}, hold_garbage, VERIFY_KNOWN, "known.form", "printed", false},
    {"consistency_hash", {FULL}, old_hash, VERIFY_KNOWN, "consistency.proof", "consistency/15.proof", false},
    {"consistency_unproved", {FULL}, old_unproved, VERIFY_LAYOUT, "layout.missing", "consistency/15.checkpoint", false},
    {"consistency_misspelt", {FULL}, old_misspelt, VERIFY_KNOWN, "consistency.form", "consistency/15.proof", false},
    {"consistency_unsigned", {FULL}, old_unsigned, VERIFY_KNOWN, "consistency.note", "consistency/15.checkpoint", false},
    {0},
};
/* clang-format on */
