/* What changes what a record says: as it is, and as it was on a day, from the log. */
#include "ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/hash.h"
#include "base/mem.h"

static const char *const basis_columns[] = {"name:名称:name", "value:SHA-256 または値:SHA-256, or value",
                                            NULL};
static const char *const basis_by_columns[] = {"dept:部門:department", "person:承認者:accepted by",
                                               "at:日時:at", NULL};

/* The log's digests as sha256sum(1) writes them. */
static void set_hex(json_t *item)
{
    const char *digest = json_string_value(json_object_get(item, "sha256"));
    uint8_t hash[HASH_LEN];
    struct buf hex;
    buf_init(&hex);
    if (digest && enc_unb64url_fixed(digest, strlen(digest), hash, sizeof(hash)) == 0) {
        enc_hex(&hex, hash, sizeof(hash));
        json_object_set_new(item, "value", json_string(hex.data));
    } else if (json_object_get(item, "text")) {
        json_object_set(item, "value", json_object_get(item, "text"));
    }
    buf_fini(&hex);
}

static void print_accepted(const json_t *v)
{
    static const char *const dept[] = {"management", "quality"};
    json_t *list = jansson_array();
    for (size_t i = 0; i < 2; i++) {
        json_t *by = json_object_get(v, dept[i]);
        if (by && json_object_set_new(by, "dept", json_string(dept[i])) == 0)
            json_array_append(list, by);
    }
    if (json_array_size(list)) {
        putchar('\n');
        ctl_print_table(list, basis_by_columns);
    }
    json_decref(list);
}

/* A table of rights that waits, with what whoever accepts it names; one that is not understood. */
static void print_rights(const json_t *v)
{
    json_t *one;
    size_t i;
    if (json_object_get(v, "unreadable"))
        ctl_printf(
            "\n%s%s\n",
            say("権限表に読めない部分があります：", "the table of rights in force is not all understood: "),
            ctl_text(json_object_get(v, "unreadable")));
    if (json_object_get(v, "proposed"))
        ctl_printf("\n%s\n",
                   say("別の権限表が承認を待っています。それまでは前の表によります",
                       "another table of rights waits for its acceptance; until then the one before rules"));
    json_array_foreach(json_object_get(v, "weaker"), i, one) ctl_printf("  --weakened '%s'\n", ctl_text(one));
}

static void print_basis(struct ctl *c, json_t *v)
{
    json_t *item;
    size_t i;
    if (c->json) {
        ctl_print_json(v);
        return;
    }
    json_array_foreach(json_object_get(v, "items"), i, item) set_hex(item);
    ctl_printf("%s  %s  %s\n\n", ctl_text(json_object_get(v, "state")),
               ctl_text(json_object_get(v, "digest")), ctl_text(json_object_get(v, "since")));
    ctl_print_table(json_object_get(v, "items"), basis_columns);
    print_rights(json_object_get(v, "rights"));
    print_accepted(v);
}

/* ── as it was ─────────────────────────────────────────────────────────── */

static const char *const protocol_columns[] = {"protocol:製造手順:protocol", "version:版:version",
                                               "since:発効:in force since", NULL};

/* What was in force then, of the entries up to a moment. */
struct then {
    int64_t until;
    json_t *basis;   /* the newest basis.changed, as /v1/basis tells it */
    json_t *rights;  /* the text of the table in force */
    json_t *tables;  /* digest of a basis -> the table that came with it, or before */
    json_t *agreed;  /* digest of a basis -> departments that accepted it */
    json_t *newest;  /* the table that was recorded last */
    json_t *waiting; /* "<stream>" -> departments that approved it */
    json_t *protocols;
};

