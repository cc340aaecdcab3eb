-- The head with how far each table really goes.
-- params: none
-- columns: origin text, size int8, root bytea, note text, entries int8, checkpoints int8, tiles int8, version int8
select h.origin, h.size, h.root, h.note,
    coalesce((select max(idx) from cpf.entry), -1) + 1 as entries,
    coalesce((select max(c.size) from cpf.checkpoint c), 0) as checkpoints,
    (select count(*) from cpf.tile) as tiles,
    (select version from cpf.schema_version)::int8 as version
from cpf.log_head h
