-- Tiles of level 1 and above that were not full at a size, in the order in which they became full.
-- params: $1 size int8
-- columns: level int8, n int8, data bytea
select t.level::int8 as level, t.n, t.data from cpf.tile t
where t.level >= 1 and (t.n + 1) * pg_catalog.power(256::float8, t.level + 1) > $1
order by (t.n + 1) * pg_catalog.power(256::float8, t.level + 1), t.level
