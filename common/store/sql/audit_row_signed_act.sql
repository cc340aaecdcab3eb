-- Every row of cpf.signed_act, in the order of the log.
-- params: none
-- columns: idx int8, stream text, batch text, kind text, step text, person text, dept text
-- columns: meaning text, key text, outcome text, at timestamptz
select t.idx, t.stream, t.batch, t.kind, t.step, t.person, t.dept, t.meaning, t.key, t.outcome, t.at
from cpf.signed_act t order by t.idx
