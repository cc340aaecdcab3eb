-- The next entries behind an index, with the protocol of those that belong to a batch. Void rows have none.
-- params: $1 after int8, $2 limit int8
-- columns: idx int8, stream text, body text, protocol text
with part as materialized (
    select e.idx, e.stream, e.body from cpf.entry e
    where e.idx > $1 and e.body is not null order by e.idx limit $2
), made as materialized (
    select f.stream, (f.body::json -> 'body' ->> 'protocol') || '@' || (f.body::json -> 'body' ->> 'version') as protocol
    from (select distinct p.stream from part p where p.stream like 'batch/%') s
    join cpf.entry f on f.stream = s.stream and f.sseq = 1
)
select p.idx, p.stream, p.body, m.protocol
from part p left join made m on m.stream = p.stream
order by p.idx
