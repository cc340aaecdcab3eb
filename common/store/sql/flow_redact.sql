-- An entry whose personal values somebody wants erased, which of them are held, and the closings of its stream that still
-- say who it was: index and digest of each, in their order.
-- params: $1 idx int8
-- columns: body text, held text, closings text
select e.body,
    coalesce((select pg_catalog.string_agg(d.name, ' ') from cpf.disclosure d where d.idx = e.idx), '') as held,
    coalesce((select pg_catalog.string_agg(c.idx || ' ' || (c.body::json -> 'pd' ->> 'person'), ' ' order by c.idx)
        from cpf.entry c join cpf.disclosure d on d.idx = c.idx and d.name = 'person'
        where c.stream = e.stream and c.kind = 'batch.closed' and c.idx <> e.idx), '') as closings
from cpf.entry e
where e.idx = $1 and e.body is not null
