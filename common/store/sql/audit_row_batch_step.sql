-- Every row of cpf.batch_step.
-- params: none
-- columns: batch text, step text, occ int8, state text, begun timestamptz, done timestamptz, performer text
-- columns: recorder text, witness text, late text, entries int8, idx int8
select t.batch, t.step, t.occ, t.state, t.begun, t.done, t.performer, t.recorder, t.witness, t.late, t.entries,
    t.idx
from cpf.batch_step t
