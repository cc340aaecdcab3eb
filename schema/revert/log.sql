-- Revert cpf:log from pg
begin;
\ir guard/empty.sql
drop view cpf.schema_version;
drop function cpf.log_swap;
drop table cpf.credential, cpf.disclosure, cpf.checkpoint, cpf.tile, cpf.entry, cpf.log_head;
commit;
