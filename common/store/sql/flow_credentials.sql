-- Every credential, oldest first; the daemon keeps those whose digest the log names.
-- params: none
-- columns: person text, kind text, sealed text
select c.person, c.kind, c.sealed from cpf.credential c order by c.n
