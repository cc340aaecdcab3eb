-- Revert cpf:anchors from pg
begin;
do $$
begin
    if exists (select from cpf.entry) then
        raise exception 'the log has entries: what keeps and proves them is never dropped';
    end if;
end
$$;
drop view cpf.anchors;
drop table cpf.cosignature, cpf.stamp, cpf.witnessed;
drop function cpf.witnessed_grow;
commit;
