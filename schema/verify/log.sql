-- Verify cpf:log on pg
select one, origin, epoch, size, root, note from cpf.log_head where false;
select idx, id, stream, sseq, kind, at, body, leaf from cpf.entry where false;
select level, n, data from cpf.tile where false;
select size, note from cpf.checkpoint where false;
select idx, name, salted from cpf.disclosure where false;
select person, kind, sealed, at from cpf.credential where false;
select 1 / count(*) from cpf.schema_version where version >= 1;
select pg_catalog.has_function_privilege('cpf.log_swap(bigint,bigint,bigint,bytea,text)', 'execute');
