-- How many tiles of each level there are, if none is missing.
-- params: none
-- columns: level int8, tiles int8
select l::int8 as level, coalesce((select max(t.n) from cpf.tile t where t.level = l::smallint), -1) + 1 as tiles
from pg_catalog.generate_series(0, 7) l
order by l
