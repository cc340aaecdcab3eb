-- Tiles of one level, from n to before another, in order.
-- params: $1 level int8, $2 first int8, $3 to int8
-- columns: n int8, data bytea
select t.n, t.data from cpf.tile t where t.level = $1::smallint and t.n >= $2 and t.n < $3 order by t.n
