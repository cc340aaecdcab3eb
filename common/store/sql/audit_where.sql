-- How far the projections go, made by which version of the code, and how far the log goes.
-- params: none
-- columns: idx int8, version int8, newest int8
select p.idx, p.version, coalesce((select max(e.idx) from cpf.entry e), -1) as newest from cpf.projected p
