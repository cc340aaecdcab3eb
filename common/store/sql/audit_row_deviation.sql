-- Every row of cpf.deviation.
-- params: none
-- columns: deviation text, batch text, step text, field text, cause text, args text, hold bool
-- columns: opened timestamptz, opened_by text, grade text, assessed timestamptz, assessed_by text, closed timestamptz, closed_by text
-- columns: idx int8
select t.deviation, t.batch, t.step, t.field, t.cause, t.args, t.hold, t.opened, t.opened_by, t.grade, t.assessed,
    t.assessed_by, t.closed, t.closed_by, t.idx
from cpf.deviation t
