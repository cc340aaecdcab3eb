-- The newest time stamp.
-- params: none
-- columns: size int8, at int8
select coalesce(max(s.size), 0)::int8 as size, coalesce((extract(epoch from max(s.at)) * 1000)::int8, 0) as at
from cpf.stamp s
