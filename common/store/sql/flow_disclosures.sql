-- Personal values of batches that are not closed, for comparing identities at the bedside; and of alarms at stations, which
-- show the other batch's number.
-- params: none
-- columns: stream text, salted text
select f.stream, d.salted
from cpf.entry f
join cpf.entry e on e.stream = f.stream
join cpf.disclosure d on d.idx = e.idx
where f.sseq = 1 and (f.stream like 'batch/%' or (f.stream like 'station/%' and e.kind = 'alarm.raised')) and not exists (
    select 1 from (
        select m.kind from cpf.entry m
        where m.stream = f.stream and m.kind in ('batch.closed', 'batch.reopened', 'day.closed', 'lot.closed')
        order by m.sseq desc limit 1) mark
    where mark.kind = 'batch.closed')
