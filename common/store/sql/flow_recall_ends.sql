-- Where they end by the newest map of streams that counts each.
-- params: $1 streams text[]
-- columns: stream text, count int8, last bytea
select w.stream, m.count, m.last
from pg_catalog.unnest($1) w (stream)
cross join lateral (
    select r.count, r.last from cpf.map_row r where r.stream = w.stream order by r.map desc limit 1) m
