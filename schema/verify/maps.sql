-- Verify cpf:maps on pg
select map, stream, salt, count, last from cpf.map_row where false;
select * from cpf.redactions, cpf.personal, cpf.maps where false;
select 1 / count(*) from cpf.schema_version where version = 2;
select 1 / count(*) from pg_catalog.pg_roles where rolname = 'cpf_redactor' and not rolcanlogin and not rolsuper;
-- Only the redactor deletes, and nobody is a member of it.
select 1 / (not pg_catalog.has_table_privilege('cpf_writer', 'cpf.disclosure', 'delete'))::int;
select 1 / (not pg_catalog.has_table_privilege('cpf_writer', 'cpf.map_row', 'update'))::int;
select 1 / (not pg_catalog.has_table_privilege('cpf_reader', 'cpf.map_row', 'insert'))::int;
select 1 / (pg_catalog.has_table_privilege('cpf_redactor', 'cpf.disclosure', 'delete'))::int;
select 1 / (count(*) = 0)::int from pg_catalog.pg_auth_members m where m.roleid = 'cpf_redactor'::regrole;
select 1 / count(*) from pg_catalog.pg_proc p
    where p.oid = 'cpf.forget(bigint)'::regprocedure and p.prosecdef and p.proowner = 'cpf_redactor'::regrole;
select 1 / (pg_catalog.has_function_privilege('cpf_writer', 'cpf.forget(bigint)', 'execute'))::int;
select 1 / (not pg_catalog.has_function_privilege('cpf_reader', 'cpf.forget(bigint)', 'execute'))::int;
-- Each says what it is.
select 1 / (count(*) = 4)::int from pg_catalog.pg_class c
    where c.relnamespace = 'cpf'::regnamespace and c.relname in ('map_row', 'redactions', 'personal', 'maps')
        and pg_catalog.obj_description(c.oid) is not null;
