-- Every row of cpf.session.
-- params: none
-- columns: idx int8, station text, person text, opened timestamptz, closed timestamptz, ended text
select t.idx, t.station, t.person, t.opened, t.closed, t.ended
from cpf.session t
