-- Every tile, in the order in which they become full.
-- params: none
-- columns: level int8, n int8, data bytea
select t.level::int8 as level, t.n, t.data from cpf.tile t
order by (t.n + 1) * pg_catalog.power(256::float8, t.level + 1), t.level
