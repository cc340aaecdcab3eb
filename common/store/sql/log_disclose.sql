-- Salted values of personal fields, beside their entries.
-- params: $1 idx int8[], $2 name text[], $3 salted text[]
-- columns: none
insert into cpf.disclosure (idx, name, salted)
select u.idx, u.name, u.salted from unnest($1, $2, $3) as u (idx, name, salted)
