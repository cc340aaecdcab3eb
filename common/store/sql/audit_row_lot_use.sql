-- Every row of cpf.lot_use, in the order of the log.
-- params: none
-- columns: idx int8, n int8, batch text, step text, occ int8, field text, lot text
-- columns: unit text, use text, outcome text, at timestamptz, person text, corrects text
select t.idx, t.n, t.batch, t.step, t.occ, t.field, t.lot, t.unit, t.use, t.outcome, t.at, t.person, t.corrects
from cpf.lot_use t order by t.idx, t.n
