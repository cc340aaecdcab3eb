-- Verify cpf:projections on pg
select 1 / count(*) from cpf.projected;
select * from cpf.batch, cpf.batch_step, cpf.container, cpf.deviation, cpf.hold, cpf.session where false;
select * from cpf.measurement, cpf.lot_use, cpf.thing_use, cpf.signed_act, cpf.refusal, cpf.container_place where false;
select pg_catalog.has_function_privilege('cpf_writer', 'cpf.project_to(bigint,bigint)', 'execute');
select 1 / (not pg_catalog.has_table_privilege('cpf_reader', 'cpf.batch', 'update'))::int;
select 1 / (not pg_catalog.has_function_privilege('cpf_reader', 'cpf.project_reset(bigint)', 'execute'))::int;
-- Each says what it is.
select 1 / (count(*) = 12)::int from pg_catalog.pg_class c
    where c.relnamespace = 'cpf'::regnamespace and c.relkind = 'r' and pg_catalog.obj_description(c.oid) is not null
        and c.relname in ('projected', 'batch', 'batch_step', 'container', 'deviation', 'hold', 'session',
            'measurement', 'lot_use', 'thing_use', 'signed_act', 'refusal');
