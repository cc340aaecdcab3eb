-- Rows of cpf.batch (batches), merged by their key: a null leaves what is there.
-- params: $1 batch text[], $2 protocol text[], $3 version text[], $4 hash text[], $5 state text[]
-- params: $6 disposition text[], $7 decided timestamptz[], $8 decided_by text[], $9 opened timestamptz[], $10 provided timestamptz[]
-- params: $11 closed timestamptz[], $12 is_open bool[], $13 holds int8[], $14 deviations int8[], $15 entries int8[]
-- params: $16 idx int8[]
-- columns: none
insert into cpf.batch (batch, protocol, version, hash, state, disposition, decided, decided_by, opened, provided,
    closed, is_open, holds, deviations, entries, idx)
select u.batch, u.protocol, u.version, u.hash, u.state, u.disposition, u.decided, u.decided_by, u.opened,
    u.provided, u.closed, u.is_open, coalesce(u.holds, 0), coalesce(u.deviations, 0), coalesce(u.entries, 0), u.idx
from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
    as u (batch, protocol, version, hash, state, disposition, decided, decided_by, opened, provided, closed,
    is_open, holds, deviations, entries, idx)
on conflict (batch) do update set
    protocol = coalesce(excluded.protocol, batch.protocol), version = coalesce(excluded.version, batch.version),
    hash = coalesce(excluded.hash, batch.hash), state = coalesce(excluded.state, batch.state),
    disposition = coalesce(excluded.disposition, batch.disposition),
    decided = coalesce(excluded.decided, batch.decided),
    decided_by = coalesce(excluded.decided_by, batch.decided_by), opened = coalesce(batch.opened, excluded.opened),
    provided = coalesce(excluded.provided, batch.provided), closed = coalesce(excluded.closed, batch.closed),
    is_open = coalesce(excluded.is_open, batch.is_open), holds = batch.holds + excluded.holds,
    deviations = batch.deviations + excluded.deviations, entries = batch.entries + excluded.entries,
    idx = coalesce(excluded.idx, batch.idx)
