-- Verify cpf:roles on pg
select 1 / count(*) from pg_catalog.pg_roles where rolname = 'cpf_owner' and not rolcanlogin;
select 1 / (count(*) - 1) from pg_catalog.pg_roles
    where rolname in ('cpf_writer', 'cpf_reader') and rolcanlogin and not rolsuper and not rolcreaterole;
select pg_catalog.has_schema_privilege('cpf_writer', 'cpf', 'usage');
