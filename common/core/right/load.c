/* etc/rights.yaml: read strictly. What is not known is named, with what it was near. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bounds.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/hash.h"
#include "core/protocol/diag.h"
#include "core/protocol/ytree.h"
#include "core/right/right.h"

#define WORDS_MAX 200 /* bytes of a title */

#define RIGHT_ACT_WORD_(id, name) [RIGHT_##id] = (name),
static const char *const act_word[RIGHTS] = {RIGHT_ACTS(RIGHT_ACT_WORD_)};
const struct word_list right_act_words = {RIGHTS, act_word};

#define RIGHT_BAR_WORD_(id, word, ja, en) [RIGHT_BAR_##id] = (word),
static const char *const bar_word[RIGHT_BARS_END] = {RIGHT_BARS(RIGHT_BAR_WORD_)};
const struct word_list right_bar_words = {RIGHT_BARS_END, bar_word};

struct text right_bar_title(enum right_bar bar)
{
#define RIGHT_BAR_TITLE_(id, word, ja, en) [RIGHT_BAR_##id] = {ja, en},
    static const struct text title[RIGHT_BARS_END] = {RIGHT_BARS(RIGHT_BAR_TITLE_)};
    return title[bar];
}

#define GRADES_MAX           100
#define DAY_MS               (INT64_C(24) * 3600 * 1000)
#define ASSESS_DEFAULT_MS    (INT64_C(4) * 3600 * 1000)
#define QUALIFIED_DEFAULT_MS (731 * DAY_MS) /* two years */
#define MEASURE_DEFAULT_MS   (180 * DAY_MS)
static const char *const grade_word[] = {NULL, "minor", "major"};
const struct word_list grade_words = {sizeof(grade_word) / sizeof(*grade_word), grade_word};
struct least {
    const char *cause;
    enum grade grade;
};

struct rights {
    struct arena arena;
    const char *text;
    size_t nroles;
    struct right_role role[RIGHT_ROLES];
    struct right right[RIGHTS];
    bool said[RIGHTS];
    size_t ngrades;
    struct least grade[GRADES_MAX];
    int64_t assess_ms, qualified_ms, measure_ms;
    size_t nfaults; /* of a table of the log */
    struct protocol_error fault;
};

struct loader {
    struct rights *r;
    struct diag d;
    size_t nfaults; /* each, also where the same place was complained of before */
    struct arena nodes;
};

/* ---- words ---- */

static const char *meant(struct loader *l, const struct nearest *n)
{
    return n->best ? arena_printf(&l->nodes, "did you mean `%s`?", n->best) : NULL;
}

#define fault_near(l, n, hint, ...)                                                                          \
    ((l)->nfaults++, diag_put(&(l)->d, (n)->line, (n)->column, (hint), __VA_ARGS__))
#define fault(l, n, ...) fault_near(l, n, NULL, __VA_ARGS__)

static bool is(struct loader *l, const struct ynode *n, enum ynode_kind kind, const char *what)
{
    const struct ynode want = {.kind = kind};
    if (n->kind == kind)
        return true;
    fault(l, n, "%s must be %s, not %s", what, ynode_kind_name(&want), ynode_kind_name(n));
    return false;
}

/* The index of the word; 0 after a complaint. */
static int word_of(struct loader *l, const struct ynode *n, const struct word_list *words, const char *what)
{
    if (!is(l, n, YNODE_SCALAR, what))
        return 0;
    int i = word_find(words, n->str);
    struct nearest near;
    nearest_init(&near, n->str);
    for (size_t k = 1; i == 0 && k < words->n; k++)
        nearest_offer(&near, words->word[k]);
    if (i == 0)
        fault_near(l, n, meant(l, &near), "no such %s: `%.60s`", what, n->str);
    return i;
}

/* Only the keys named, a list ended by NULL. */
static void only(struct loader *l, const struct ynode *map, const char *const *keys)
{
    ynode_each(it, map) {
        struct nearest near;
        size_t i = 0;
        nearest_init(&near, it->key->str);
        for (; keys[i] && strcmp(keys[i], it->key->str) != 0; i++)
            nearest_offer(&near, keys[i]);
        if (!keys[i])
            fault_near(l, it->key, meant(l, &near), "unknown key `%.60s`", it->key->str);
    }
}

static const char *text_of(struct loader *l, const struct ynode *map, const char *key)
{
    const struct ynode *v = ynode_get(map, key);
    if (!v)
        fault(l, map, "`%s` is missing", key);
    else if (is(l, v, YNODE_SCALAR, key) && (v->len == 0 || v->len > WORDS_MAX))
        fault(l, v, "`%s` is empty or longer than %d bytes", key, WORDS_MAX);
    return v && v->kind == YNODE_SCALAR ? v->str : "";
}

