-- The same by the index of stream and sseq (scan_by: SCAN_INDEX). Its order makes the groups: where it is not in
-- order, a stream comes twice.
-- params: none
-- columns: stream text, entries int8, last int8
select k.stream, count(*) as entries, max(k.sseq) as last
from (select e.stream, e.sseq from cpf.entry e where e.stream is not null order by e.stream, e.sseq offset 0) k
group by k.stream
