-- A person's sealed PIN or key. Append-only: which row counts is said by its digest in the log.
-- params: $1 person text, $2 kind text, $3 sealed text
-- columns: none
insert into cpf.credential (person, kind, sealed) values ($1, $2, $3)
