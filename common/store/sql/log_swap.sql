-- First of every group: moves the head, or raises so that nothing behind it is kept.
-- params: $1 old_size int8, $2 old_epoch int8, $3 new_size int8, $4 new_root bytea, $5 new_note text
-- columns: swapped text
select cpf.log_swap($1, $2, $3, $4, $5)::text as swapped
