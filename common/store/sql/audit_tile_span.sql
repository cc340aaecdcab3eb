-- Tiles of one level from one to before another, in order.
-- params: $1 level int8, $2 from int8, $3 until int8
-- columns: n int8, data bytea
select t.n, t.data from cpf.tile t where t.level = $1 and t.n >= $2 and t.n < $3 order by t.n
