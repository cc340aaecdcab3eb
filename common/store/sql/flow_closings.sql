-- The end of every batch, the newest first: each names the one before it. And who it was, unless that was erased.
-- params: none
-- columns: idx int8, body text, salted text
select e.idx, e.body, d.salted from cpf.entry e left join cpf.disclosure d on d.idx = e.idx
where e.kind = 'batch.closed' order by e.idx desc
