/* A folder of layouts, and which one is for what. */
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "core/label/layout.h"

static int __attribute__((format(printf, 3, 4))) tell(char **ret_error, int err, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    require(vasprintf(ret_error, fmt, ap) >= 0);
    va_end(ap);
    return err;
}

/* The file is named as the layout, so that a message about one finds the other. */
static bool named(const char *path, const char *id)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t n = strlen(id);
    return strncmp(name, id, n) == 0 && strcmp(name + n, ".yaml") == 0;
}

static const struct label_layout *rival(const struct label_layouts *all, const struct label_layout *l,
                                        const char **ret_kind)
{
    for (size_t i = 0; i < all->n; i++) {
        const struct label_layout *o = &all->layout[i];
        bool same =
            l->protocol && o->protocol ? strcmp(l->protocol, o->protocol) == 0 : l->protocol == o->protocol;
        for (size_t k = 0; same && k < l->kinds.n; k++)
            for (size_t m = 0; m < o->kinds.n; m++)
                if (strcmp(l->kinds.item[k], o->kinds.item[m]) == 0) {
                    *ret_kind = l->kinds.item[k];
                    return o;
                }
    }
    return NULL;
}

static int load_one(struct label_layouts *all, const char *path, char **ret_error)
{
    struct protocol_error first;
    struct label_layout *l = &all->layout[all->n];
    const char *kind = NULL;
    size_t n = 0;
    struct buf text;
    if (all->n == LABEL_LAYOUTS)
        return tell(ret_error, CPF_E_LIMIT, "%s: more than %d layouts", path, LABEL_LAYOUTS);
    buf_init(&text);
    int err = file_read(path, LABEL_BYTES, &text);
    if (err)
        tell(ret_error, err, "%s: %s", path, file_strerror(err));
    else if ((err = label_layout_load(&all->arena, text.data ? text.data : "", text.len, l, &first, 1, &n)))
        tell(ret_error, err, "%s:%d:%d: %s%s%s", path, first.line, first.column, first.text,
             *first.hint ? "; " : "", first.hint);
    buf_fini(&text);
    if (err)
        return err;
    if (!named(path, l->id))
        return tell(ret_error, CPF_E_SYNTAX, "%s: the layout `%s` belongs into %s.yaml", path, l->id, l->id);
    const struct label_layout *other = rival(all, l, &kind);
    if (other)
        return tell(ret_error, CPF_E_SYNTAX, "%s: `%s` is for %s, too: one layout for each kind of label",
                    path, other->id, kind);
    all->n++;
    return 0;
}

static int is_layout(const struct dirent *d)
{
    size_t n = strlen(d->d_name);
    return d->d_name[0] != '.' && n > 5 && strcmp(d->d_name + n - 5, ".yaml") == 0;
}

int label_layouts_load(const char *folder, struct label_layouts **ret, char **ret_error)
{
    struct label_layouts *all = xcalloc(1, sizeof(*all));
    struct dirent **list = NULL;
    int n = scandir(folder, &list, is_layout, alphasort), err = 0;
    arena_init(&all->arena, 0);
    for (int i = 0; i < n; i++) {
        if (!err)
            err = load_one(all, arena_printf(&all->arena, "%s/%s", folder, list[i]->d_name), ret_error);
        free(list[i]);
    }
    free(list);
    if (err)
        label_layouts_free(all);
    else
        *ret = all;
    return err;
}

void label_layouts_free(struct label_layouts *l)
{
    if (!l)
        return;
    arena_fini(&l->arena);
    free(l);
}

const struct label_layout *label_layout_for(const struct label_layouts *l, const char *protocol,
                                            const char *kind)
{
    const struct label_layout *found = NULL;
    for (size_t i = 0; i < l->n; i++) {
        const struct label_layout *o = &l->layout[i];
        bool fits = false;
        for (size_t k = 0; k < o->kinds.n; k++)
            fits |= strcmp(o->kinds.item[k], kind) == 0;
        if (fits && o->protocol && strcmp(o->protocol, protocol) == 0)
            return o;
        if (fits && !o->protocol)
            found = o;
    }
    return found;
}
