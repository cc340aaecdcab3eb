-- Every row of cpf.container.
-- params: none
-- columns: container text, batch text, label text, state text, issued timestamptz, changed timestamptz, step text
-- columns: idx int8
select t.container, t.batch, t.label, t.state, t.issued, t.changed, t.step, t.idx
from cpf.container t
