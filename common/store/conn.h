#pragma once
/*
 * What every connection of ours is set to, whatever role, database or conninfo say: names mean what they mean
 * in pg_catalog, and a policy that would hide rows is an error instead.
 */
#define CONN_OPTIONS "-c search_path=pg_catalog,pg_temp -c row_security=off"
