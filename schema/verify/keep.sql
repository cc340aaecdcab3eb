-- Verify cpf:keep on pg
select 1 / (count(*) / 6) from pg_catalog.pg_trigger t
    where t.tgfoid = 'cpf.log_keep'::regproc and t.tgenabled = 'O';
select 1 / (not pg_catalog.has_table_privilege('cpf_writer', 'cpf.entry', 'update'))::int;
select 1 / (not pg_catalog.has_table_privilege('cpf_writer', 'cpf.entry', 'delete'))::int;
select 1 / (not pg_catalog.has_table_privilege('cpf_reader', 'cpf.entry', 'insert'))::int;
