-- Every checkpoint, in order.
-- params: none
-- columns: size int8, note text
select c.size, c.note from cpf.checkpoint c order by c.size
