-- The newest client ids, newest first: what came in shortly before a start may be sent again shortly after.
-- params: $1 limit int8
-- columns: id uuid, at_ms int8
select e.id, (extract(epoch from e.at) * 1000)::int8 as at_ms
from cpf.entry e where e.id is not null order by e.idx desc limit $1
