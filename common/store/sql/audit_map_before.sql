-- The newest map of streams below a place in the log, and which checkpoints it says there were (null: it says nothing).
-- params: $1 idx int8
-- columns: idx int8, map int8, checkpoints int8, sizes text, upto int8
select e.idx, (b.body ->> 'map')::int8 as map, (b.body ->> 'checkpoints')::int8 as checkpoints, b.body ->> 'sizes' as sizes,
    (b.body ->> 'upto')::int8 as upto
from (select m.idx, m.body from cpf.entry m
    where m.stream = 'log' and m.kind = 'log.batch-map' and m.idx < $1 order by m.sseq desc limit 1) e
cross join lateral (select e.body::json -> 'body' as body) b
