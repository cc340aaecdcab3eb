-- Rows of cpf.refusal (refusals), new ones; one that should not be there yet is replaced.
-- params: $1 idx int8[], $2 stream text[], $3 batch text[], $4 step text[], $5 station text[]
-- params: $6 person text[], $7 code text[], $8 args text[], $9 outcome text[], $10 law text[]
-- params: $11 at timestamptz[]
-- columns: none
insert into cpf.refusal (idx, stream, batch, step, station, person, code, args, outcome, law, at)
select u.idx, u.stream, u.batch, u.step, u.station, u.person, u.code, u.args, u.outcome, u.law, u.at
from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    as u (idx, stream, batch, step, station, person, code, args, outcome, law, at)
on conflict (idx) do update set
    stream = excluded.stream, batch = excluded.batch, step = excluded.step, station = excluded.station,
    person = excluded.person, code = excluded.code, args = excluded.args, outcome = excluded.outcome,
    law = excluded.law, at = excluded.at
