-- Personal values that a redacted entry names and that are still there.
-- params: $1 idx int8
-- columns: idx int8, stream text, name text
select d.idx, e.stream, d.name
from cpf.entry e
cross join lateral pg_catalog.json_array_elements_text(e.body::json -> 'body' -> 'names') n (name)
join cpf.disclosure d on d.idx = (e.body::json -> 'body' ->> 'idx')::bigint and d.name = n.name
where e.idx = $1
order by d.name collate "C" limit 1
