-- Where the log says which rows are void.
-- params: none
-- columns: idx int8
select e.idx from cpf.entry e where e.stream = 'log' and e.kind = 'log.void' order by e.idx
