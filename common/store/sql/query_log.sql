-- Entries for people to read, in log order, with the size of the first checkpoint that covers each.
-- params: $1 stream text, $2 kind text, $3 contains text, $4 after int8, $5 limit int8
-- columns: idx int8, body text, checkpoint int8
select e.idx, e.body, (select c.size from cpf.checkpoint c where c.size > e.idx order by c.size limit 1) as checkpoint
from cpf.entry e
where e.idx > $4 and e.body is not null
    and ($1::text is null or e.stream = $1)
    and ($2::text is null or e.kind = $2)
    and ($3::text is null or position($3 in e.body) > 0)
order by e.idx
limit $5
