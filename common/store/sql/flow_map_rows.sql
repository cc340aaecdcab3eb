-- How many entries of each stream a map counts.
-- params: $1 map int8
-- columns: stream text, count int8
select m.stream, m.count from cpf.map_row m where m.map = $1
