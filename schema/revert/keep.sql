-- Revert cpf:keep from pg
begin;
\ir guard/empty.sql
revoke all on cpf.log_head, cpf.entry, cpf.tile, cpf.checkpoint, cpf.disclosure, cpf.credential,
    cpf.schema_version from cpf_writer, cpf_reader;
revoke all on function cpf.log_swap(bigint, bigint, bigint, bytea, text) from cpf_writer;
drop trigger keep on cpf.log_head;
drop trigger keep on cpf.disclosure;
drop trigger keep on cpf.credential;
drop trigger keep on cpf.checkpoint;
drop trigger keep on cpf.tile;
drop trigger keep on cpf.entry;
drop function cpf.log_keep;
commit;
