-- Entries of each stream, counted by reading every row (scan_by: SCAN_ROWS).
-- params: none
-- columns: stream text, entries int8, last int8
select e.stream, count(*) as entries, max(e.sseq) as last from cpf.entry e where e.stream is not null group by e.stream
