-- Disclosures still held, of entries from one to before another, in their order.
-- params: $1 from int8, $2 until int8
-- columns: idx int8, name text, salted text
select d.idx, d.name, d.salted from cpf.disclosure d where d.idx >= $1 and d.idx < $2
order by d.idx, d.name collate "C"
