-- The least size of the log that holds a whole stream as it stands below a size: all its entries, and while the
-- batch is open also the first map of streams behind them.
-- params: $1 stream text, $2 size int8
-- columns: least int8
with own as (
    select e.idx, e.sseq, e.kind from cpf.entry e where e.stream = $1 and e.idx < $2
), tail as (
    select max(o.idx) as idx, coalesce((
        select c.kind = 'batch.closed' from own c where c.kind in ('batch.closed', 'batch.reopened')
        order by c.sseq desc limit 1), false) as closed
    from own o
)
select greatest(t.idx, case when not t.closed then (
    select min(m.idx) from cpf.entry m
    where m.stream = 'log' and m.kind = 'log.batch-map' and m.idx > t.idx and m.idx < $2) end) + 1 as least
from tail t where t.idx is not null
