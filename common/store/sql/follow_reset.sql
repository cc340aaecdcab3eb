-- Empties the projections, to be made again by code of this version.
-- params: $1 version int8
-- columns: emptied text
select cpf.project_reset($1)::text as emptied
