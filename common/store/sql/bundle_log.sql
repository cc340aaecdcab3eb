-- What the log says of itself below a size: openings, recoveries, void ranges, keys.
-- params: $1 size int8
-- columns: idx int8, body text
select e.idx, e.body from cpf.entry e
where e.stream = 'log' and e.idx < $1
    and e.kind in ('log.opened', 'log.recovered', 'log.void', 'key.rotated', 'key.added', 'key.revoked')
order by e.sseq
