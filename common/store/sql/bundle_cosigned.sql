-- Checkpoints that witnesses cosigned, between two sizes, newest first, with their lines.
-- params: $1 least int8, $2 size int8, $3 most int8
-- columns: size int8, note text, lines text
select c.size, c.note,
    (select pg_catalog.string_agg(k.line, E'\n' order by k.at, k.name) from cpf.cosignature k where k.size = c.size) as lines
from (select distinct k.size from cpf.cosignature k where k.size between $1 and $2 order by k.size desc limit $3) s
join cpf.checkpoint c on c.size = s.size
order by c.size desc
