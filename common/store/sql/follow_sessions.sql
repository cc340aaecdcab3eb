-- Who is signed in where, as the projections know it.
-- params: none
-- columns: idx int8, station text, person text
select s.idx, s.station, s.person from cpf.session s
where s.closed is null and s.station is not null and s.person is not null
order by s.idx
