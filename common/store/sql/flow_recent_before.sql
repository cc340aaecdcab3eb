-- Of the client ids that flow_recent leaves out, the one with the newest time (a UUIDv7 begins with it).
-- params: $1 limit int8
-- columns: id uuid
select e.id
from cpf.entry e
where e.id is not null and e.idx < (
    select min(r.idx)
    from (select n.idx from cpf.entry n where n.id is not null order by n.idx desc limit $1) r)
order by e.id desc limit 1
