-- Where each stream begins.
-- params: none
-- columns: idx int8
select e.idx from cpf.entry e where e.sseq = 1 order by e.idx
