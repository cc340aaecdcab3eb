-- Leaves from one index to before another, in order.
-- params: $1 first int8, $2 to int8
-- columns: idx int8, leaf bytea
select e.idx, e.leaf from cpf.entry e where e.idx >= $1 and e.idx < $2 order by e.idx
