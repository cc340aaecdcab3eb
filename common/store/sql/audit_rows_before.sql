-- How many rows stand before a place.
-- params: $1 until int8
-- columns: rows int8
select count(*) as rows from cpf.entry e where e.idx < $1
