-- Every row of cpf.hold.
-- params: none
-- columns: hold text, batch text, deviation text, cause text, placed timestamptz, lifted timestamptz, lifted_by text
-- columns: idx int8
select t.hold, t.batch, t.deviation, t.cause, t.placed, t.lifted, t.lifted_by, t.idx
from cpf.hold t
