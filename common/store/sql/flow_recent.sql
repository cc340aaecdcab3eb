-- The newest client ids, newest first: what came in shortly before a start may be sent again shortly after.
-- params: $1 limit int8
-- columns: id uuid
select e.id
from cpf.entry e where e.id is not null order by e.idx desc limit $1