static void see_basis(struct then *t, const json_t *e)
{
    const json_t *body = json_object_get(e, "body");
    json_t *v =
        json_pack("{s:s,s:O,s:O,s:O}", "state", "unaccepted", "digest", json_object_get(body, "digest"),
                  "since", json_object_get(e, "at"), "items", json_object_get(body, "items"));
    if (json_integer_value(json_object_get(e, "sseq")) == 1)
        json_object_set_new(v, "state", json_string("setup"));
    json_decref(t->basis);
    t->basis = v;
    if (json_object_get(body, "rights")) {
        json_decref(t->newest);
        t->newest = json_incref(json_object_get(body, "rights"));
    }
    if (!t->rights) /* the first one stands */
        t->rights = json_incref(t->newest);
    const char *digest = json_string_value(json_object_get(body, "digest"));
    if (digest && t->newest)
        json_object_set(t->tables, digest, t->newest);
}

/* A table is in force once both have accepted what it came with. */
static void see_table(struct then *t, const char *basis, const char *dept)
{
    json_t *table = basis ? json_object_get(t->tables, basis) : NULL;
    json_t *by = basis ? json_object_get(t->agreed, basis) : NULL;
    if (!table || !dept)
        return;
    if (!by) {
        by = jansson_object();
        json_object_set_new(t->agreed, basis, by);
    }
    json_object_set_new(by, dept, json_true());
    if (json_object_size(by) == 2) {
        json_decref(t->rights);
        t->rights = json_incref(table);
        json_object_del(t->agreed, basis);
    }
}

static void see_accepted(struct then *t, const json_t *e)
{
    const json_t *body = json_object_get(e, "body"), *actor = json_object_get(e, "actor");
    const char *dept = json_string_value(json_object_get(body, "dept"));
    see_table(t, json_string_value(json_object_get(body, "basis")), dept);
    if (!dept || !json_equal(json_object_get(body, "basis"), json_object_get(t->basis, "digest")))
        return;
    json_object_set_new(t->basis, dept,
                        json_pack("{s:O,s:O}", "person", json_object_get(actor, "performed"), "at",
                                  json_object_get(e, "at")));
    if (json_object_get(t->basis, "management") && json_object_get(t->basis, "quality"))
        json_object_set_new(t->basis, "state", json_string("accepted"));
}

/* In force with the second department's approval; the newest of its name. */
static void see_approved(struct then *t, const json_t *e)
{
    const char *stream = json_string_value(json_object_get(e, "stream"));
    const char *dept = json_string_value(json_object_get(json_object_get(e, "body"), "dept"));
    const char *at = stream ? strrchr(stream, '@') : NULL, *id = stream ? strchr(stream, '/') : NULL;
    if (!dept || !at || !id)
        return;
    json_t *by = json_object_get(t->waiting, stream);
    if (!by) {
        by = jansson_object();
        json_object_set_new(t->waiting, stream, by);
    }
    json_object_set_new(by, dept, json_true());
    if (json_object_size(by) < 2)
        return;
    char *name = strndup(id + 1, (size_t)(at - id - 1));
    json_object_set_new(
        t->protocols, name,
        json_pack("{s:s,s:s,s:O}", "protocol", name, "version", at + 1, "since", json_object_get(e, "at")));
    free(name);
}

/* A page of the log; true: there may be another. */
static bool see_page(struct then *t, const json_t *v, void (*see)(struct then *, const json_t *),
                     int64_t *after)
{
    const json_t *list = json_object_get(v, "entries");
    json_t *e;
    size_t i;
    json_array_foreach((json_t *)list, i, e)
    {
        int64_t at;
        const char *text = json_string_value(json_object_get(e, "at"));
        if (!text || clock_parse(text, &at) != 0 || at > t->until)
            return false;
        see(t, e);
        *after = json_integer_value(json_object_get(e, "idx"));
    }
    return json_array_size(list) > 0;
}

static int see_log(struct ctl *c, struct then *t, const char *query,
                   void (*see)(struct then *, const json_t *))
{
    int64_t after = -1;
    bool more = true;
    int code = EXIT_FINE;
    while (more && !code) {
        struct buf path;
        json_t *v = NULL;
        buf_init(&path);
        buf_printf(&path, "/v1/log?limit=1000&%s&after=%lld", query, (long long)after);
        code = ctl_call(c, path.data, NULL, &v);
        buf_fini(&path);
        more = !code && see_page(t, v, see, &after);
        json_decref(v);
    }
    return code;
}

