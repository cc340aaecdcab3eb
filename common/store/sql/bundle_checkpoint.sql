-- The signed note of one size; of the newest where the size is 0.
-- params: $1 size int8
-- columns: size int8, note text
select c.size, c.note from cpf.checkpoint c
where c.size = case when $1 > 0 then $1 else (select h.size from cpf.log_head h) end
