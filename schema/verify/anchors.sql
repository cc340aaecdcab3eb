-- Verify cpf:anchors on pg
select size, name, line, at from cpf.cosignature where false;
select size, note, der, at from cpf.stamp where false;
select origin, vkey, size, note from cpf.witnessed where false;
select size, kind, name, utc from cpf.anchors where false;
-- What was said stays said.
select 1 / (not pg_catalog.has_table_privilege('cpf_writer', 'cpf.cosignature', 'update'))::int;
select 1 / (not pg_catalog.has_table_privilege('cpf_writer', 'cpf.stamp', 'delete'))::int;
select 1 / (not pg_catalog.has_table_privilege('cpf_writer', 'cpf.witnessed', 'delete'))::int;
select 1 / (not pg_catalog.has_table_privilege('cpf_reader', 'cpf.witnessed', 'update'))::int;
select 1 / (count(*) = 4)::int from pg_catalog.pg_trigger t
    where t.tgrelid in ('cpf.cosignature'::regclass, 'cpf.stamp'::regclass, 'cpf.witnessed'::regclass)
        and not t.tgisinternal and t.tgenabled = 'O';
-- Each says what it is.
select 1 / (count(*) = 4)::int from pg_catalog.pg_class c
    where c.relnamespace = 'cpf'::regnamespace and c.relname in ('cosignature', 'stamp', 'witnessed', 'anchors')
        and pg_catalog.obj_description(c.oid) is not null;
