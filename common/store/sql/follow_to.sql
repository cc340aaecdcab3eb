-- First of every transaction: moves the projections on, or raises so that nothing behind it is kept.
-- params: $1 old_idx int8, $2 new_idx int8
-- columns: moved text
select cpf.project_to($1, $2)::text as moved
