-- Revert cpf:maps from pg
-- The role stays: another database of the cluster may use it.
begin;
\ir guard/empty.sql
drop view cpf.maps, cpf.personal, cpf.redactions;
drop function cpf.forget;
create or replace view cpf.schema_version as select 1 as version;
revoke all on cpf.disclosure, cpf.entry from cpf_redactor;
drop trigger keep_values on cpf.disclosure;
drop table cpf.map_row;
revoke usage on schema cpf from cpf_redactor;
commit;
