-- Of the streams given: every entry of those that are open, and of those that are closed the entry that closes them
-- with what came behind; in log order. With the first entry of each full tile, that tile. Open: not closed by its last
-- closing or reopening entry.
-- Costs the number of streams given and of open entries. What comes is checked against the newest map of streams.
-- params: $1 stream text[]
-- columns: idx int8, id uuid, stream text, sseq int8, kind text, at_us int8, body text, leaf bytea, tile bytea, closed bool
with own as (
    select s.*, coalesce(mark.kind <> 'batch.reopened', false) as closed
    from pg_catalog.unnest($1) want (stream)
    left join lateral (
        select m.kind, m.sseq
        from cpf.entry m
        where m.stream = want.stream and m.kind in ('batch.closed', 'batch.reopened', 'day.closed', 'lot.closed')
        order by m.sseq desc limit 1) mark on true
    cross join lateral (
        select e.* from cpf.entry e
        where e.stream = want.stream
            and e.sseq >= case when mark.kind <> 'batch.reopened' then mark.sseq else 1 end
        order by e.sseq offset 0) s
)
select o.idx, o.id, o.stream, o.sseq, o.kind, (extract(epoch from o.at) * 1000000)::int8 as at_us, o.body, o.leaf,
    case when lag(o.idx >> 8) over (order by o.idx) is distinct from o.idx >> 8
        then (select t.data from cpf.tile t where t.level = 0 and t.n = o.idx >> 8) end as tile,
    o.closed
from own o
order by o.idx
