-- What each witness cosigned last, and when.
-- params: none
-- columns: name text, size int8, at int8
select k.name, max(k.size) as size, (extract(epoch from max(k.at)) * 1000)::int8 as at from cpf.cosignature k group by k.name
