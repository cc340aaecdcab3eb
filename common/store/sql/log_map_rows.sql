-- The rows of maps of streams from one number to another, in order of the maps.
-- params: $1 first int8, $2 last int8
-- columns: map int8, stream text, salt bytea, count int8, last bytea
select m.map, m.stream, m.salt, m.count, m.last from cpf.map_row m where m.map >= $1 and m.map <= $2 order by m.map
