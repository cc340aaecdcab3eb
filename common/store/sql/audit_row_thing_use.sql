-- Every row of cpf.thing_use, in the order of the log.
-- params: none
-- columns: idx int8, n int8, batch text, step text, occ int8, field text, kind text
-- columns: thing text, use text, at timestamptz, person text, station text, corrects text
select t.idx, t.n, t.batch, t.step, t.occ, t.field, t.kind, t.thing, t.use, t.at, t.person, t.station, t.corrects
from cpf.thing_use t order by t.idx, t.n
