-- Checkpoints with their cosignatures, oldest line first: the newest ones, or ($1 > 0) that of one size.
-- params: $1 size int8, $2 most int8
-- columns: size int8, note text, lines text
select c.size, c.note,
    (select pg_catalog.string_agg(k.line, E'\n' order by k.at, k.name) from cpf.cosignature k where k.size = c.size) as lines
from (select distinct k.size from cpf.cosignature k where $1 = 0 or k.size = $1 order by k.size desc limit $2) s
join cpf.checkpoint c on c.size = s.size
order by c.size desc
