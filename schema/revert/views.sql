-- Revert cpf:views from pg
begin;
\ir guard/empty.sql
drop function cpf.tell;
drop view cpf.disclosed, cpf.sessions, cpf.lots_used, cpf.holds, cpf.deviations, cpf.refusals, cpf.batch_story, cpf.story,
    cpf.entry_signed;
drop function cpf.pairs;
commit;
