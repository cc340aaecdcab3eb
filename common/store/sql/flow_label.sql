-- Receipts of lots in which that text stands, the newest first.
-- params: $1 gtin text
-- columns: stream text, body text
select e.stream, e.body
from cpf.entry e
where e.sseq = 1 and e.stream >= 'lot/' and e.stream < 'lot0' and pg_catalog.strpos(e.body, $1) > 0
order by e.idx desc
