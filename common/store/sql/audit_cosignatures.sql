-- Every cosignature, with the checkpoint that it is over; "" where there is none of that size.
-- params: none
-- columns: size int8, name text, line text, at int8, note text
select k.size, k.name, k.line, (extract(epoch from k.at) * 1000)::int8 as at, coalesce(c.note, '') as note
from cpf.cosignature k left join cpf.checkpoint c on c.size = k.size
order by k.size, k.at, k.name
