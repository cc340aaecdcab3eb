-- The least size of the log that holds a whole stream as it stands below a size: all its entries, and the first map of
-- streams behind them, where there is one.
-- params: $1 stream text, $2 size int8
-- columns: least int8
with tail as (
    select max(e.idx) as idx from cpf.entry e where e.stream = $1 and e.idx < $2
)
select greatest(t.idx, (
    select min(m.idx) from cpf.entry m
    where m.stream = 'log' and m.kind = 'log.batch-map' and m.idx > t.idx and m.idx < $2)) + 1 as least
from tail t where t.idx is not null
