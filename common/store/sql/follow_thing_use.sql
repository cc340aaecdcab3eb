-- Rows of cpf.thing_use (uses of containers, equipment, places and documents), new ones; one that should not be there yet is replaced.
-- params: $1 idx int8[], $2 n int8[], $3 batch text[], $4 step text[], $5 occ int8[]
-- params: $6 field text[], $7 kind text[], $8 thing text[], $9 use text[], $10 at timestamptz[]
-- params: $11 person text[], $12 station text[], $13 corrects text[]
-- columns: none
insert into cpf.thing_use (idx, n, batch, step, occ, field, kind, thing, use, at, person, station, corrects)
select u.idx, u.n, u.batch, u.step, u.occ, u.field, u.kind, u.thing, u.use, u.at, u.person, u.station, u.corrects
from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    as u (idx, n, batch, step, occ, field, kind, thing, use, at, person, station, corrects)
on conflict (idx, n) do update set
    batch = excluded.batch, step = excluded.step, occ = excluded.occ, field = excluded.field, kind = excluded.kind,
    thing = excluded.thing, use = excluded.use, at = excluded.at, person = excluded.person,
    station = excluded.station, corrects = excluded.corrects
