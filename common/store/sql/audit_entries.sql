-- Every row of the log, in order.
-- params: none
-- columns: idx int8, id uuid, stream text, sseq int8, kind text, at timestamptz, body text, leaf bytea
select e.idx, e.id, e.stream, e.sseq, e.kind, e.at, e.body, e.leaf
from cpf.entry e order by e.idx
