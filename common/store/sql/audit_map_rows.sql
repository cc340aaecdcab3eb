-- Rows of maps of streams from a map on, each with the entry it ends with and the place of the one behind that.
-- params: $1 map int8
-- columns: map int8, stream text, salt bytea, count int8, last bytea, idx int8, leaf bytea, next int8
select m.map, m.stream, m.salt, m.count, m.last, c.idx, c.leaf, n.idx as next
from cpf.map_row m
left join cpf.entry c on c.stream = m.stream and c.sseq = m.count
left join cpf.entry n on n.stream = m.stream and n.sseq = m.count + 1
where m.map >= $1
order by m.map
