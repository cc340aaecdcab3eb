-- The entries up to an index, in order; void rows have none.
-- params: $1 last int8
-- columns: idx int8, body text
select e.idx, e.body from cpf.entry e where e.idx <= $1 and e.body is not null order by e.idx
