-- Every row of cpf.measurement, in the order of the log.
-- params: none
-- columns: idx int8, n int8, batch text, step text, occ int8, field text, value text
-- columns: unit text, limits text, derived bool, reading text, at timestamptz, person text, corrects text
select t.idx, t.n, t.batch, t.step, t.occ, t.field, t.value::text, t.unit, t.limits, t.derived, t.reading, t.at,
    t.person, t.corrects
from cpf.measurement t order by t.idx, t.n
