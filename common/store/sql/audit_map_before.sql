-- The newest map of streams below a place in the log.
-- params: $1 idx int8
-- columns: idx int8, map int8
select e.idx, (e.body::json -> 'body' ->> 'map')::int8 as map from cpf.entry e
where e.stream = 'log' and e.kind = 'log.batch-map' and e.idx < $1
order by e.sseq desc limit 1
