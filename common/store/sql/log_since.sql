-- A piece of the log by position, whatever its columns say, newest first; with the first row of each full tile, that
-- tile. Rows without body have nulls.
-- params: $1 from int8, $2 to int8
-- columns: idx int8, id uuid, stream text, sseq int8, kind text, at_us int8, body text, leaf bytea, tile bytea
select e.idx, e.id, e.stream, e.sseq, e.kind, (extract(epoch from e.at) * 1000000)::int8 as at_us, e.body, e.leaf,
    case when lag(e.idx >> 8) over (order by e.idx desc) is distinct from e.idx >> 8
        then (select t.data from cpf.tile t where t.level = 0 and t.n = e.idx >> 8) end as tile
from cpf.entry e
where e.idx >= $1 and e.idx < $2
order by e.idx desc
