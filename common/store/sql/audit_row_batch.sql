-- Every row of cpf.batch.
-- params: none
-- columns: batch text, protocol text, version text, hash text, state text, disposition text, decided timestamptz
-- columns: decided_by text, opened timestamptz, provided timestamptz, closed timestamptz, is_open bool, holds int8, deviations int8
-- columns: entries int8, idx int8
select t.batch, t.protocol, t.version, t.hash, t.state, t.disposition, t.decided, t.decided_by, t.opened,
    t.provided, t.closed, t.is_open, t.holds, t.deviations, t.entries, t.idx
from cpf.batch t
