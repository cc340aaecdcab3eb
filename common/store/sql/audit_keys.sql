-- What the log says of its own keys, in order.
-- params: none
-- columns: idx int8, body text
select e.idx, e.body from cpf.entry e
where e.stream = 'log' and e.kind in ('log.opened', 'key.rotated')
order by e.sseq
