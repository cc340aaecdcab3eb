-- The signed note of one size, and what witnesses put under it, oldest first; of the newest where the size is 0.
-- params: $1 size int8
-- columns: size int8, note text, lines text
select c.size, c.note, coalesce((
    select pg_catalog.string_agg(k.line, E'\n' order by k.at, k.name) from cpf.cosignature k where k.size = c.size), '') as lines
from cpf.checkpoint c
where c.size = case when $1 > 0 then $1 else (select h.size from cpf.log_head h) end
