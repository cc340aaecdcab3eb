-- What closes and reopens streams, and what came behind a closing.
-- params: none
-- columns: idx int8, stream text, closes bool, reopens bool
with mark as materialized (
    select m.idx, m.stream, m.sseq, m.kind from cpf.entry m
    where m.kind in ('batch.closed', 'batch.reopened', 'day.closed', 'lot.closed')
)
select m.idx, m.stream, m.kind <> 'batch.reopened' as closes, m.kind = 'batch.reopened' as reopens from mark m
union
select e.idx, e.stream, false as closes, false as reopens
from mark m join cpf.entry e on e.stream = m.stream and e.sseq > m.sseq
where m.kind <> 'batch.reopened' and e.kind not in ('batch.closed', 'batch.reopened', 'day.closed', 'lot.closed')
order by idx
