-- Sizes of checkpoints behind one, in order.
-- params: $1 behind int8
-- columns: size int8
select c.size from cpf.checkpoint c where c.size > $1 order by c.size
