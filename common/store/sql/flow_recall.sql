-- The entries of streams that have left the memory, in log order.
-- params: $1 streams text[]
-- columns: idx int8, body text
select e.idx, e.body from cpf.entry e where e.stream = any ($1) order by e.idx
