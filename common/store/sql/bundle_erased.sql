-- A value of the stream that was erased behind a size of the log.
-- params: $1 stream text, $2 size int8
-- columns: idx int8
select e.idx from cpf.entry e where e.stream = $1 and e.idx >= $2 and e.kind = 'redacted' limit 1
