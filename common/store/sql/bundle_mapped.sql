-- The newest map of streams below a size that has a row for the stream: where it stands, and what it counts.
-- params: $1 stream text, $2 size int8
-- columns: idx int8, map int8, count int8, last bytea
select e.idx, m.map, m.count, m.last
from cpf.entry e
join cpf.map_row m on m.map = (e.body::json -> 'body' ->> 'map')::bigint and m.stream = $1
where e.stream = 'log' and e.kind = 'log.batch-map' and e.idx < $2
order by e.idx desc limit 1
