/* Every statement of common/store/sql can be prepared under the role that uses it, and yields what it says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <libpq-fe.h>
#include "rig.h"
#include "store/stmt.h"

static void test_statements_are_prepared_as_described(void **state)
{
    struct rig_cluster *c = *state;
    char conninfo[600];
    snprintf(conninfo, sizeof(conninfo), "host=%s/run user=cpf_writer dbname=cpf", c->dir);
    PGconn *pg = PQconnectdb(conninfo);
    assert_int_equal(PQstatus(pg), CONNECTION_OK);
    for (int i = 0; i < DB_STMT_COUNT; i++) {
        const struct stmt *s = &stmt_table[i];
        PGresult *res = PQprepare(pg, s->name, s->sql, s->nparams, s->oid);
        if (PQresultStatus(res) != PGRES_COMMAND_OK)
            fail_msg("%s: %s", s->name, PQerrorMessage(pg));
        PQclear(res);
        res = PQdescribePrepared(pg, s->name);
        if (PQnfields(res) != s->ncolumns)
            fail_msg("%s: %d columns, the header says %d", s->name, PQnfields(res), s->ncolumns);
        for (int k = 0; k < s->ncolumns; k++)
            if (PQftype(res, k) != s->column_oid[k] || strcmp(PQfname(res, k), s->column[k]) != 0)
                fail_msg("%s: column %d is %s of type %u", s->name, k, PQfname(res, k), PQftype(res, k));
        PQclear(res);
    }
    PQfinish(pg);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_statements_are_prepared_as_described)};
    return cmocka_run_group_tests(tests, rig_cluster_up, rig_cluster_down);
}
