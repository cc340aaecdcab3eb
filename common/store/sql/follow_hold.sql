-- Rows of cpf.hold (holds), merged by their key: a null leaves what is there.
-- params: $1 hold text[], $2 batch text[], $3 deviation text[], $4 cause text[], $5 placed timestamptz[]
-- params: $6 lifted timestamptz[], $7 lifted_by text[], $8 idx int8[]
-- columns: none
insert into cpf.hold (hold, batch, deviation, cause, placed, lifted, lifted_by, idx)
select u.hold, u.batch, u.deviation, u.cause, u.placed, u.lifted, u.lifted_by, u.idx
from unnest($1, $2, $3, $4, $5, $6, $7, $8)
    as u (hold, batch, deviation, cause, placed, lifted, lifted_by, idx)
on conflict (hold) do update set
    batch = coalesce(excluded.batch, hold.batch), deviation = coalesce(excluded.deviation, hold.deviation),
    cause = coalesce(excluded.cause, hold.cause), placed = coalesce(hold.placed, excluded.placed),
    lifted = coalesce(excluded.lifted, hold.lifted), lifted_by = coalesce(excluded.lifted_by, hold.lifted_by),
    idx = coalesce(excluded.idx, hold.idx)
