-- The newest map of streams below a size that has a row for the stream.
-- params: $1 stream text, $2 size int8
-- columns: idx int8, body text
select e.idx, e.body from cpf.entry e
where e.stream = 'log' and e.kind = 'log.batch-map' and e.idx < $2 and exists (
    select from cpf.map_row m where m.map = (e.body::json -> 'body' ->> 'map')::bigint and m.stream = $1)
order by e.sseq desc limit 1
