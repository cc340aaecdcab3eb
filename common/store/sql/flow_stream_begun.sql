-- Was there ever a stream of that name? Closed ones are not in the book, but their names stay taken.
-- params: $1 stream text
-- columns: sseq int8
select e.sseq from cpf.entry e where e.stream = $1 and e.sseq = 1
