-- Deploy cpf:keep to pg
-- requires: log
-- A speed bump, not the lock: the owner can drop these triggers. What holds is the signature over the
-- tree and the signer's own mark; start and audit compare these triggers and grants with what they must be.
begin;
set local role cpf_owner;

create function cpf.log_keep() returns trigger language plpgsql as $$
begin
    raise exception '% on %.% is not allowed: the log only grows', tg_op, tg_table_schema, tg_table_name
        using errcode = 'CPF02';
end $$;
comment on function cpf.log_keep is 'Refuses UPDATE, DELETE and TRUNCATE on the log, also to its owner.';

create trigger keep before update or delete or truncate on cpf.entry
    for each statement execute function cpf.log_keep();
create trigger keep before update or delete or truncate on cpf.tile
    for each statement execute function cpf.log_keep();
create trigger keep before update or delete or truncate on cpf.checkpoint
    for each statement execute function cpf.log_keep();
create trigger keep before update or delete or truncate on cpf.credential
    for each statement execute function cpf.log_keep();
create trigger keep before update or truncate on cpf.disclosure
    for each statement execute function cpf.log_keep();
create trigger keep before delete or truncate on cpf.log_head
    for each statement execute function cpf.log_keep();

revoke all on function cpf.log_swap(bigint, bigint, bigint, bytea, text) from public;
grant execute on function cpf.log_swap(bigint, bigint, bigint, bytea, text) to cpf_writer;
grant select, insert on cpf.entry, cpf.tile, cpf.checkpoint, cpf.disclosure, cpf.credential to cpf_writer;
grant select, insert, update on cpf.log_head to cpf_writer;
grant select on cpf.schema_version to cpf_writer, cpf_reader;

commit;
