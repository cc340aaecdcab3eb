-- Rows of cpf.container (containers), merged by their key: a null leaves what is there.
-- params: $1 container text[], $2 batch text[], $3 label text[], $4 state text[], $5 issued timestamptz[]
-- params: $6 changed timestamptz[], $7 step text[], $8 idx int8[]
-- columns: none
insert into cpf.container (container, batch, label, state, issued, changed, step, idx)
select u.container, u.batch, u.label, u.state, u.issued, u.changed, u.step, u.idx
from unnest($1, $2, $3, $4, $5, $6, $7, $8)
    as u (container, batch, label, state, issued, changed, step, idx)
on conflict (container) do update set
    batch = coalesce(excluded.batch, container.batch), label = coalesce(excluded.label, container.label),
    state = coalesce(excluded.state, container.state), issued = coalesce(container.issued, excluded.issued),
    changed = coalesce(excluded.changed, container.changed), step = coalesce(excluded.step, container.step),
    idx = coalesce(excluded.idx, container.idx)
