-- Entries from one place to before another whose bytes hold a text: who belongs to a stream, whatever its columns say
-- and whatever the index by stream holds.
-- params: $1 from int8, $2 size int8, $3 text text
-- columns: idx int8, body text
select e.idx, e.body from cpf.entry e
where e.idx >= $1 and e.idx < $2 and pg_catalog.strpos(e.body, $3) > 0
order by e.idx
