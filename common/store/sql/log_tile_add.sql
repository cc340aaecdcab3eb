-- Tiles that became full with this group.
-- params: $1 level int8[], $2 n int8[], $3 data bytea[]
-- columns: none
insert into cpf.tile (level, n, data)
select u.level::smallint, u.n, u.data from unnest($1, $2, $3) as u (level, n, data)
