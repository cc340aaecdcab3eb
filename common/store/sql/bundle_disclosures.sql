-- Personal values of a stream's entries that are still held.
-- params: $1 stream text, $2 size int8
-- columns: sseq int8, name text, salted text
select e.sseq, d.name, d.salted
from cpf.entry e join cpf.disclosure d on d.idx = e.idx
where e.stream = $1 and e.idx < $2
order by e.sseq, d.name collate "C"