static bool truth_of(struct loader *l, const struct ynode *map, const char *key)
{
    const struct ynode *v = ynode_get(map, key);
    if (!v || !is(l, v, YNODE_SCALAR, key))
        return false;
    bool yes = strcmp(v->str, "true") == 0;
    if (!yes && strcmp(v->str, "false") != 0)
        fault(l, v, "`%s` must be true or false", key);
    return yes;
}

/* ---- roles ---- */

static void read_role(struct loader *l, const struct ynode *id, const struct ynode *n)
{
    static const char *const keys[] = {"dept", "appointed", "ja", "en", NULL};
    struct rights *r = l->r;
    if (!is(l, n, YNODE_MAP, "a role"))
        return;
    if (r->nroles == RIGHT_ROLES) {
        diag_limit(&l->d, id->line, id->column, NULL, "more than %d roles", RIGHT_ROLES);
        return;
    }
    only(l, n, keys);
    struct right_role role = {.id = id->str,
                              .appointed = truth_of(l, n, "appointed"),
                              .title = {text_of(l, n, "ja"), text_of(l, n, "en")}};
    const struct ynode *depts = ynode_get(n, "dept");
    if (!depts)
        fault(l, n, "`dept` is missing: the departments in which the role counts");
    else if (is(l, depts, YNODE_LIST, "dept"))
        ynode_each(it, depts)
            role.depts |= 1u << word_of(l, it->value, &dept_words, "department");
    r->role[r->nroles++] = role;
}

static uint64_t role_bit(struct loader *l, const struct ynode *n)
{
    const char *near = NULL;
    const struct right_role *role = rights_role(l->r, n->str, &near);
    if (role)
        return UINT64_C(1) << (role - l->r->role);
    fault_near(l, n, near ? arena_printf(&l->nodes, "did you mean `%s`?", near) : NULL,
               "no such role: `%.60s`", n->str);
    return 0;
}

static struct right_who who_of(struct loader *l, const struct ynode *act, const char *key)
{
    const struct ynode *list = ynode_get(act, key);
    struct right_who who = {0};
    if (!list || !is(l, list, YNODE_LIST, key))
        return who;
    ynode_each(it, list) {
        if (!is(l, it->value, YNODE_SCALAR, "a role"))
            continue;
        if (strcmp(it->value->str, "anybody") == 0)
            who.anybody = true;
        else if (strcmp(it->value->str, "oneself") == 0)
            who.oneself = true;
        else
            who.roles |= role_bit(l, it->value);
    }
    if (!right_wanted(&who))
        fault(l, list, "`%s` names nobody", key);
    return who;
}

/* ---- acts ---- */

static void read_act(struct loader *l, const struct ynode *id, const struct ynode *n)
{
    static const char *const keys[] = {"by", "second", "instead", "never", "document", "ja", "en", NULL};
    int act = word_of(l, id, &right_act_words, "act");
    size_t before = l->nfaults;
    if (!act || !is(l, n, YNODE_MAP, "an act"))
        return;
    only(l, n, keys);
    struct right right = {.by = who_of(l, n, "by"),
                          .second = who_of(l, n, "second"),
                          .instead = who_of(l, n, "instead"),
                          .document = truth_of(l, n, "document"),
                          .title = {text_of(l, n, "ja"), text_of(l, n, "en")}};
    const struct ynode *never = ynode_get(n, "never");
    if (!ynode_get(n, "by"))
        fault(l, n, "`by` is missing: who may do it");
    if (never && is(l, never, YNODE_LIST, "never"))
        ynode_each(it, never)
            right.never |= 1u << word_of(l, it->value, &right_bar_words, "bar");
    l->r->said[act] = true;
    if (l->nfaults == before) /* else it is nobody's: half of it might be more than was meant */
        l->r->right[act] = right;
}

/* ---- grades ---- */

static void read_grade(struct loader *l, const struct ynode *cause, const struct ynode *n)
{
    struct rights *r = l->r;
    enum grade grade = (enum grade)word_of(l, n, &grade_words, "grade");
    if (r->ngrades == GRADES_MAX)
        diag_limit(&l->d, cause->line, cause->column, NULL, "more than %d grades", GRADES_MAX);
    else
        r->grade[r->ngrades++] = (struct least){cause->str, grade ? grade : GRADE_MAJOR};
}

