-- Rows of cpf.signed_act (signed acts), new ones; one that should not be there yet is replaced.
-- params: $1 idx int8[], $2 stream text[], $3 batch text[], $4 kind text[], $5 step text[]
-- params: $6 person text[], $7 dept text[], $8 meaning text[], $9 key text[], $10 outcome text[]
-- params: $11 at timestamptz[]
-- columns: none
insert into cpf.signed_act (idx, stream, batch, kind, step, person, dept, meaning, key, outcome, at)
select u.idx, u.stream, u.batch, u.kind, u.step, u.person, u.dept, u.meaning, u.key, u.outcome, u.at
from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    as u (idx, stream, batch, kind, step, person, dept, meaning, key, outcome, at)
on conflict (idx) do update set
    stream = excluded.stream, batch = excluded.batch, kind = excluded.kind, step = excluded.step,
    person = excluded.person, dept = excluded.dept, meaning = excluded.meaning, key = excluded.key,
    outcome = excluded.outcome, at = excluded.at
