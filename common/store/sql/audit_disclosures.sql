-- Every disclosure still held, in the order of the entries.
-- params: none
-- columns: idx int8, name text, salted text
select d.idx, d.name, d.salted from cpf.disclosure d order by d.idx, d.name collate "C"
