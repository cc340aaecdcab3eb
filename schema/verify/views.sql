-- Verify cpf:views on pg
select * from cpf.entry_signed where false;
select idx, batch, local_time, person, step, what, outcome, text, checkpoint_size, note from cpf.batch_story where false;
select * from cpf.refusals, cpf.deviations, cpf.holds, cpf.lots_used, cpf.sessions, cpf.disclosed where false;
select * from cpf.tell('none');
select 1 / (not pg_catalog.has_table_privilege('cpf_reader', 'cpf.credential', 'select'))::int;
select 1 / (cpf.pairs('{"a":"1","b":["x","y"]}') = 'a=1 b=x,y')::int;
