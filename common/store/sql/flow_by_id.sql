-- The first entry of the command with a client's id: an older request sent again.
-- params: $1 id uuid
-- columns: body text
select e.body from cpf.entry e where e.id = $1
