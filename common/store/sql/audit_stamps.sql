-- Every time stamp, with the checkpoint that it is over; "" where there is none of that size.
-- params: none
-- columns: size int8, stamped text, der bytea, at int8, note text
select s.size, s.note as stamped, s.der, (extract(epoch from s.at) * 1000)::int8 as at, coalesce(c.note, '') as note
from cpf.stamp s left join cpf.checkpoint c on c.size = s.size
order by s.size, s.at
