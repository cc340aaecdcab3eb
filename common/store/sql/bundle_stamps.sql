-- The time stamps of one size.
-- params: $1 size int8
-- columns: note text, der bytea
select s.note, s.der from cpf.stamp s where s.size = $1 order by s.at
