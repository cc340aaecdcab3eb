-- Maximal runs of rows without body, in order (from the partial index entry_void).
-- params: none
-- columns: first int8, count int8
select min(v.idx) as first, count(*) as count
from (select e.idx, e.idx - row_number() over (order by e.idx) as run from cpf.entry e where e.body is null) v
group by v.run
order by 1
