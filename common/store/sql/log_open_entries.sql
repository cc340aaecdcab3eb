-- Every entry of every open stream, in log order; with the first entry of each full tile, that tile.
-- Open: not closed by its last closing or reopening entry. Costs the number of streams and of open entries.
-- params: none
-- columns: idx int8, id uuid, stream text, sseq int8, kind text, at_ms int8, body text, leaf bytea, tile bytea
with mark as materialized (
    select distinct on (m.stream) m.stream, m.kind
    from cpf.entry m
    where m.kind in ('batch.closed', 'batch.reopened', 'day.closed', 'lot.closed')
    order by m.stream, m.sseq desc
), open as materialized (
    select f.stream
    from cpf.entry f left join mark on mark.stream = f.stream
    where f.sseq = 1 and (mark.kind is null or mark.kind = 'batch.reopened')
), own as (
    select s.*
    from open cross join lateral (
        select e.* from cpf.entry e where e.stream = open.stream order by e.sseq offset 0) s
)
select o.idx, o.id, o.stream, o.sseq, o.kind,
    (extract(epoch from o.at) * 1000)::int8 as at_ms, o.body, o.leaf,
    case when lag(o.idx >> 8) over (order by o.idx) is distinct from o.idx >> 8
        then (select t.data from cpf.tile t where t.level = 0 and t.n = o.idx >> 8) end as tile
from own o
order by o.idx
