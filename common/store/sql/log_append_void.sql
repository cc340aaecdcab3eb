-- Leaves of a group whose bytes are lost, in order, from index $1 on.
-- params: $1 first int8, $2 leaf bytea[]
-- columns: none
insert into cpf.entry (idx, leaf)
select $1 + u.n - 1, u.leaf from unnest($2) with ordinality as u (leaf, n)
