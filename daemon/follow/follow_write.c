/* One transaction: cpf.projected first, then the rows of each table by one statement. */
#include <string.h>

#include "follow/follow_int.h"

#define STMT_OF_(id, name) [VIEW_##id] = DB_FOLLOW_##id,
static const enum db_stmt stmt_of[VIEW_TABLES] = {VIEW_TABLE_LIST(STMT_OF_)};

static const enum db_type type_of[] = {
    [VIEW_TEXT] = DB_TEXT, [VIEW_DECIMAL] = DB_TEXT,     [VIEW_INT] = DB_INT8,
    [VIEW_BOOL] = DB_BOOL, [VIEW_TIME] = DB_TIMESTAMPTZ,
};

static void put(struct buf *b, enum view_type type, const union view_value *v)
{
    char one = v->num != 0;
    switch (type) {
    case VIEW_TEXT:
    case VIEW_DECIMAL:
        db_array_bytes(b, v->text, strlen(v->text));
        break;
    case VIEW_INT:
        db_array_i64(b, v->num);
        break;
    case VIEW_BOOL:
        db_array_bytes(b, &one, 1);
        break;
    case VIEW_TIME:
        db_array_time(b, v->num);
        break;
    }
}

static void write_table(struct follow *f, enum view_id table)
{
    const struct view_table *t = &view_tables[table];
    struct db_params p = {0};
    for (size_t c = 0; c < t->ncolumns; c++)
        db_array_begin(&f->column[c], type_of[t->column[c].type]);
    for (size_t i = 0; i < view_sheet_count(f->flying, table); i++) {
        struct view_row r;
        view_sheet_get(f->flying, table, i, &r);
        for (size_t c = 0; c < t->ncolumns; c++) {
            if (r.given & 1u << c)
                put(&f->column[c], t->column[c].type, &r.value[c]);
            else
                db_array_null(&f->column[c]);
        }
    }
    for (size_t c = 0; c < t->ncolumns; c++)
        db_param_array(&p, &f->column[c]);
    db_exec(f->db, stmt_of[table], &p);
}

void follow_write(struct follow *f, db_done_fn done)
{
    struct db_params p = {0};
    db_param_i64(&p, f->written);
    db_param_i64(&p, f->to);
    db_begin(f->db, NULL, done, f);
    db_exec(f->db, DB_FOLLOW_TO, &p);
    for (enum view_id t = 0; t < VIEW_TABLES; t++)
        if (view_sheet_count(f->flying, t))
            write_table(f, t);
    db_end(f->db);
}
