-- Revert cpf:log from pg
begin;
do $$
begin
    if exists (select from cpf.entry) then
        raise exception 'the log has entries: records are never dropped, restore by the operator''s manual instead';
    end if;
end
$$;
drop view cpf.schema_version;
drop function cpf.log_swap;
drop table cpf.credential, cpf.disclosure, cpf.checkpoint, cpf.tile, cpf.entry, cpf.log_head;
commit;
