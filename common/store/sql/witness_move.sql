-- Moves what this witness knows of a log from one size to the next, if it still stands there: one row if it did.
-- params: $1 origin text, $2 vkey text, $3 old int8, $4 size int8, $5 note text
-- columns: size int8
insert into cpf.witnessed as w (origin, vkey, size, note)
select $1, $2, $4, $5 where $3 = 0 or exists (select from cpf.witnessed k where k.origin = $1)
on conflict (origin) do update set vkey = excluded.vkey, size = excluded.size, note = excluded.note
    where w.size = $3
returning size
