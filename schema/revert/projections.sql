-- Revert cpf:projections from pg
begin;
\ir guard/empty.sql
drop function cpf.project_to, cpf.project_reset;
drop view cpf.container_place;
drop table cpf.projected, cpf.batch, cpf.batch_step, cpf.container, cpf.deviation, cpf.hold, cpf.session,
    cpf.measurement, cpf.lot_use, cpf.thing_use, cpf.signed_act, cpf.refusal;
commit;
