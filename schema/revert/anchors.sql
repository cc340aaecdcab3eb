-- Revert cpf:anchors from pg
begin;
\ir guard/empty.sql
drop view cpf.anchors;
drop table cpf.cosignature, cpf.stamp, cpf.witnessed;
drop function cpf.witnessed_grow;
commit;
