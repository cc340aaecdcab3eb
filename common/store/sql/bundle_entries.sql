-- A stream's entries below a size of the log, in order.
-- params: $1 stream text, $2 size int8
-- columns: idx int8, body text
select e.idx, e.body from cpf.entry e where e.stream = $1 and e.idx < $2 order by e.sseq
