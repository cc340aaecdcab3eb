-- The rows of a map of streams, beside its entry.
-- params: $1 map int8[], $2 stream text[], $3 salt bytea[], $4 count int8[], $5 last bytea[]
-- columns: none
insert into cpf.map_row (map, stream, salt, count, last)
select u.map, u.stream, u.salt, u.count, u.last from unnest($1, $2, $3, $4, $5) as u (map, stream, salt, count, last)
