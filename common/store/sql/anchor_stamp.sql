-- A time stamp of one of our checkpoints.
-- params: $1 size int8, $2 note text, $3 der bytea, $4 at timestamptz
-- columns: none
insert into cpf.stamp (size, note, der, at) values ($1, $2, $3, $4) on conflict do nothing
