-- Rows of cpf.deviation (deviations), merged by their key: a null leaves what is there.
-- params: $1 deviation text[], $2 batch text[], $3 step text[], $4 field text[], $5 cause text[]
-- params: $6 args text[], $7 hold bool[], $8 opened timestamptz[], $9 opened_by text[], $10 grade text[]
-- params: $11 assessed timestamptz[], $12 assessed_by text[], $13 closed timestamptz[], $14 closed_by text[], $15 idx int8[]
-- columns: none
insert into cpf.deviation (deviation, batch, step, field, cause, args, hold, opened, opened_by, grade, assessed,
    assessed_by, closed, closed_by, idx)
select u.deviation, u.batch, u.step, u.field, u.cause, u.args, u.hold, u.opened, u.opened_by, u.grade, u.assessed,
    u.assessed_by, u.closed, u.closed_by, u.idx
from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
    as u (deviation, batch, step, field, cause, args, hold, opened, opened_by, grade, assessed, assessed_by, closed,
    closed_by, idx)
on conflict (deviation) do update set
    batch = coalesce(excluded.batch, deviation.batch), step = coalesce(excluded.step, deviation.step),
    field = coalesce(excluded.field, deviation.field), cause = coalesce(excluded.cause, deviation.cause),
    args = coalesce(excluded.args, deviation.args), hold = coalesce(excluded.hold, deviation.hold),
    opened = coalesce(deviation.opened, excluded.opened),
    opened_by = coalesce(deviation.opened_by, excluded.opened_by),
    grade = coalesce(excluded.grade, deviation.grade), assessed = coalesce(excluded.assessed, deviation.assessed),
    assessed_by = coalesce(excluded.assessed_by, deviation.assessed_by),
    closed = coalesce(excluded.closed, deviation.closed),
    closed_by = coalesce(excluded.closed_by, deviation.closed_by), idx = coalesce(excluded.idx, deviation.idx)