/* A day ends where the facility's does. */
static bool until_of(const char *at, const json_t *now, int64_t *ret)
{
    int64_t day;
    json_t *item;
    size_t i;
    json_array_foreach(json_object_get(now, "items"), i, item)
    {
        const char *name = json_string_value(json_object_get(item, "name"));
        const char *zone = json_string_value(json_object_get(item, "text"));
        if (name && zone && strcmp(name, "zone") == 0 && clock_zone_use(zone) != 0)
            return false;
    }
    if (clock_day_parse(at, &day) == 0)
        *ret = clock_day_start(day + 1) - 1;
    else if (clock_parse_rfc3339(at, ret) != 0)
        return false;
    return true;
}

static void print_then(struct ctl *c, struct then *t)
{
    json_t *list = jansson_array(), *p;
    const char *name;
    json_object_foreach(t->protocols, name, p) json_array_append(list, p);
    if (c->json)
        json_object_set(t->basis, "protocols", list);
    print_basis(c, t->basis);
    if (!c->json && json_array_size(list)) {
        putchar('\n');
        ctl_print_table(list, protocol_columns);
    }
    json_decref(list);
}

static int show_then(struct ctl *c, const struct ctl_command *cmd, const char *at, bool rights,
                     const json_t *now)
{
    struct then t = {.waiting = jansson_object(),
                     .protocols = jansson_object(),
                     .tables = jansson_object(),
                     .agreed = jansson_object()};
    int code = until_of(at, now, &t.until)
                   ? EXIT_FINE
                   : ctl_usage(cmd, say("日付か時刻ではありません: %s", "no day and no time: %s"), at);
    if (!code)
        code = see_log(c, &t, "stream=facility&kind=basis.changed", see_basis);
    if (!code && t.basis)
        code = see_log(c, &t, "stream=facility&kind=basis.accepted", see_accepted);
    if (!code && t.basis)
        code = see_log(c, &t, "kind=protocol.approved", see_approved);
    if (!code && !t.basis) {
        fprintf(stderr, say("%s にはまだ何もありません\n", "nothing was in force at %s yet\n"), at);
        code = EXIT_REFUSED;
    } else if (!code && rights) {
        fputs(json_string_length(t.rights) ? json_string_value(t.rights) : "", stdout);
    } else if (!code) {
        print_then(c, &t);
    }
    json_decref(t.basis);
    json_decref(t.rights);
    json_decref(t.tables);
    json_decref(t.agreed);
    json_decref(t.newest);
    json_decref(t.waiting);
    json_decref(t.protocols);
    return code;
}

static int run_basis_show(struct ctl *c, const struct ctl_command *cmd)
{
    const char *at = args_get(&c->args, "at");
    bool rights = args_flag(&c->args, "rights");
    json_t *v = NULL;
    int code = ctl_connect(c);
    const char *other = code ? NULL : args_unknown(&c->args);
    if (other)
        code = ctl_usage(cmd, say("知らないオプション: --%s", "unknown option --%s"), other);
    else if (rights && !at)
        code = ctl_usage(cmd, "%s", say("--rights には --at が要ります", "--rights wants --at"));
    if (!code)
        code = ctl_call(c, "/v1/basis", NULL, &v);
    if (!code && at)
        code = show_then(c, cmd, at, rights, v);
    else if (!code)
        print_basis(c, v);
    json_decref(v);
    return code;
}

const struct ctl_command ctl_basis_commands[] = {
    {"basis", "show", "[--at DATE [--rights]]", "記録の内容を左右する文言・設定と、その承認",
     "what changes what a record says, and who accepted it",
     "    DATE: その日の終わり（または時刻）に有効だったもの。--rights はその時の権限表",
     "    DATE: in force at the end of that day (or at a time). --rights: the table of rights then",
     run_basis_show, NULL},
    {0},
};
