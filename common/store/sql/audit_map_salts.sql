-- A row of a map whose salt another row has, too.
-- params: $1 map int8
-- columns: map int8, stream text
select max(m.map) as map, max(m.stream) as stream
from cpf.map_row m where m.map >= $1 group by m.salt having count(*) > 1 limit 1
