-- Their personal values that are still held.
-- params: $1 streams text[]
-- columns: stream text, salted text
select e.stream, d.salted from cpf.entry e join cpf.disclosure d on d.idx = e.idx where e.stream = any ($1)
