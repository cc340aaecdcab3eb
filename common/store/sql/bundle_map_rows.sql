-- The rows of a map of streams. Only one of them leaves this process; the others are needed for its proof.
-- params: $1 map int8
-- columns: stream text, salt bytea, count int8, last bytea
select m.stream, m.salt, m.count, m.last from cpf.map_row m where m.map = $1
