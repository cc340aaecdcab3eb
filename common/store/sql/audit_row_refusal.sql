-- Every row of cpf.refusal, in the order of the log.
-- params: none
-- columns: idx int8, stream text, batch text, step text, station text, person text, code text
-- columns: args text, outcome text, law text, at timestamptz
select t.idx, t.stream, t.batch, t.step, t.station, t.person, t.code, t.args, t.outcome, t.law, t.at
from cpf.refusal t order by t.idx
