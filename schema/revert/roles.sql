-- Revert cpf:roles from pg
-- The roles stay: another database of the cluster may use them.
begin;
drop schema cpf;
commit;
