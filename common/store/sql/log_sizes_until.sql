-- How many checkpoints there are up to a size.
-- params: $1 until int8
-- columns: checkpoints int8
select count(*) as checkpoints from cpf.checkpoint c where c.size <= $1
