-- The full tiles of each level over the entries of these streams.
-- params: $1 streams text[]
-- columns: level int8, n int8, data bytea
select t.level::int8 as level, t.n, t.data
from (
    select distinct v.level, e.idx >> 8 * (v.level + 1) as n
    from cpf.entry e cross join pg_catalog.generate_series(0, 6) v (level)
    where e.stream = any ($1)) w
join cpf.tile t on t.level = w.level and t.n = w.n
