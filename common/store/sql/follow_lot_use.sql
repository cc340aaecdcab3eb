-- Rows of cpf.lot_use (uses of lots), new ones; one that should not be there yet is replaced.
-- params: $1 idx int8[], $2 n int8[], $3 batch text[], $4 step text[], $5 occ int8[]
-- params: $6 field text[], $7 lot text[], $8 unit text[], $9 use text[], $10 outcome text[]
-- params: $11 at timestamptz[], $12 person text[], $13 corrects text[]
-- columns: none
insert into cpf.lot_use (idx, n, batch, step, occ, field, lot, unit, use, outcome, at, person, corrects)
select u.idx, u.n, u.batch, u.step, u.occ, u.field, u.lot, u.unit, u.use, u.outcome, u.at, u.person, u.corrects
from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    as u (idx, n, batch, step, occ, field, lot, unit, use, outcome, at, person, corrects)
on conflict (idx, n) do update set
    batch = excluded.batch, step = excluded.step, occ = excluded.occ, field = excluded.field, lot = excluded.lot,
    unit = excluded.unit, use = excluded.use, outcome = excluded.outcome, at = excluded.at,
    person = excluded.person, corrects = excluded.corrects