/* `ret` stays as it is where it is not said. */
static void read_span(struct loader *l, const struct ynode *root, const char *key, int days, int64_t *ret)
{
    const struct ynode *n = ynode_get(root, key);
    int64_t ms;
    if (!n || !is(l, n, YNODE_SCALAR, key))
        return;
    if (clock_span_parse(n->str, &ms) == 0 && 0 < ms && ms <= days * DAY_MS)
        *ret = ms;
    else
        fault(l, n, "`%s` must be a span such as 4h or 30d, of at most %d days", key, days);
}

static void read_all(struct loader *l, const struct ynode *root)
{
    static const char *const keys[] = {
        "rights", "roles", "acts", "grades", "assessed-within", "qualified-within", "measures-within", NULL};
    if (!is(l, root, YNODE_MAP, "the file"))
        return;
    only(l, root, keys);
    const struct ynode *version = ynode_get(root, "rights"), *roles = ynode_get(root, "roles"),
                       *acts = ynode_get(root, "acts"), *grades = ynode_get(root, "grades");
    if (!version || version->kind != YNODE_SCALAR || strcmp(version->str, "1") != 0)
        fault(l, root, "`rights: 1` is missing: which form the file has");
    if (roles && is(l, roles, YNODE_MAP, "roles"))
        ynode_each(it, roles)
            read_role(l, it->key, it->value);
    if (acts && is(l, acts, YNODE_MAP, "acts"))
        ynode_each(it, acts)
            read_act(l, it->key, it->value);
    if (grades && is(l, grades, YNODE_MAP, "grades"))
        ynode_each(it, grades)
            read_grade(l, it->key, it->value);
    read_span(l, root, "assessed-within", 30, &l->r->assess_ms);
    read_span(l, root, "qualified-within", 3653, &l->r->qualified_ms);
    read_span(l, root, "measures-within", 400, &l->r->measure_ms);
    for (int i = RIGHT_NONE + 1; i < RIGHTS; i++)
        if (!l->r->said[i])
            fault(l, acts ? acts : root, "nobody may do `%s`: the act is missing", act_word[i]);
}

static void load(struct loader *l, const char *text, size_t len, struct protocol_error *errors, size_t max)
{
    l->r = xcalloc(1, sizeof(*l->r));
    l->r->assess_ms = ASSESS_DEFAULT_MS;
    l->r->qualified_ms = QUALIFIED_DEFAULT_MS;
    l->r->measure_ms = MEASURE_DEFAULT_MS;
    diag_init(&l->d, errors, max);
    arena_init(&l->r->arena, 0);
    arena_init(&l->nodes, 0);
    const struct ynode *root = NULL;
    if (len > BOUND_RIGHTS_BYTES)
        diag_limit(&l->d, 0, 0, NULL, "more than %d bytes", BOUND_RIGHTS_BYTES);
    else
        root = ytree_parse(&l->nodes, &l->r->arena, text, len, &l->d);
    if (root)
        read_all(l, root);
    l->r->text = arena_strndup(&l->r->arena, text, len);
    diag_sort(&l->d);
    arena_fini(&l->nodes);
}

int rights_load(const char *text, size_t len, struct rights **ret, struct protocol_error *errors, size_t max,
                size_t *ret_n)
{
    struct loader l = {0};
    load(&l, text, len, errors, max);
    *ret_n = l.d.n;
    if (l.d.rc == CPF_OK) {
        *ret = l.r;
        return CPF_OK;
    }
    rights_free(l.r);
    return l.d.rc;
}

/* The role by that name; given the facility if the table has none and there is room. 0: there is none. */
static uint64_t own_role(struct rights *r, const char *id, enum dept dept, struct text title)
{
    const struct right_role *role = rights_role(r, id, NULL);
    if (!role && r->nroles == RIGHT_ROLES)
        return 0;
    if (!role) {
        r->role[r->nroles] = (struct right_role){id, 1u << dept, true, title};
        role = &r->role[r->nroles++];
    }
    return UINT64_C(1) << (role - r->role);
}

/* Whoever can accept another table is always there. */
static struct right own_acceptance(struct rights *r)
{
    const struct text fm = {"施設管理者", "facility manager"}, qm = {"品質部門責任者", "quality manager"},
                      dfm = {"施設管理者代行", "deputy facility manager"},
                      dqm = {"品質部門責任者代行", "deputy quality manager"};
    return (struct right){.by.roles = own_role(r, "facility-manager", DEPT_MANAGEMENT, fm) |
                                      own_role(r, "deputy-facility-manager", DEPT_MANAGEMENT, dfm) |
                                      own_role(r, "quality-manager", DEPT_QUALITY, qm) |
                                      own_role(r, "deputy-quality-manager", DEPT_QUALITY, dqm)};
}

