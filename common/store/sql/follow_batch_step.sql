-- Rows of cpf.batch_step (steps of batches), merged by their key: a null leaves what is there.
-- params: $1 batch text[], $2 step text[], $3 occ int8[], $4 state text[], $5 begun timestamptz[]
-- params: $6 done timestamptz[], $7 performer text[], $8 recorder text[], $9 witness text[], $10 late text[]
-- params: $11 entries int8[], $12 idx int8[]
-- columns: none
insert into cpf.batch_step (batch, step, occ, state, begun, done, performer, recorder, witness, late, entries, idx)
select u.batch, u.step, u.occ, u.state, u.begun, u.done, u.performer, u.recorder, u.witness, u.late,
    coalesce(u.entries, 0), u.idx
from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    as u (batch, step, occ, state, begun, done, performer, recorder, witness, late, entries, idx)
on conflict (batch, step, occ) do update set
    state = coalesce(excluded.state, batch_step.state), begun = coalesce(batch_step.begun, excluded.begun),
    done = coalesce(excluded.done, batch_step.done), performer = coalesce(excluded.performer, batch_step.performer),
    recorder = coalesce(excluded.recorder, batch_step.recorder),
    witness = coalesce(excluded.witness, batch_step.witness), late = coalesce(excluded.late, batch_step.late),
    entries = batch_step.entries + excluded.entries, idx = coalesce(excluded.idx, batch_step.idx)
