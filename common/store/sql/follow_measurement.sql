-- Rows of cpf.measurement (measurements), new ones; one that should not be there yet is replaced.
-- params: $1 idx int8[], $2 n int8[], $3 batch text[], $4 step text[], $5 occ int8[]
-- params: $6 field text[], $7 value text[], $8 unit text[], $9 limits text[], $10 derived bool[]
-- params: $11 reading text[], $12 at timestamptz[], $13 person text[], $14 corrects text[]
-- columns: none
insert into cpf.measurement (idx, n, batch, step, occ, field, value, unit, limits, derived, reading, at, person,
    corrects)
select u.idx, u.n, u.batch, u.step, u.occ, u.field, u.value::numeric, u.unit, u.limits, u.derived, u.reading, u.at,
    u.person, u.corrects
from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    as u (idx, n, batch, step, occ, field, value, unit, limits, derived, reading, at, person, corrects)
on conflict (idx, n) do update set
    batch = excluded.batch, step = excluded.step, occ = excluded.occ, field = excluded.field,
    value = excluded.value, unit = excluded.unit, limits = excluded.limits, derived = excluded.derived,
    reading = excluded.reading, at = excluded.at, person = excluded.person, corrects = excluded.corrects
