-- Rows of cpf.session (sign-ins), merged by their key: a null leaves what is there.
-- params: $1 idx int8[], $2 station text[], $3 person text[], $4 opened timestamptz[], $5 closed timestamptz[]
-- params: $6 ended text[]
-- columns: none
insert into cpf.session (idx, station, person, opened, closed, ended)
select u.idx, u.station, u.person, u.opened, u.closed, u.ended
from unnest($1, $2, $3, $4, $5, $6)
    as u (idx, station, person, opened, closed, ended)
on conflict (idx) do update set
    station = coalesce(excluded.station, session.station), person = coalesce(excluded.person, session.person),
    opened = coalesce(excluded.opened, session.opened), closed = coalesce(excluded.closed, session.closed),
    ended = coalesce(excluded.ended, session.ended)
