-- The signed note over this group.
-- params: $1 size int8, $2 note text
-- columns: none
insert into cpf.checkpoint (size, note) values ($1, $2)
