-- The anchors next to each entry of a stream, below and above, time stamps and cosignatures apart: which sizes they
-- saw. Nobody else's say more about when an entry was made.
-- params: $1 stream text, $2 size int8, $3 most int8
-- columns: size int8
select distinct x.size
from cpf.entry e cross join lateral (
    (select s.size from cpf.stamp s where s.size > e.idx and s.size <= $2 order by s.size limit 1)
    union all
    (select s.size from cpf.stamp s where s.size <= e.idx order by s.size desc limit 1)
    union all
    (select k.size from cpf.cosignature k where k.size > e.idx and k.size <= $2 order by k.size limit 1)
    union all
    (select k.size from cpf.cosignature k where k.size <= e.idx order by k.size desc limit 1)) x
join cpf.checkpoint c on c.size = x.size
where e.stream = $1 and e.idx < $2
order by size limit $3
