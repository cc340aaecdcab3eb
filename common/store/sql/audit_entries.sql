-- Every row of the log, in order.
-- params: none
-- columns: idx int8, id uuid, stream text, sseq int8, kind text, at_us int8, body text, leaf bytea
select e.idx, e.id, e.stream, e.sseq, e.kind, (extract(epoch from e.at) * 1000000)::int8 as at_us, e.body, e.leaf
from cpf.entry e order by e.idx
