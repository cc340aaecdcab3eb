-- Verify cpf:owner on pg
select 1 / (count(*) = 0)::int
from pg_catalog.pg_index i
join pg_catalog.pg_class t on t.oid = i.indrelid and t.relnamespace = 'cpf'::regnamespace
join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum = any (i.indkey) and a.atttypid = 'text'::regtype
where a.attcollation <> '"C"'::pg_catalog.regcollation;
select 1 / (count(*) = 0)::int from pg_catalog.pg_proc p join pg_catalog.pg_language l on l.oid = p.prolang
where p.pronamespace = 'cpf'::regnamespace and l.lanname = 'plpgsql'
    and p.proconfig is distinct from array['search_path=pg_catalog, pg_temp'];
select 1 / (version = 3)::int from cpf.schema_version;
-- Each view still says what it is.
select 1 / (count(*) = 0)::int from pg_catalog.pg_class c
where c.relnamespace = 'cpf'::regnamespace and c.relkind = 'v' and c.relname <> 'schema_version'
    and pg_catalog.obj_description(c.oid) is null;
select * from cpf.tell('x') where false;
