-- Streams with an entry behind the newest map, and where each stands; all there are where there is no map ($1 < 0).
-- Costs the entries since, or without a map the number of streams.
-- params: $1 idx int8
-- columns: stream text, sseq int8, leaf bytea
with since (stream) as (
    select distinct e.stream from cpf.entry e where $1 >= 0 and e.idx > $1 and e.stream is not null
    union all
    select f.stream from cpf.entry f where $1 < 0 and f.sseq = 1
)
select s.stream, l.sseq, l.leaf
from since s
cross join lateral (select e.sseq, e.leaf from cpf.entry e where e.stream = s.stream order by e.sseq desc limit 1) l
