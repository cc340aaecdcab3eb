-- An entry whose personal values somebody wants erased, and which of them are held.
-- params: $1 idx int8
-- columns: body text, held text
select e.body,
    coalesce((select pg_catalog.string_agg(d.name, ' ') from cpf.disclosure d where d.idx = e.idx), '') as held
from cpf.entry e
where e.idx = $1 and e.body is not null
