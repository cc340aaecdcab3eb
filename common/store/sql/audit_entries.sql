-- Rows of the log from one place to before another, in order.
-- params: $1 from int8, $2 until int8
-- columns: idx int8, id uuid, stream text, sseq int8, kind text, at timestamptz, body text, leaf bytea
select e.idx, e.id, e.stream, e.sseq, e.kind, e.at, e.body, e.leaf
from cpf.entry e where e.idx >= $1 and e.idx < $2 order by e.idx
