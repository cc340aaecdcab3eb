-- A witness's cosignature of one of our checkpoints.
-- params: $1 size int8, $2 name text, $3 line text, $4 at timestamptz
-- columns: none
insert into cpf.cosignature (size, name, line, at) values ($1, $2, $3, $4) on conflict do nothing
