-- Deletes the personal values that redacted entries of this very transaction name.
-- params: $1 idx int8[]
-- columns: gone int8
select cpf.forget(u.idx) as gone from unnest($1) as u (idx)
