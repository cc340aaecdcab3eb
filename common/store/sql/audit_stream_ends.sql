-- The newest entry of each stream, looked up by its name as start and bundle do (scan_by: SCAN_INDEX).
-- params: none
-- columns: stream text, sseq int8, leaf bytea
select f.stream, l.sseq, l.leaf
from (select g.stream from cpf.entry g where g.sseq = 1 order by g.stream offset 0) f
cross join lateral (select e.sseq, e.leaf from cpf.entry e where e.stream = f.stream order by e.sseq desc limit 1) l
