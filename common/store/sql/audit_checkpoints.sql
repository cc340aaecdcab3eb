-- Checkpoints of sizes behind one, up to another, in order.
-- params: $1 behind int8, $2 until int8
-- columns: size int8, note text
select c.size, c.note from cpf.checkpoint c where c.size > $1 and c.size <= $2 order by c.size
