-- The end of every batch, the newest first: each names the one before it.
-- params: none
-- columns: idx int8, body text
select e.idx, e.body from cpf.entry e where e.kind = 'batch.closed' order by e.idx desc
