-- Who a person was said to be, with which key.
-- params: $1 stream text, $2 size int8
-- columns: idx int8, body text
select e.idx, e.body from cpf.entry e
where e.stream = $1 and e.idx < $2 and e.kind in ('person.enrolled', 'person.changed') order by e.sseq
