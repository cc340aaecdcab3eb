-- An entry whose personal values somebody wants erased, which of them are held, and where its stream stands.
-- params: $1 idx int8
-- columns: stream text, body text, held text, sseq int8, leaf bytea, closed bool
select e.stream, e.body,
    coalesce((select pg_catalog.string_agg(d.name, ' ') from cpf.disclosure d where d.idx = e.idx), '') as held,
    l.sseq, l.leaf,
    coalesce((select m.kind <> 'batch.reopened' from cpf.entry m
        where m.stream = e.stream and m.kind in ('batch.closed', 'batch.reopened', 'day.closed', 'lot.closed')
        order by m.sseq desc limit 1), false) as closed
from cpf.entry e
cross join lateral (select t.sseq, t.leaf from cpf.entry t where t.stream = e.stream order by t.sseq desc limit 1) l
where e.idx = $1 and e.body is not null
