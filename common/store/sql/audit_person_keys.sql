-- What the log says of persons' keys, in order.
-- params: none
-- columns: idx int8, body text
select e.idx, e.body from cpf.entry e
where e.stream >= 'person/' and e.stream < 'person0' and e.kind in ('person.enrolled', 'person.changed')
order by e.idx