struct rights *rights_load_logged(const char *text)
{
    struct protocol_error first = {0};
    struct loader l = {0};
    load(&l, text, strlen(text), &first, 1);
    struct right *accept = &l.r->right[RIGHT_BASIS_ACCEPTED];
    if (l.d.rc != CPF_OK && !right_wanted(&accept->by))
        *accept = own_acceptance(l.r);
    for (int i = RIGHT_NONE + 1; i < RIGHTS; i++)
        if (!l.r->right[i].title.en)
            l.r->right[i].title = (struct text){act_word[i], act_word[i]};
    l.r->nfaults = l.d.n;
    l.r->fault = first;
    return l.r;
}

size_t rights_faults(const struct rights *r, const struct protocol_error **ret_first)
{
    *ret_first = &r->fault;
    return r->nfaults;
}

void rights_digest(const char *text, char ret[44])
{
    uint8_t hash[HASH_LEN];
    hash_sha256(text, strlen(text), hash);
    enc_digest(hash, ret);
}

static void __attribute__((format(printf, 2, 3))) tell(char **ret_error, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    require(vasprintf(ret_error, fmt, ap) >= 0);
    va_end(ap);
}

int rights_load_file(const char *path, struct rights **ret, char **ret_error)
{
    struct protocol_error first;
    struct buf text;
    size_t n = 0;
    buf_init(&text);
    int err = file_read(path, BOUND_PROTOCOL_BYTES, &text);
    if (err) {
        tell(ret_error, "%s: %s", path, file_strerror(err));
    } else {
        err = rights_load(text.data ? text.data : "", text.len, ret, &first, 1, &n);
        if (err)
            tell(ret_error, "%s:%d:%d: %s%s%s", path, first.line, first.column, first.text,
                 *first.hint ? "; " : "", first.hint);
    }
    buf_fini(&text);
    return err;
}

void rights_free(struct rights *r)
{
    if (!r)
        return;
    arena_fini(&r->arena);
    free(r);
}

/* ---- what is asked of it ---- */

const char *rights_text(const struct rights *r)
{
    return r->text;
}

enum grade rights_least(const struct rights *r, const char *cause)
{
    for (size_t i = 0; i < r->ngrades; i++)
        if (strcmp(r->grade[i].cause, cause) == 0)
            return r->grade[i].grade;
    return GRADE_NONE;
}

size_t rights_grades(const struct rights *r)
{
    return r->ngrades;
}

const char *rights_grade_cause(const struct rights *r, size_t i)
{
    require(i < r->ngrades);
    return r->grade[i].cause;
}

int64_t rights_assess_ms(const struct rights *r)
{
    return r->assess_ms;
}

int64_t rights_qualified_ms(const struct rights *r)
{
    return r->qualified_ms;
}

int64_t rights_measure_days(const struct rights *r)
{
    return r->measure_ms / DAY_MS;
}

const struct right *rights_of(const struct rights *r, enum right_act act)
{
    require(act > RIGHT_NONE && act < RIGHTS);
    return &r->right[act];
}

size_t rights_roles(const struct rights *r)
{
    return r->nroles;
}

const struct right_role *rights_role_at(const struct rights *r, size_t i)
{
    require(i < r->nroles);
    return &r->role[i];
}

const struct right_role *rights_role(const struct rights *r, const char *id, const char **ret_near)
{
    struct nearest near;
    nearest_init(&near, id);
    for (size_t i = 0; i < r->nroles; i++) {
        if (strcmp(r->role[i].id, id) == 0)
            return &r->role[i];
        nearest_offer(&near, r->role[i].id);
    }
    if (ret_near)
        *ret_near = near.best;
    return NULL;
}

static void put(struct buf *ja, struct buf *en, struct text title)
{
    buf_printf(ja, "%s%s", ja->len ? "、" : "", title.ja);
    buf_printf(en, "%s%s", en->len ? ", " : "", title.en);
}

struct text rights_words(const struct rights *r, const struct right_who *who, struct arena *a)
{
    struct buf ja, en;
    buf_init(&ja);
    buf_init(&en);
    if (who->anybody)
        put(&ja, &en, (struct text){"登録された職員", "anybody enrolled"});
    if (who->oneself)
        put(&ja, &en, (struct text){"本人", "the person concerned"});
    for (size_t i = 0; i < r->nroles; i++)
        if (who->roles >> i & 1)
            put(&ja, &en, r->role[i].title);
    const struct text words = {arena_strdup(a, ja.data ? ja.data : ""),
                               arena_strdup(a, en.data ? en.data : "")};
    buf_fini(&ja);
    buf_fini(&en);
    return words;
}
